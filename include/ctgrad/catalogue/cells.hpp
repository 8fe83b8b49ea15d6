// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/update_rule.hpp>

namespace ctgrad
{

namespace symbols
{

/// What a recurrent cell gives, and sees again one step later.
inline constexpr variable<"hidden"> hidden;
/// A second state, which only the cell itself sees.
inline constexpr variable<"memory"> memory;

} // namespace symbols

/// The names of linear maps in a cell: `maps(reset, keep)`.
template <fixed_string... Names>
constexpr name_list maps(const variable<Names>&...)
{
    name_list names;
    (names.add(variable<Names>::name.view()), ...);
    return names;
}

// A recurrent cell is a type with a list of formulas and the linear maps that they need:
//
//     struct my_cell
//     {
//         static constexpr std::string_view name = "my_cell";
//         static constexpr name_list of_both = maps(keep, candidate);       of input and hidden state
//         static constexpr name_list of_input = ...;                        of the input alone
//         static constexpr name_list of_state = ...;                        of the hidden state alone
//         static constexpr auto rule = update(hidden = ...);
//     };
//
// Lists of maps may be left out. `rule` assigns to `hidden` and to any other states, all of which begin
// at 0; formulas see the old ones. Each map has a bias, which begins at `bias_of(name)` if the cell has
// that function, else at 0. For batches of sequences and for single steps, forwards and backwards, all
// else follows from that.

namespace cells
{

using namespace symbols;

/// One map and an activation.
/// Source     Elman (1990), Finding structure in time
template <auto Activation>
struct simple
{
    static constexpr variable<"pre_activation"> pre_activation{};

    static constexpr std::string_view name = "simple_recurrent";
    static constexpr name_list of_both = maps(pre_activation);
    static constexpr auto rule = update(hidden = Activation(pre_activation));
};

/// Gated recurrent unit, whose reset gate acts behind the map of the state.
/// Source     Cho et al. (2014); the form of PyTorch, and of Keras with reset_after
struct gru
{
    static constexpr variable<"reset"> reset{};
    static constexpr variable<"keep"> keep{};
    static constexpr variable<"candidate"> candidate{};
    static constexpr variable<"recalled"> recalled{};

    static constexpr std::string_view name = "gru";
    static constexpr name_list of_both = maps(reset, keep);
    static constexpr name_list of_input = maps(candidate);
    static constexpr name_list of_state = maps(recalled);
    static constexpr auto proposed = tanh(candidate + sigmoid(reset) * recalled);
    static constexpr auto rule = update(hidden = proposed + sigmoid(keep) * (hidden - proposed));
};

/// Long short-term memory.
/// Source     Hochreiter, Schmidhuber (1997), with the forget gate of Gers et al. (2000), whose bias
///            begins at 1 (Jozefowicz et al., 2015)
struct lstm
{
    static constexpr variable<"input"> input{};
    static constexpr variable<"forget"> forget{};
    static constexpr variable<"candidate"> candidate{};
    static constexpr variable<"output"> output{};

    static constexpr std::string_view name = "lstm";
    static constexpr name_list of_both = maps(input, forget, candidate, output);
    static constexpr auto remembered = sigmoid(forget) * memory + sigmoid(input) * tanh(candidate);
    static constexpr auto rule =
        update(hidden = sigmoid(output) * tanh(remembered), memory = remembered);

    static constexpr double bias_of(std::string_view map) { return map == "forget" ? 1.0 : 0.0; }
};

} // namespace cells

} // namespace ctgrad
