// SPDX-License-Identifier: BSL-1.0
// EXPECT: a kernel needs a formula of numbers, not a condition: where(x > 0, 1, 0); see docs/errors.md#conditions
// LINES: 25
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

constexpr ctgrad::variable<"x"> x;

void run(std::vector<float>& in, std::vector<float>& out)
{
#ifdef CORRECTED
    ctgrad::forward<where(x > 0, 1, 0)>(in, out);
#else
    ctgrad::forward<(x > 0)>(in, out);
#endif
}
