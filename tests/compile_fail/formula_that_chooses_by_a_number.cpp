// SPDX-License-Identifier: BSL-1.0
// EXPECT: where(condition, a, b) chooses by a condition, such as x > 0; see docs/errors.md#conditions
// LINES: 30
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

constexpr ctgrad::variable<"x"> x;
#ifdef CORRECTED
constexpr auto step = where(x > 0, 1, 2);
#else
constexpr auto step = where(x, 1, 2);
#endif

void run(std::vector<float>& in, std::vector<float>& out) { ctgrad::forward<step>(in, out); }
