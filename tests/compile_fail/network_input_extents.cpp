// SPDX-License-Identifier: BSL-1.0
// An input of no numbers.
// EXPECT: a network's input needs positive extents: input{784} or input{28, 28}; see docs/errors.md#input-extents
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{28, 28}, flatten{}, dense{10}>;
#else
using classifier = network<input{28, 0}, flatten{}, dense{10}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
