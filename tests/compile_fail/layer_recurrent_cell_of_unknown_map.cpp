// SPDX-License-Identifier: BSL-1.0
// A cell whose formula has a variable that is no map and no state.
// EXPECT: the formulas of a recurrent cell are of its states and of the maps that it lists in of_both, of_input and of_state only; see docs/errors.md#recurrent-cell
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

struct cell
{
    static constexpr variable<"drive"> drive{};
    static constexpr variable<"gate"> gate{};

    static constexpr std::string_view name = "gated";
#ifdef CORRECTED
    static constexpr name_list of_both = maps(drive, gate);
#else
    static constexpr name_list of_both = maps(drive);
#endif
    static constexpr auto rule = update(symbols::hidden = tanh(drive) * sigmoid(gate));
};

using reader = network<input{1}, recurrent<cell>{.units = 8}>;

void use(reader& net) { net.parameters()[0] = 1; }
