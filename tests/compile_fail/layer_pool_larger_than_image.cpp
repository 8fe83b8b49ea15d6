// SPDX-License-Identifier: BSL-1.0
// A third pool where two pixels are left.
// EXPECT: the window of a pool is at most as large as the image with its padding, and its padding at most half of it; see docs/errors.md#window-extents
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{8, 8}, max_pool{}, average_pool{}, max_pool{}>;
#else
using classifier = network<input{8, 8}, max_pool{}, average_pool{}, max_pool{.size = 3}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
