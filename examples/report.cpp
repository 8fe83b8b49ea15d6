// SPDX-License-Identifier: BSL-1.0
// What a network is and how well it does: a table of its layers.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/network/summary.hpp>

#include <iostream>

using namespace ctgrad;

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{1.0};

using model = network<input{8, 8},                                           //
                      conv2d{.filters = 8, .padding = same}, x * sigmoid(x), //
                      max_pool{},                                            //
                      flatten{}, dense{32}, x * sigmoid(beta* x), dense{10}>;

int main()
{
    std::cout << summary<model>(); // or summary(net)
    static_assert(summary_text<model>.starts_with("layer"));
}
