// SPDX-License-Identifier: BSL-1.0
// A dense layer behind an image.
// EXPECT: a dense layer needs a flat input: put flatten{} before it; see docs/errors.md#dense-needs-a-flat-input
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{28, 28}, flatten{}, dense{10}>;
#else
using classifier = network<input{28, 28}, dense{10}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
