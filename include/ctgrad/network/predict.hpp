// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/network.hpp>
#include <ctgrad/tensor/tasks.hpp>

namespace ctgrad
{

/// Outputs for some rows of input, by several threads: `net.predict(in, out)` with the same bits.
/// Shapes     in (rows, input_size) with any stride, out (rows, output_size) with any stride
/// Errors     none; allocates nothing
/// Cost       worth it from some hundred microseconds on: threads that sleep take 50 to wake
template <class Network, task_runner Runner>
void predict(const Network& net, rows_view<const typename Network::value_type> in,
             rows_view<typename Network::value_type> out, Runner& runner)
{
    constexpr std::ptrdiff_t rows = Network::tile_rows;
    runner.run((in.rows + rows - 1) / rows,
               [&](std::ptrdiff_t i)
               {
                   const std::ptrdiff_t count = std::min(rows, in.rows - i * rows);
                   net.predict(in.slice(i * rows, count), out.slice(i * rows, count));
               });
}

} // namespace ctgrad
