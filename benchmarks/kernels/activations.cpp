// SPDX-License-Identifier: BSL-1.0
// The activations of activations.hpp in float.

#include "activations.hpp"
#include "run.hpp"

int main(int argc, char** argv)
{
    return run_benchmarks(argc, argv, activations::enter_all<float>());
}
