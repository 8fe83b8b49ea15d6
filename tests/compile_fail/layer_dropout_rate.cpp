// SPDX-License-Identifier: BSL-1.0
// More than everything dropped.
// EXPECT: a dropout rate is the share of elements to drop, at least 0 and below 1; see docs/errors.md#dropout-rate
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = network<input{784}, dense{10}, dropout{.rate = 0.5}>;
#else
using classifier = network<input{784}, dense{10}, dropout{.rate = 1.5}>;
#endif

void use(classifier& net) { net.parameters()[0] = 1; }
