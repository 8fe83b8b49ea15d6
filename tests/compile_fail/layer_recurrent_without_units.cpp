// SPDX-License-Identifier: BSL-1.0
// A recurrent layer of nothing.
// EXPECT: a recurrent layer needs at least one unit: lstm{.units = 16}; see docs/errors.md#recurrent-units
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using reader = network<input{1}, gru{.units = 8}>;
#else
using reader = network<input{1}, gru{}>;
#endif

void use(reader& net) { net.parameters()[0] = 1; }
