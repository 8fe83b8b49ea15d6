// SPDX-License-Identifier: BSL-1.0
// EXPECT: an operation needs a static member function value(...) of as many numbers as it has operands, one to three; see docs/errors.md#operation-value
// LINES: 30
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

namespace
{

struct cube_operation
{
    static constexpr ctgrad::fixed_string name = "cube";
#ifdef CORRECTED
    static constexpr auto value(auto x) { return x * x * x; }
#endif
    static constexpr auto partials(auto x, auto) { return ctgrad::list(3 * x * x); }
};

constexpr ctgrad::variable<"x"> x;
constexpr auto cube = ctgrad::apply<cube_operation>(x);

} // namespace

void run(std::vector<float>& in, std::vector<float>& gradient)
{
    ctgrad::backward<cube>(in, gradient, gradient);
}
