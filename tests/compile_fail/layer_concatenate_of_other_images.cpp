// SPDX-License-Identifier: BSL-1.0
// Channels of images of different sizes.
// EXPECT: branches of concatenate<...> give shapes that differ in the first extent at most; see docs/errors.md#branch-shapes
// LINES: 32
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using model =
    network<input{1, 8, 8},
            concatenate<chain<>{}, conv2d{.filters = 2, .kernel = 3, .padding = same_size}>{}>;
#else
using model = network<input{1, 8, 8}, concatenate<chain<>{}, conv2d{.filters = 2, .kernel = 3}>{}>;
#endif

void use(model& net) { net.parameters()[0] = 1; }
