// SPDX-License-Identifier: BSL-1.0
// Each compiler says in words of its own that the formula is no constant.
// EXPECT: forward<swish>
// LINES: 34
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

void run(std::vector<float>& in, std::vector<float>& out)
{
    const ctgrad::variable<"x"> x;
#ifdef CORRECTED
    constexpr auto swish = x * sigmoid(x);
#else
    double beta = 1.5;
    auto swish = x * sigmoid(beta * x);
#endif
    ctgrad::forward<swish>(in, out);
}
