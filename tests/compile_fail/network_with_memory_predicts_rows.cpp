// SPDX-License-Identifier: BSL-1.0
// Rows that have nothing to do with each other, for a network that remembers.
// EXPECT: a network with memory takes one step of a sequence after the other: net.step(x), or net.predict_sequence(in, out) from the first step; see docs/errors.md#network-with-memory
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

using reader = network<input{1}, gru{.units = 8}>;

auto use(reader& net, std::span<const float> x)
{
#ifdef CORRECTED
    return net.step(x);
#else
    return net.predict(x);
#endif
}
