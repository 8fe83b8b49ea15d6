// SPDX-License-Identifier: BSL-1.0
// EXPECT: an operation needs one partial derivative for each operand; see docs/errors.md#operation-partials
// LINES: 50
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
#else
    static constexpr auto partials(auto x, auto y) { return ctgrad::list(3 * x * x, y); }
#endif
};

constexpr ctgrad::variable<"x"> x;
constexpr auto slope = derivative(ctgrad::apply<cube_operation>(x), x);

}  // namespace

#ifdef CORRECTED
static_assert(slope(2.0) == 12.0);
#else
constexpr double result = slope(2.0);
#endif
