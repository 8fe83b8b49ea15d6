// SPDX-License-Identifier: BSL-1.0
// EXPECT: a condition, such as x > 0, is no number to compute with: where(x > 0, 1, 0) is one; see docs/errors.md#conditions
// LINES: 30
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

constexpr ctgrad::variable<"x"> x;
#ifdef CORRECTED
constexpr auto rectified = where(x > 0, x, 0);
#else
constexpr auto rectified = (x > 0) * x;
#endif

void run(std::vector<float>& in, std::vector<float>& out) { ctgrad::forward<rectified>(in, out); }
