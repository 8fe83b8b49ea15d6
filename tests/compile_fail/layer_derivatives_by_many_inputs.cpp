// SPDX-License-Identifier: BSL-1.0
// 66 numbers for each result.
// EXPECT: derivatives<order, layers...> needs a flat input of at most 63 numbers, or 9 to second order; see docs/errors.md#derivatives
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;

#ifdef CORRECTED
using learner = network<input{10}, derivatives<1, dense{8}, tanh(x), dense{1}>{}>;
#else
using learner = network<input{10}, derivatives<2, dense{8}, tanh(x), dense{1}>{}>;
#endif

void use(learner& net) { net.parameters()[0] = 1; }
