// SPDX-License-Identifier: BSL-1.0
// The message does not grow with the number of layers before the mistake.
// EXPECT: a dropout rate is the share of elements to drop, at least 0 and below 1; see docs/errors.md#dropout-rate
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr auto wave = sin(variable<"x">{});
#ifdef CORRECTED
constexpr double rate = 0.5;
#else
constexpr double rate = 1.0;
#endif

using classifier = network<input{8, 8}, flatten{}, dense{32}, wave, dropout{.rate = 0.1}, dense{16},
                           wave, dense{16}, wave, dropout{rate}, dense{10}>;

void use(classifier& net) { net.parameters()[0] = 1; }
