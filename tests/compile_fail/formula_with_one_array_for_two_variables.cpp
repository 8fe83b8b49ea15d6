// SPDX-License-Identifier: BSL-1.0
// EXPECT: a formula of several variables needs one array for each, in the order in which it mentions them: std::tie(a, b); see docs/errors.md#arrays
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

constexpr ctgrad::variable<"x"> x;
constexpr ctgrad::variable<"gate"> gate;
constexpr auto gated = x * sigmoid(gate);

void run(std::vector<float>& a, std::vector<float>& b, std::vector<float>& out)
{
#ifdef CORRECTED
    ctgrad::forward<gated>(std::tie(a, b), out);
#else
    ctgrad::forward<gated>(a, out);
    static_cast<void>(b);
#endif
}
