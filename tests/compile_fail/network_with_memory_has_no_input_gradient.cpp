// SPDX-License-Identifier: BSL-1.0
// The gradient of an output by the inputs of one row, for a network that remembers the rows before.
// EXPECT: the outputs of a network with memory depend on all steps so far, so a row alone has no input_gradient; see docs/errors.md#network-with-memory
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/network/input_gradient.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using model = network<input{1}, dense{8}>;
#else
using model = network<input{1}, gru{.units = 8}>;
#endif

void use(const model& net, rows_view<const float> inputs, rows_view<float> dx)
{
    input_gradients(net, inputs, 0, dx);
}
