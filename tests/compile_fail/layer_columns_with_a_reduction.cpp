// SPDX-License-Identifier: BSL-1.0
// A sum over what?
// EXPECT: the formulas of columns<list(formulas...), variables...> see one row, so they have no reductions; see docs/errors.md#columns
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"r"> r;

#ifdef CORRECTED
using learner = network<input{2}, dense{1}, columns<r * r, r>{}>;
#else
using learner = network<input{2}, dense{1}, columns<r / sum(r), r>{}>;
#endif

void use(learner& net) { net.parameters()[0] = 1; }
