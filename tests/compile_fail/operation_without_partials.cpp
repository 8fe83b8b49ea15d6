// SPDX-License-Identifier: BSL-1.0
// A graph is a value, so the mistake shows in constant evaluation: by the name of a function.
// EXPECT: an_operation_needs_partials_to_be_differentiated
// LINES: 40
#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

namespace
{

struct cube_operation
{
    static constexpr ctgrad::fixed_string name = "cube";
    static constexpr bool total = true;
    static constexpr auto value(auto x) { return x * x * x; }
#ifdef CORRECTED
    static constexpr auto partials(auto x, auto) { return ctgrad::list(3 * x * x); }
#endif
};

constexpr ctgrad::variable<"x"> x;
constexpr auto slope = derivative(ctgrad::apply<cube_operation>(x), x);

}  // namespace

static_assert(slope(2.0) == 12.0);
