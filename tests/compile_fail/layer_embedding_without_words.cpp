// SPDX-License-Identifier: BSL-1.0
// A dictionary of nothing.
// EXPECT: an embedding has at least one word and vectors of at least one number: embedding{.words = 64, .size = 32}; see docs/errors.md#embedding
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using reader = network<input{1}, embedding{.words = 8, .size = 4}>;
#else
using reader = network<input{1}, embedding{.size = 4}>;
#endif

void use(reader& net) { net.parameters()[0] = 1; }
