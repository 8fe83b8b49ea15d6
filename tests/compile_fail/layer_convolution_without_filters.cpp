// SPDX-License-Identifier: BSL-1.0
// A convolution that does not say how many filters.
// EXPECT: a convolution needs at least one filter: conv2d{.filters = 8}; see docs/errors.md#convolution-filters
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{8, 8}, conv2d{.filters = 4, .kernel = 5}>;
#else
using classifier = network<input{8, 8}, conv2d{.kernel = 5}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
