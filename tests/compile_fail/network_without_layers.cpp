// SPDX-License-Identifier: BSL-1.0
// A network that computes nothing.
// EXPECT: a network needs at least one layer that computes something; see docs/errors.md#empty-network
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{784}, dense{10}>;
#else
using classifier = network<input{784}>;
#endif

void use(classifier& net) { net.parameters(); }
