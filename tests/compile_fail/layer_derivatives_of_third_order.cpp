// SPDX-License-Identifier: BSL-1.0
// Third derivatives.
// EXPECT: derivatives<order, layers...> are of first or second order; see docs/errors.md#derivatives
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;

#ifdef CORRECTED
using learner = network<input{1}, derivatives<2, dense{8}, tanh(x), dense{1}>{}>;
#else
using learner = network<input{1}, derivatives<3, dense{8}, tanh(x), dense{1}>{}>;
#endif

void use(learner& net) { net.parameters()[0] = 1; }
