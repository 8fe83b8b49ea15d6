// SPDX-License-Identifier: BSL-1.0
// Data of another element type than the network's.
// EXPECT: a network of float needs data of float, one of double data of double; see docs/errors.md#element-type
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using classifier = basic_network<double, input{784}, dense{10}>;
#else
using classifier = network<input{784}, dense{10}>;
#endif

void train(classifier& net, const data_set<double>& data)
{
    fit(net, data, {}, cross_entropy, adam{});
}
