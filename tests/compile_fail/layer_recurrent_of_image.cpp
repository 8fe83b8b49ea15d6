// SPDX-License-Identifier: BSL-1.0
// A step of a sequence that is an image.
// EXPECT: a recurrent layer needs a flat input, one step of the sequence: put flatten{} before it; see docs/errors.md#recurrent-input
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using reader = network<input{8, 8}, flatten{}, lstm{.units = 10}>;
#else
using reader = network<input{8, 8}, lstm{.units = 10}>;
#endif

void use(reader& net) { net.parameters()[0] = 1; }
