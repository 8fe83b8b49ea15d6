// SPDX-License-Identifier: BSL-1.0
// The Jacobian of a formula that looks at the whole row.
// EXPECT: a Jacobian or Hessian is a table for each element, so its formulas have no reductions over the row; for rows take pullback or directional_derivative; see docs/errors.md#jacobian
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;
#ifdef CORRECTED
inline constexpr auto matrix = jacobian(list(exp(x), x * x), x);
#else
inline constexpr auto matrix = jacobian(list(exp(x), x / sum(x)), x);
#endif
