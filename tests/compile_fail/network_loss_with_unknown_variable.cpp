// SPDX-License-Identifier: BSL-1.0
// A loss of something that training does not know.
// EXPECT: a loss has no variables but symbols::prediction and symbols::target, and no parameters; see docs/errors.md#loss
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;

#ifdef CORRECTED
constexpr auto answer = symbols::target;
#else
constexpr variable<"answer"> answer;
#endif
constexpr auto distance = mean(square(symbols::prediction - answer));

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data) { fit(net, data, {}, distance, adam{}); }
