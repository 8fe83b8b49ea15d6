// SPDX-License-Identifier: BSL-1.0
// An update rule that gives all weights one value.
// EXPECT: an update rule has a value for each weight, not one for all of them; see docs/errors.md#update-rule
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;
using namespace ctgrad::symbols;

#ifdef CORRECTED
constexpr auto rule = update(weight = weight - learning_rate * dweight / norm(dweight));
#else
constexpr auto rule = update(weight = sum(weight - learning_rate * dweight));
#endif

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data)
{
    fit(net, data, {}, cross_entropy, optimise_by<rule>());
}
