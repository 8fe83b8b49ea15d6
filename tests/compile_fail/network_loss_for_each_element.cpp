// SPDX-License-Identifier: BSL-1.0
// A loss with a value for each element of a row.
// EXPECT: a loss needs one value for a row: take the mean or the sum; see docs/errors.md#loss
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;

constexpr auto squares = square(symbols::prediction - symbols::target);
#ifdef CORRECTED
constexpr auto distance = mean(squares);
#else
constexpr auto distance = squares;
#endif

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data) { fit(net, data, {}, distance, adam{}); }
