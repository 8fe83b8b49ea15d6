// SPDX-License-Identifier: BSL-1.0
// Modules and optimisers of PyTorch's C++ front end.

#include "../networks/contestant.hpp"

#include <torch/torch.h>

namespace
{

struct module : torch::nn::Module
{
    module(const dense_network& net, contestant::parameters values) :between(net.between)
    {
        const torch::NoGradGuard quiet;
        at::set_num_threads(1);
        const float* from = values.data();
        for (int i = 0; i < net.layers(); ++i)
        {
            const int inputs = net.inputs(i);
            const int units = net.units(i);
            const auto layer =
                register_module("dense" + std::to_string(i), torch::nn::Linear(inputs, units));
            std::copy_n(from, inputs * units, layer->weight.data_ptr<float>());
            std::copy_n(from + inputs * units, units, layer->bias.data_ptr<float>());
            from += inputs * units + units;
            layers.push_back(layer);
        }
    }

    torch::Tensor forward(torch::Tensor x)
    {
        for (std::size_t i = 0; i < layers.size(); ++i)
        {
            x = layers[i]->forward(x);
            if (i + 1 < layers.size())
            {
                x = between == activation::relu   ? torch::relu(x)
                    : between == activation::tanh ? torch::tanh(x)
                                                  : torch::silu(x);
            }
        }
        return x;
    }

    activation between;
    std::vector<torch::nn::Linear> layers;
};

torch::Tensor as_tensor(const float* values, std::int64_t rows, std::int64_t columns)
{
    return torch::from_blob(const_cast<float*>(values), {rows, columns});
}

class torch_trainer : public trainer
{
public:
    torch_trainer(const dense_network& net, contestant::parameters initial, update_kind rule)
        : net_(net, initial)
    {
        if (rule == update_kind::sgd)
        {
            optimiser_ = std::make_unique<torch::optim::SGD>(
                net_.parameters(), torch::optim::SGDOptions(double(settings::sgd_rate)));
        }
        else
        {
            optimiser_ = std::make_unique<torch::optim::Adam>(
                net_.parameters(), torch::optim::AdamOptions(double(settings::adam_rate)));
        }
    }

    float step(const labelled_rows& data) override
    {
        if (!labels_.defined())
        {
            labels_ = torch::empty({data.rows}, torch::kInt64);
            std::ranges::copy(data.labels, labels_.data_ptr<std::int64_t>());
        }
        optimiser_->zero_grad();
        const auto rows = static_cast<std::int64_t>(data.rows);
        const auto columns = static_cast<std::int64_t>(data.inputs.size()) / rows;
        const auto logits = net_.forward(as_tensor(data.inputs.data(), rows, columns));
        const auto loss = torch::nn::functional::cross_entropy(logits, labels_);
        loss.backward();
        optimiser_->step();
        return loss.item<float>();
    }

    std::vector<float> parameters() override
    {
        std::vector<float> values;
        for (const torch::Tensor& tensor : net_.parameters())
        {
            const auto* from = tensor.data_ptr<float>();
            values.insert(values.end(), from, from + tensor.numel());
        }
        return values;
    }

private:
    module net_;
    std::unique_ptr<torch::optim::Optimizer> optimiser_;
    torch::Tensor labels_;
};

class torch_predictor : public predictor
{
public:
    torch_predictor(const dense_network& net, contestant::parameters values, int rows)
        : net_(net, values), rows_(rows), inputs_(net.inputs())
    {
        net_.eval();
    }

    void predict(const float* inputs, float* outputs) override
    {
        const c10::InferenceMode only_forward;
        const auto result = net_.forward(as_tensor(inputs, rows_, inputs_));
        std::copy_n(result.data_ptr<float>(), result.numel(), outputs);
    }

private:
    module net_;
    std::int64_t rows_;
    std::int64_t inputs_;
};

const entry entered({
    .name = "libtorch",
    .version = TORCH_VERSION,
    .train = [](const dense_network& net, contestant::parameters initial, update_kind rule,
                int) -> std::unique_ptr<trainer>
    { return std::make_unique<torch_trainer>(net, initial, rule); },
    .predict = [](const dense_network& net, contestant::parameters values,
                  int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<torch_predictor>(net, values, rows); },
});

} // namespace
