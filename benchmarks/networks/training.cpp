// SPDX-License-Identifier: BSL-1.0
// Training steps at batch 64: forward, softmax cross-entropy, backward, update.

#include "run.hpp"

namespace
{

constexpr int rows = 64;

template <class Network>
bool enter(const Network& net, update_kind rule)
{
    const std::vector<float> initial = initial_parameters(net);
    const auto data = std::make_shared<labelled_rows>(labelled_input_rows(net, rows));
    const std::vector<contestant> all = sorted_contestants();
    bool agree = true;
    for (const contestant& one : all)
    {
        const std::shared_ptr<trainer> trained = make_trainer(one, net, initial, rule, rows);
        if (!trained)
        {
            continue;
        }
        const std::string name =
            "training/" + net.name() + (rule == update_kind::sgd ? "/SGD/" : "/Adam/") + one.name;
        const auto ours = make_trainer(all.front(), net, initial, rule, rows);
        agree =
            agreement::same_training(name, *ours, *trained, initial, *data, rule, one.tolerance) &&
            agree;
        time_it(name, rows * net.training_flops(), rows,
                [=] { benchmark::DoNotOptimize(trained->step(*data)); });
    }
    return agree;
}

} // namespace

int main(int argc, char** argv)
{
    bool agree = true;
    for (const dense_network& net : classifiers::values())
    {
        for (const update_kind rule : {update_kind::sgd, update_kind::adam})
        {
            agree = enter(net, rule) && agree;
        }
    }
    agree = enter(lenet{}, update_kind::sgd) && agree;
    return run_networks(argc, argv, agree);
}
