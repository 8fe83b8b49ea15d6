// SPDX-License-Identifier: BSL-1.0
// Padding that takes all of the output away.
// EXPECT: the padding of a transposed convolution leaves at least one pixel of its output, and kernel, stride and dilation are at least 1; see docs/errors.md#window-extents
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using decoder = network<input{2, 2}, conv_transpose2d{.filters = 6, .padding = 1}>;
#else
using decoder = network<input{2, 2}, conv_transpose2d{.filters = 6, .padding = 2}>;
#endif

void use(decoder& net) { net.parameters()[0] = 1; }
