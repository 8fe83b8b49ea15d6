// SPDX-License-Identifier: BSL-1.0
// Groups that do not divide the filters.
// EXPECT: the groups of a convolution divide its channels and its filters; see docs/errors.md#convolution-groups
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{4, 8, 8}, conv2d{.filters = 6, .groups = 2}>;
#else
using classifier = network<input{4, 8, 8}, conv2d{.filters = 6, .groups = 4}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
