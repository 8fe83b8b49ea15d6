// SPDX-License-Identifier: BSL-1.0
// A kernel of a formula whose parameter has a number for each element.
// EXPECT: a parameter with a scope belongs to a layer of a network; a kernel takes an array for a variable in its place, put in as f(alpha = a); see docs/errors.md#parameter-scope
#include <ctgrad/ctgrad.hpp>

#include <vector>

using namespace ctgrad;

constexpr variable<"x"> x;
#ifdef CORRECTED
constexpr parameter<"gain"> gain{.initial = 1.0};
#else
constexpr parameter<"gain"> gain{.initial = 1.0, .scope = per_element};
#endif

void use(std::vector<float>& data) { forward<gain * x>(data, data); }
