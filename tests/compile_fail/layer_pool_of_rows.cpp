// SPDX-License-Identifier: BSL-1.0
// A pool behind flatten.
// EXPECT: a pool needs an image, input{channels, rows, columns} or input{rows, columns}; put it before flatten{}; see docs/errors.md#pool-needs-an-image
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{8, 8}, max_pool{}, flatten{}, dense{10}>;
#else
using classifier = network<input{8, 8}, flatten{}, max_pool{}, dense{10}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
