// SPDX-License-Identifier: BSL-1.0
// A loss with a number of its own, which is lost in a function argument.
// EXPECT: a loss with numbers of its own is passed as a constant: loss<my_loss>; see docs/errors.md#loss-constant
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;

constexpr auto half_square = mean(0.5 * square(symbols::prediction - symbols::target));

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data)
{
#ifdef CORRECTED
    fit(net, data, {}, loss<half_square>, adam{});
#else
    fit(net, data, {}, half_square, adam{});
#endif
}
