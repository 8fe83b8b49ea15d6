// SPDX-License-Identifier: BSL-1.0
// A formula of two variables and one branch.
// EXPECT: combine<formula, branches...> needs a formula with one variable for each branch, no parameters and a value for each element; see docs/errors.md#combine-variables
// LINES: 32
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;
constexpr variable<"gate"> gate;
constexpr auto unit = x * sigmoid(gate);

#ifdef CORRECTED
using model = network<input{3}, combine<unit, dense{4}, dense{4}>{}>;
#else
using model = network<input{3}, combine<unit, dense{4}>{}>;
#endif

void use(model& net) { net.parameters()[0] = 1; }
