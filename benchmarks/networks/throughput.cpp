// SPDX-License-Identifier: BSL-1.0
// Inference of many rows at once.

#include "inference.hpp"

int main(int argc, char** argv)
{
    bool agree = true;
    for (const dense_network& net : classifiers::values())
    {
        for (const int rows : {64, 256})
        {
            agree = enter_inference("throughput", net, rows, rows) && agree;
        }
    }
    agree = enter_inference("throughput", lenet{}, 64, 64) && agree;
    return run_networks(argc, argv, agree);
}
