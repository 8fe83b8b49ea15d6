// SPDX-License-Identifier: BSL-1.0
// Inference of one row at a time, as in a loop over samples of sound or of a control system. A
// measurement is 64 calls, each with a row of its own, or 64 steps of a sequence; the time is that of all
// of them.

#include "inference.hpp"
#include "steps.hpp"

int main(int argc, char** argv)
{
    bool agree = true;
    for (const dense_network& net : small_networks::values())
    {
        agree = enter_inference("latency", net, 1, 64) && agree;
    }
    agree = enter_inference("latency", lenet{}, 1, 64) && agree;
    for (const recurrent_network& net : recurrent_networks)
    {
        agree = enter_steps("latency", net, 64) && agree;
    }
    return run_networks(argc, argv, agree);
}
