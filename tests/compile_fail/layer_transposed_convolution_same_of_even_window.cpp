// SPDX-License-Identifier: BSL-1.0
// Without a stride nothing makes the output of an even window as large as the input.
// EXPECT: padding `same_size` needs a window of an odd extent, or an even dilation; see docs/errors.md#same-padding
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using decoder =
    network<input{8, 8},
            conv_transpose2d{.filters = 4, .kernel = 4, .stride = 2, .padding = same_size}>;
#else
using decoder =
    network<input{8, 8},
            conv_transpose2d{.filters = 4, .kernel = 4, .padding = same_size, .output_padding = 1}>;
#endif

void use(decoder& net) { net.parameters()[0] = 1; }
