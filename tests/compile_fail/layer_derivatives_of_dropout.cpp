// SPDX-License-Identifier: BSL-1.0
// Derivatives do not go through what is random.
// LINES: 40
// EXPECT: the layers of derivatives<order, layers...> are dense{...} or formulas of one variable without parameters and reductions; see docs/errors.md#derivatives
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;

#ifdef CORRECTED
using learner = network<input{1}, derivatives<2, dense{8}, tanh(x), dense{1}>{}>;
#else
using learner = network<input{1}, derivatives<2, dense{8}, dropout{0.5}, dense{1}>{}>;
#endif

void use(learner& net) { net.parameters()[0] = 1; }
