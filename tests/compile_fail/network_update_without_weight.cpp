// SPDX-License-Identifier: BSL-1.0
// An update rule that forgets the weight.
// EXPECT: an update rule assigns to the weight and to each state that it reads, once, and to nothing else; see docs/errors.md#update-rule
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;
using namespace ctgrad::symbols;

#ifdef CORRECTED
constexpr auto rule =
    update(weight = weight - first_moment, first_moment = beta1 * first_moment + dweight);
#else
constexpr auto rule = update(first_moment = beta1 * first_moment + dweight);
#endif

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data)
{
    fit(net, data, {}, cross_entropy, optimise_by<rule>());
}
