// SPDX-License-Identifier: BSL-1.0
// A formula over the whole row whose parameter has a number for each channel of an image.
// EXPECT: a formula over rows runs over the whole sample, so its parameters are per_layer or per_element, or the sample is flat; see docs/errors.md#parameter-scope
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

constexpr variable<"x"> x;
#ifdef CORRECTED
constexpr parameter<"gain"> gain{.initial = 1.0, .scope = per_element};
#else
constexpr parameter<"gain"> gain{.initial = 1.0, .scope = per_channel};
#endif

using classifier = network<input{3, 4}, gain * (x - mean(x)), flatten{}, dense{10}>;

void use(classifier& net) { net.parameters()[0] = 1; }
