// SPDX-License-Identifier: BSL-1.0
// No pixel at all.
// EXPECT: upsample repeats each pixel once at least: upsample{.factor = 2}; see docs/errors.md#upsample
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using generator = network<input{2}, dense{4}, reshape{2, 2}, upsample{.factor = 1}>;
#else
using generator = network<input{2}, dense{4}, reshape{2, 2}, upsample{.factor = 0}>;
#endif

void use(generator& net) { net.parameters()[0] = 1; }
