// SPDX-License-Identifier: BSL-1.0
// Heads of nothing.
// EXPECT: heads, size and context of attention are at least one: attention{.heads = 4, .size = 16, .context = 64}; see docs/errors.md#attention
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using reader = network<input{8}, attention{.heads = 2, .size = 4}>;
#else
using reader = network<input{8}, attention{.heads = 2}>;
#endif

void use(reader& net) { net.parameters()[0] = 1; }
