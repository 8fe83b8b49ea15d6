// SPDX-License-Identifier: BSL-1.0
// EXPECT: a formula is called with a name that does not occur in it; see docs/errors.md#arguments
#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

constexpr ctgrad::variable<"x"> x;
[[maybe_unused]] constexpr ctgrad::variable<"y"> y;
constexpr auto twice = 2 * x;

#ifdef CORRECTED
constexpr double result = twice(x = 3.0);
#else
constexpr double result = twice(y = 3.0);
#endif
static_assert(result == 6.0);
