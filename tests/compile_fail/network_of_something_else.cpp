// SPDX-License-Identifier: BSL-1.0
// A number where a layer belongs.
// EXPECT: every argument of a network behind the input must be a layer, such as dense{.units = 10}, or a formula of one variable; see docs/errors.md#not-a-layer
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{784}, dense{128}, dense{10}>;
#else
using classifier = network<input{784}, 128, dense{10}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
