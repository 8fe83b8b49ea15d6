// SPDX-License-Identifier: BSL-1.0
// A sum of three and of four numbers.
// EXPECT: what is added up needs one shape: the layers of residual<...>, or of each branch of add_up<...>, give as many numbers as the others get; see docs/errors.md#branch-shapes
// LINES: 32
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using model = network<input{3}, residual<dense{4}, dense{3}>{}>;
#else
using model = network<input{3}, residual<dense{3}, dense{4}>{}>;
#endif

void use(model& net) { net.parameters()[0] = 1; }
