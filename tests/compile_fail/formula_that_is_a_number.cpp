// SPDX-License-Identifier: BSL-1.0
// EXPECT: a kernel needs a formula of variables, parameters and numbers; see docs/errors.md#not-a-formula
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

constexpr ctgrad::variable<"x"> x;

void run(std::vector<float>& in, std::vector<float>& out)
{
#ifdef CORRECTED
    ctgrad::forward<2.0 * x>(in, out);
#else
    ctgrad::forward<2.0>(in, out);
#endif
}
