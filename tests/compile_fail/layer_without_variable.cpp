// SPDX-License-Identifier: BSL-1.0
// A formula without a variable as a layer.
// EXPECT: a formula used as a layer needs exactly one free variable, the pre-activation; see docs/errors.md#activation-variables
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;
constexpr parameter<"scale"> scale{1.0};
#ifdef CORRECTED
constexpr auto scaled = scale * x;
#else
constexpr auto scaled = scale * 2;
#endif

using classifier = network<input{784}, dense{128}, scaled, dense{10}>;

void use(classifier& net) { net.parameters()[0] = 1; }
