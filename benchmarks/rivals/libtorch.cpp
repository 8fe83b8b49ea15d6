// SPDX-License-Identifier: BSL-1.0
// Modules and optimisers of PyTorch's C++ front end.

#include "../networks/contestant.hpp"

#include <torch/torch.h>

namespace
{

struct dense_module : torch::nn::Module
{
    explicit dense_module(const dense_network& net) : between(net.between)
    {
        for (int i = 0; i < net.layers(); ++i)
        {
            layers.push_back(register_module("dense" + std::to_string(i),
                                             torch::nn::Linear(net.inputs(i), net.units(i))));
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

struct lenet_module : torch::nn::Module
{
    explicit lenet_module(lenet) {}

    torch::Tensor forward(const torch::Tensor& rows)
    {
        // Strides that say that channels come last, which is quicker, as all layers behind keep to it.
        constexpr int size = lenet::image;
        auto x = rows.as_strided({rows.size(0), 1, size, size}, {size * size, 1, size, 1});
        x = torch::max_pool2d(torch::relu(conv1->forward(x)), 2);
        x = torch::max_pool2d(torch::relu(conv2->forward(x)), 2);
        x = torch::relu(dense1->forward(x.flatten(1)));
        return dense3->forward(torch::relu(dense2->forward(x)));
    }

    using conv2d = torch::nn::Conv2d;
    using dense = torch::nn::Linear;
    conv2d conv1 = register_module("conv1", conv2d(torch::nn::Conv2dOptions(1, 6, 5).padding(2)));
    conv2d conv2 = register_module("conv2", conv2d(torch::nn::Conv2dOptions(6, 16, 5)));
    dense dense1 = register_module("dense1", dense(400, 120));
    dense dense2 = register_module("dense2", dense(120, 84));
    dense dense3 = register_module("dense3", dense(84, 10));
};

/// Tensors are in the order of `values`: layer after layer, the weights before the biases.
void import_parameters(const torch::nn::Module& net, contestant::parameters values)
{
    const torch::NoGradGuard quiet;
    at::set_num_threads(1);
    const float* from = values.data();
    for (const torch::Tensor& tensor : net.parameters())
    {
        std::copy_n(from, tensor.numel(), tensor.data_ptr<float>());
        from += tensor.numel();
    }
}

torch::Tensor as_tensor(const float* values, std::int64_t rows, std::int64_t columns)
{
    return torch::from_blob(const_cast<float*>(values), {rows, columns});
}

template <class Module>
class torch_trainer : public trainer
{
public:
    template <class Network>
    torch_trainer(const Network& net, contestant::parameters initial, update_kind rule) : net_(net)
    {
        import_parameters(net_, initial);
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
        const torch::Tensor logits = net_.forward(as_tensor(data.inputs.data(), rows, columns));
        const torch::Tensor loss = torch::nn::functional::cross_entropy(logits, labels_);
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
    Module net_;
    std::unique_ptr<torch::optim::Optimizer> optimiser_;
    torch::Tensor labels_;
};

template <class Module>
class torch_predictor : public predictor
{
public:
    template <class Network>
    torch_predictor(const Network& net, contestant::parameters values, int rows)
        : net_(net), rows_(rows), inputs_(net.inputs())
    {
        import_parameters(net_, values);
        net_.eval();
    }

    void predict(const float* inputs, float* outputs) override
    {
        const c10::InferenceMode only_forward;
        const torch::Tensor result = net_.forward(as_tensor(inputs, rows_, inputs_));
        std::copy_n(result.data_ptr<float>(), result.numel(), outputs);
    }

private:
    Module net_;
    std::int64_t rows_;
    std::int64_t inputs_;
};

const entry entered({
    .name = "libtorch",
    .version = TORCH_VERSION,
    .train = [](const dense_network& net, contestant::parameters initial, update_kind rule,
                int) -> std::unique_ptr<trainer>
    { return std::make_unique<torch_trainer<dense_module>>(net, initial, rule); },
    .predict = [](const dense_network& net, contestant::parameters values,
                  int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<torch_predictor<dense_module>>(net, values, rows); },
    .train_lenet = [](contestant::parameters initial, int) -> std::unique_ptr<trainer>
    { return std::make_unique<torch_trainer<lenet_module>>(lenet{}, initial, update_kind::sgd); },
    .predict_lenet = [](contestant::parameters values, int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<torch_predictor<lenet_module>>(lenet{}, values, rows); },
});

} // namespace
