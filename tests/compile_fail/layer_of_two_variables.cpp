// SPDX-License-Identifier: BSL-1.0
// A formula of two variables as a layer: which is the pre-activation?
// EXPECT: a formula used as a layer needs exactly one free variable, the pre-activation; see docs/errors.md#activation-variables
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;
#ifdef CORRECTED
constexpr parameter<"beta"> beta{1.0};
#else
constexpr variable<"beta"> beta;
#endif
constexpr auto swish = x * sigmoid(beta * x);

using classifier = network<input{784}, dense{128}, swish, dense{10}>;

void use(classifier& net) { net.parameters()[0] = 1; }
