// SPDX-License-Identifier: BSL-1.0
// A window larger than what the pool before it left.
// EXPECT: a window with its dilation is at most as large as the image with its padding, and kernel, stride and dilation are at least 1; see docs/errors.md#window-extents
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{8, 8}, max_pool{}, conv2d{.filters = 4, .kernel = 4}>;
#else
using classifier = network<input{8, 8}, max_pool{}, conv2d{.filters = 4, .kernel = 5}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
