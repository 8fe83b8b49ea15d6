// SPDX-License-Identifier: BSL-1.0
// A sum over what?
// EXPECT: the formulas of row_formulas<list(formulas...), variables...> see one row, so they have no reductions; see docs/errors.md#row-formulas
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"r"> r;

#ifdef CORRECTED
using learner = network<input{2}, dense{1}, row_formulas<r * r, r>{}>;
#else
using learner = network<input{2}, dense{1}, row_formulas<r / sum(r), r>{}>;
#endif

void use(learner& net) { net.parameters()[0] = 1; }
