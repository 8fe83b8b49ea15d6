// SPDX-License-Identifier: BSL-1.0
// A unit that is the same for all rows would be divided by zero.
// EXPECT: batch_norm needs a positive epsilon, such as 1e-5; see docs/errors.md#batch-norm
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{8}, batch_norm{.epsilon = 1e-3}, dense{10}>;
#else
using classifier = network<input{8}, batch_norm{.epsilon = 0}, dense{10}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
