// SPDX-License-Identifier: BSL-1.0
// An update rule that says new values without saying of what.
// EXPECT: an update rule is made of assignments: update(weight = ...); see docs/errors.md#update-rule
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;
using namespace ctgrad::symbols;

#ifdef CORRECTED
[[maybe_unused]] constexpr auto rule = update(weight = weight - learning_rate * dweight);
#else
[[maybe_unused]] constexpr auto rule = update(weight - learning_rate * dweight);
#endif
