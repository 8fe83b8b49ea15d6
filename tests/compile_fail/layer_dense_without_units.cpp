// SPDX-License-Identifier: BSL-1.0
// A dense layer of no units.
// EXPECT: a dense layer needs at least one unit: dense{.units = 10}; see docs/errors.md#dense-units
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{784}, dense{.units = 10}>;
#else
using classifier = network<input{784}, dense{}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
