// SPDX-License-Identifier: BSL-1.0
// A formula of a variable that is not listed.
// EXPECT: the formulas of row_formulas<list(formulas...), variables...> are of the variables that it lists only; see docs/errors.md#row-formulas
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"r"> r;
constexpr variable<"angle"> angle;

#ifdef CORRECTED
using learner = network<input{2}, dense{2}, row_formulas<r * cos(angle), r, angle>{}>;
#else
using learner = network<input{2}, dense{1}, row_formulas<r * cos(angle), r>{}>;
#endif

void use(learner& net) { net.parameters()[0] = 1; }
