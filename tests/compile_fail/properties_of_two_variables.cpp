// SPDX-License-Identifier: BSL-1.0
// Properties of a formula of two variables: of which?
// EXPECT: properties and gains are those of a formula of one variable without reductions; see docs/errors.md#function
#include <ctgrad/graph/properties.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;
#ifdef CORRECTED
constexpr parameter<"beta"> beta{1.0};
#else
constexpr variable<"beta"> beta;
#endif

double largest_slope() { return properties_of(x * sigmoid(beta * x)).largest_slope; }
