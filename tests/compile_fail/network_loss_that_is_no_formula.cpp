// SPDX-License-Identifier: BSL-1.0
// A number in place of a loss.
// EXPECT: a loss is a formula of symbols::prediction and symbols::target; see docs/errors.md#loss
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data)
{
#ifdef CORRECTED
    fit(net, data, {}, mean_squared_error, adam{});
#else
    fit(net, data, {}, loss<1.0>, adam{});
#endif
}
