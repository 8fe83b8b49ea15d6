// SPDX-License-Identifier: BSL-1.0
// A formula with one value for the row as a layer.
// EXPECT: a formula used as a layer needs a value for each element, not one for the row; see docs/errors.md#activation-reduction
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;
#ifdef CORRECTED
constexpr auto centred = x - mean(x);
#else
constexpr auto centred = mean(x);
#endif

using classifier = network<input{784}, dense{128}, centred, dense{10}>;

void use(classifier& net) { net.parameters()[0] = 1; }
