// SPDX-License-Identifier: BSL-1.0
// As many zeros before as behind a window of four.
// EXPECT: padding `same_size` needs a window of an odd extent, or an even dilation; see docs/errors.md#same-padding
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{8, 8}, conv2d{.filters = 4, .kernel = 5, .padding = same_size}>;
#else
using classifier = network<input{8, 8}, conv2d{.filters = 4, .kernel = 4, .padding = same_size}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
