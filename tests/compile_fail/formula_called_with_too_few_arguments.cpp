// SPDX-License-Identifier: BSL-1.0
// EXPECT: a formula is called with one argument for each of its free variables, or with arguments by name: f(x = 2.0); see docs/errors.md#arguments
#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

constexpr ctgrad::variable<"x"> x;
constexpr ctgrad::variable<"y"> y;
constexpr auto product = x * y;

#ifdef CORRECTED
constexpr double result = product(2.0, 3.0);
#else
constexpr double result = product(2.0);
#endif
static_assert(result == 6.0);
