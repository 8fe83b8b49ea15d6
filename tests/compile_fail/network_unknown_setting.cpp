// SPDX-License-Identifier: BSL-1.0
// A setting that the rule does not have.
// EXPECT: a setting of an optimiser is a parameter of its rule other than the step; see docs/errors.md#update-rule
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;
using namespace ctgrad::symbols;

constexpr auto rule = update(weight = weight - learning_rate * sign(dweight));

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data)
{
#ifdef CORRECTED
    fit(net, data, {}, cross_entropy, optimise_by<rule>(learning_rate = 0.01));
#else
    fit(net, data, {}, cross_entropy, optimise_by<rule>(weight_decay = 0.01));
#endif
}
