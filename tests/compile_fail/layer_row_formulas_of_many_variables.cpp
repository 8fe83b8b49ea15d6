// SPDX-License-Identifier: BSL-1.0
// Thirty-three variables.
// EXPECT: row_formulas<formulas, variables...> takes at most 32 variables; see docs/errors.md#row-formulas
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"a"> a;

#ifdef CORRECTED
using learner = network<input{2}, dense{1}, row_formulas<a + 1, a>{}>;
#else
using learner = network<input{2}, dense{33},
                        row_formulas<a + 1, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a,
                                     a, a, a, a, a, a, a, a, a, a, a, a, a, a>{}>;
#endif

void use(learner& net) { net.parameters()[0] = 1; }
