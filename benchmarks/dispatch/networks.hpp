// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/ctgrad.hpp>

// Networks of which networks.cpp makes a build for each set of instructions.

namespace networks_of_benchmark
{

using namespace ctgrad;

inline constexpr variable<"x"> x;
inline constexpr auto swish = x * sigmoid(x);

using tiny = network<input{1}, dense{8}, swish, dense{8}, swish, dense{1}>;
using large = network<input{784}, dense{128}, swish, dense{10}>;

/// Output for one row.
template <class Network>
void predict(const float* in, float* out) noexcept
{
    static const Network net{seed{1}};
    net.predict({in, 1, Network::input_size}, {out, 1, Network::output_size});
}

} // namespace networks_of_benchmark

/// What call.cpp sees of a build.
struct network_functions
{
    void (*tiny)(const float* in, float* out) noexcept;
    void (*large)(const float* in, float* out) noexcept;
};
