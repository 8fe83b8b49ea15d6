// SPDX-License-Identifier: BSL-1.0
// A convolution that gives nothing.
// EXPECT: filters, kernel and dilation of a causal convolution are at least one: causal_conv1d{.filters = 16, .kernel = 3, .dilation = 4}; see docs/errors.md#causal-convolution
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using filter = network<input{1}, causal_conv1d{.filters = 4}>;
#else
using filter = network<input{1}, causal_conv1d{.kernel = 4}>;
#endif

void use(filter& net) { net.parameters()[0] = 1; }
