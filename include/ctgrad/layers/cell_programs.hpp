// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/cells.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <algorithm>

namespace ctgrad
{

/// A type with the formulas of a recurrent cell (catalogue/cells.hpp).
template <class Type>
concept recurrent_cell = requires {
    { Type::name } -> std::convertible_to<std::string_view>;
    Type::rule.assignments;
};

namespace detail
{

template <class Cell>
inline constexpr name_list maps_of_both = {};
template <class Cell>
    requires requires { Cell::of_both; }
inline constexpr name_list maps_of_both<Cell> = Cell::of_both;

template <class Cell>
inline constexpr name_list maps_of_input = {};
template <class Cell>
    requires requires { Cell::of_input; }
inline constexpr name_list maps_of_input<Cell> = Cell::of_input;

template <class Cell>
inline constexpr name_list maps_of_state = {};
template <class Cell>
    requires requires { Cell::of_state; }
inline constexpr name_list maps_of_state<Cell> = Cell::of_state;

/// All maps, in the order of their results.
template <class Cell>
inline constexpr name_list maps_of_cell = []
{
    name_list all = maps_of_both<Cell>;
    all.add(maps_of_input<Cell>);
    all.add(maps_of_state<Cell>);
    return all;
}();

template <class Cell>
inline constexpr name_list states_of_cell = hana::unpack(Cell::rule.assignments,
                                                         [](const auto&... assigned)
                                                         {
                                                             name_list names;
                                                             (names.add(assigned.name.view()), ...);
                                                             return names;
                                                         });

/// Whether the formulas are of states and maps only.
template <class Cell>
inline constexpr bool knows_its_variables = hana::unpack(
    Cell::rule.assignments,
    [](const auto&... assigned)
    {
        const auto is_known = [](const name_list& variables, const name_list& parameters)
        {
            bool known = parameters.size == 0;
            for (int i = 0; i < variables.size; ++i)
            {
                known = known && (maps_of_cell<Cell>.find(variables[i]) >= 0 ||
                                  states_of_cell<Cell>.find(variables[i]) >= 0);
            }
            return known;
        };
        return (is_known(variables_of<std::remove_cvref_t<decltype(assigned.value)>>,
                         parameters_of<std::remove_cvref_t<decltype(assigned.value)>>) &&
                ...);
    });

/// The same cell with its formulas in the fast tier.
template <class Cell>
struct fast_cell : Cell
{
    static constexpr auto rule =
        hana::unpack(Cell::rule.assignments, []<class... Assigned>(const Assigned&... assigned)
                     { return update((variable<Assigned::name>{} = fast(assigned.value))...); });
};

template <std::size_t Size>
constexpr auto name_of_gradient(const fixed_string<Size>& state)
{
    constexpr std::string_view prefix = "gradient of ";
    char text[prefix.size() + Size]{};
    std::copy(prefix.begin(), prefix.end(), text);
    std::copy(std::begin(state.characters), std::end(state.characters), text + prefix.size());
    return fixed_string(text);
}

/// The programs of a cell: its new states from maps and old states; and the gradients of maps and old
/// states from those of the new ones.
template <class Cell,
          class States =
              std::make_index_sequence<static_cast<std::size_t>(states_of_cell<Cell>.size)>>
struct cell_programs;

template <class Cell, std::size_t... S>
struct cell_programs<Cell, std::index_sequence<S...>>
{
    template <std::size_t I>
    static constexpr auto new_state = hana::at_c<I>(Cell::rule.assignments).value;

    template <std::size_t I>
    static constexpr variable<name_of_gradient(name_at<states_of_cell<Cell>, I>)> incoming{};

    /// Its gradient is the sum of what comes back from all new states.
    static constexpr auto all = (... + (new_state<S> * incoming<S>));
    using all_type = std::remove_cvref_t<decltype(all)>;

    template <std::size_t... M>
    static auto make_backward(std::index_sequence<M...>)
        -> program<derivative_of<all_type, name_at<maps_of_cell<Cell>, M>>{all}...,
                   derivative_of<all_type, name_at<states_of_cell<Cell>, S>>{all}...>;

    using forward = program<new_state<S>...>;
    using backward = decltype(make_backward(
        std::make_index_sequence<static_cast<std::size_t>(maps_of_cell<Cell>.size)>{}));
};

} // namespace detail

} // namespace ctgrad
