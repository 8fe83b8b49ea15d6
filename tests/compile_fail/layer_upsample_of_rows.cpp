// SPDX-License-Identifier: BSL-1.0
// Rows without an image.
// EXPECT: upsample needs an image, input{channels, rows, columns} or input{rows, columns}; put it before flatten{}; see docs/errors.md#upsample
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using generator = network<input{2}, dense{12}, reshape{3, 2, 2}, upsample{}>;
#else
using generator = network<input{2}, dense{12}, upsample{}>;
#endif

void use(generator& net) { net.parameters()[0] = 1; }
