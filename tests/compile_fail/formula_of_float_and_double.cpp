// SPDX-License-Identifier: BSL-1.0
// EXPECT: all arrays of a kernel have elements of one type, float or double; see docs/errors.md#arrays
// LINES: 25
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <vector>

constexpr ctgrad::variable<"x"> x;
constexpr auto swish = x * sigmoid(x);
#ifdef CORRECTED
using number = float;
#else
using number = double;
#endif

void run(std::vector<float>& in, std::vector<number>& out) { ctgrad::forward<swish>(in, out); }
