// SPDX-License-Identifier: BSL-1.0
// An update rule that asks for all weights at once.
// EXPECT: an update rule computes each weight by itself, without sum, max or mean; see docs/errors.md#update-rule
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;
using namespace ctgrad::symbols;

#ifdef CORRECTED
constexpr auto rule = update(weight = weight - learning_rate * sign(dweight));
#else
constexpr auto rule =
    update(weight = weight - learning_rate * dweight / sqrt(sum(square(dweight))));
#endif

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data)
{
    fit(net, data, {}, cross_entropy, optimise_by<rule>());
}
