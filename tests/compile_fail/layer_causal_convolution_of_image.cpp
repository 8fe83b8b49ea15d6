// SPDX-License-Identifier: BSL-1.0
// A step of a sequence that is an image.
// EXPECT: a causal convolution needs a flat input, one step of the sequence: put flatten{} before it; see docs/errors.md#causal-convolution
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using filter = network<input{2, 2}, flatten{}, causal_conv1d{.filters = 4}>;
#else
using filter = network<input{2, 2}, causal_conv1d{.filters = 4}>;
#endif

void use(filter& net) { net.parameters()[0] = 1; }
