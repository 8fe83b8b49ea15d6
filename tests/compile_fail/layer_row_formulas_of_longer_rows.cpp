// SPDX-License-Identifier: BSL-1.0
// Three numbers, two names.
// EXPECT: row_formulas<formulas, variables...> needs a flat input with one number for each variable; see docs/errors.md#row-formulas
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"r"> r;
constexpr variable<"angle"> angle;

#ifdef CORRECTED
using learner = network<input{2}, dense{2}, row_formulas<r * cos(angle), r, angle>{}>;
#else
using learner = network<input{2}, dense{3}, row_formulas<r * cos(angle), r, angle>{}>;
#endif

void use(learner& net) { net.parameters()[0] = 1; }
