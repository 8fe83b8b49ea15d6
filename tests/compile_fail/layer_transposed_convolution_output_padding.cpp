// SPDX-License-Identifier: BSL-1.0
// As much output padding as the stride, which a larger input would give.
// EXPECT: output_padding of a transposed convolution is at least 0 and less than its stride, and 0 with `same_size`, which chooses it; see docs/errors.md#output-padding
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using decoder =
    network<input{4, 8, 8}, conv_transpose2d{.filters = 6, .stride = 2, .output_padding = 1}>;
#else
using decoder =
    network<input{4, 8, 8}, conv_transpose2d{.filters = 6, .stride = 2, .output_padding = 2}>;
#endif

void use(decoder& net) { net.parameters()[0] = 1; }
