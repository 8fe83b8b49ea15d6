// SPDX-License-Identifier: BSL-1.0
// A cell that gives nothing.
// EXPECT: a recurrent cell assigns to its hidden state: rule = update(hidden = ...); see docs/errors.md#recurrent-cell
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

struct cell
{
    static constexpr variable<"drive"> drive{};

    static constexpr std::string_view name = "own";
    static constexpr name_list of_both = maps(drive);
#ifdef CORRECTED
    static constexpr auto rule = update(symbols::hidden = tanh(drive));
#else
    static constexpr auto rule = update(symbols::memory = tanh(drive));
#endif
};

using reader = network<input{1}, recurrent<cell>{.units = 8}>;

void use(reader& net) { net.parameters()[0] = 1; }
