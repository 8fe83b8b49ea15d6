// SPDX-License-Identifier: BSL-1.0
// EXPECT: an operation that is differentiated needs a static member function partials(operands..., y): a list of one formula for each operand; see docs/errors.md#operation-partials
// LINES: 40
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

namespace
{

struct cube_operation
{
    static constexpr ctgrad::fixed_string name = "cube";
    static constexpr auto value(auto x) { return x * x * x; }
#ifdef CORRECTED
    static constexpr auto partials(auto x, auto) { return ctgrad::list(3 * x * x); }
#else
    static constexpr auto partials(auto x, auto y) { return ctgrad::list(3 * x * x, y); }
#endif
};

constexpr ctgrad::variable<"x"> x;
constexpr auto cube = ctgrad::apply<cube_operation>(x);

} // namespace

void run(std::vector<float>& in, std::vector<float>& gradient)
{
    ctgrad::backward<cube>(in, gradient, gradient);
}
