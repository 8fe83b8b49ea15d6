// SPDX-License-Identifier: BSL-1.0
// A convolution behind flatten.
// EXPECT: a convolution needs an image, input{channels, rows, columns} or input{rows, columns}, or for conv1d a signal, input{channels, length} or input{length}; put it before flatten{}; see docs/errors.md#convolution-needs-an-image
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{8, 8}, conv2d{.filters = 4}, flatten{}, dense{10}>;
#else
using classifier = network<input{8, 8}, flatten{}, conv2d{.filters = 4}, dense{10}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
