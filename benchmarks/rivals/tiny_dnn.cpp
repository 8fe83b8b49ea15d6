// SPDX-License-Identifier: BSL-1.0
// No Adam: tiny-dnn's corrects its moments once for each array of weights instead of once a step, so
// that it computes something else.

#define CNN_USE_SSE
#define CNN_USE_AVX
#define CNN_SINGLE_THREAD

#include "../networks/contestant.hpp"

#include <tiny_dnn/tiny_dnn.h>

namespace
{

/// tiny-dnn's activations know the slope from the value alone, which swish has not.
class swish_layer : public tiny_dnn::layer
{
public:
    explicit swish_layer(tiny_dnn::serial_size_t size)
        : layer({tiny_dnn::vector_type::data}, {tiny_dnn::vector_type::data}), size_(size)
    {
    }

    std::string layer_type() const override { return "swish"; }
    std::vector<tiny_dnn::shape3d> in_shape() const override { return {{size_, 1, 1}}; }
    std::vector<tiny_dnn::shape3d> out_shape() const override { return {{size_, 1, 1}}; }

    void forward_propagation(const std::vector<tiny_dnn::tensor_t*>& in,
                             std::vector<tiny_dnn::tensor_t*>& out) override
    {
        for (std::size_t row = 0; row < in[0]->size(); ++row)
        {
            for (std::size_t i = 0; i < size_; ++i)
            {
                const float x = (*in[0])[row][i];
                (*out[0])[row][i] = x / (1 + std::exp(-x));
            }
        }
    }

    void back_propagation(const std::vector<tiny_dnn::tensor_t*>& in,
                          const std::vector<tiny_dnn::tensor_t*>& out,
                          std::vector<tiny_dnn::tensor_t*>& dout,
                          std::vector<tiny_dnn::tensor_t*>& din) override
    {
        for (std::size_t row = 0; row < in[0]->size(); ++row)
        {
            for (std::size_t i = 0; i < size_; ++i)
            {
                const float sigmoid = 1 / (1 + std::exp(-(*in[0])[row][i]));
                const float y = (*out[0])[row][i];
                (*din[0])[row][i] = (*dout[0])[row][i] * (sigmoid + y * (1 - sigmoid));
            }
        }
    }

private:
    tiny_dnn::serial_size_t size_;
};

using tiny_dnn::activation::identity;
using tiny_dnn::activation::relu;
using tiny_dnn::activation::softmax;
using tiny_dnn::activation::tan_h;

using layers = tiny_dnn::network<tiny_dnn::sequential>;

template <class Activation>
using dense = tiny_dnn::fully_connected_layer<Activation>;

/// Its losses want softmax as an activation of the last layer.
void add_last(layers& made, tiny_dnn::serial_size_t inputs, tiny_dnn::serial_size_t units,
              bool learns)
{
    if (learns)
    {
        made << dense<softmax>(inputs, units);
    }
    else
    {
        made << dense<identity>(inputs, units);
    }
}

void add_layers(layers& made, const dense_network& net, bool learns)
{
    for (int i = 0; i < net.layers(); ++i)
    {
        const auto inputs = static_cast<tiny_dnn::serial_size_t>(net.inputs(i));
        const auto units = static_cast<tiny_dnn::serial_size_t>(net.units(i));
        if (net.is_last(i))
        {
            add_last(made, inputs, units, learns);
        }
        else if (net.between == activation::relu)
        {
            made << dense<relu>(inputs, units);
        }
        else if (net.between == activation::tanh)
        {
            made << dense<tan_h>(inputs, units);
        }
        else
        {
            made << dense<identity>(inputs, units) << swish_layer(units);
        }
    }
}

void add_layers(layers& made, lenet, bool learns)
{
    using convolution = tiny_dnn::convolutional_layer<relu>;
    using max_pool = tiny_dnn::max_pooling_layer<identity>;
    made << convolution(28, 28, 5, 1, 6, tiny_dnn::padding::same) << max_pool(28, 28, 6, 2)
         << convolution(14, 14, 5, 6, 16) << max_pool(10, 10, 16, 2) << dense<relu>(400, 120)
         << dense<relu>(120, 84);
    add_last(made, 84, 10, learns);
}

template <class Network>
class tiny_network : public trainer, public predictor
{
public:
    tiny_network(const Network& net, contestant::parameters values, bool learns, int rows)
        : shape_(net)
    {
        add_layers(net_, net, learns);
        net_.init_weight();
        const float* from = values.data();
        for_each_layer(
            [&](auto& weights, auto& biases, int layer)
            {
                const int inputs = net.inputs(layer);
                const int units = net.units(layer);
                for (int unit = 0; unit < units; ++unit)
                {
                    for (int i = 0; i < inputs; ++i)
                    {
                        weights[place(layer, unit, i)] = *from++;
                    }
                }
                std::copy_n(from, units, biases.begin());
                from += units;
            });
        make_room(static_cast<tiny_dnn::serial_size_t>(rows));
        rows_.assign(static_cast<std::size_t>(rows),
                     {tiny_dnn::vec_t(static_cast<std::size_t>(net.inputs()))});
        sgd_.alpha = settings::sgd_rate;
        sgd_.lambda = 0;
    }

    float step(const labelled_rows& data) override
    {
        copy_in(data.inputs.data());
        if (targets_.empty())
        {
            const auto classes = static_cast<std::ptrdiff_t>(shape_.outputs());
            for (auto at = data.targets.begin(); at != data.targets.end(); at += classes)
            {
                targets_.push_back({tiny_dnn::vec_t(at, at + classes)});
            }
        }
        net_.fit<tiny_dnn::cross_entropy_multiclass>(sgd_, rows_, targets_, rows_.size(), 1);
        // Of the step's own forward pass.
        const auto outputs = net_[net_.layer_size() - 1]->output()[0];
        double loss = 0;
        for (std::size_t row = 0; row < rows_.size(); ++row)
        {
            loss -= std::log(double(outputs[row][data.labels[row]]));
        }
        return static_cast<float>(loss / data.rows);
    }

    void predict(const float* inputs, float* outputs) override
    {
        copy_in(inputs);
        for (const tiny_dnn::tensor_t& row : net_.predict(rows_))
        {
            outputs = std::copy(row[0].begin(), row[0].end(), outputs);
        }
    }

    std::vector<float> parameters() override
    {
        std::vector<float> values;
        for_each_layer(
            [&](const auto& weights, const auto& biases, int layer)
            {
                for (int unit = 0; unit < shape_.units(layer); ++unit)
                {
                    for (int i = 0; i < shape_.inputs(layer); ++i)
                    {
                        values.push_back(weights[place(layer, unit, i)]);
                    }
                }
                values.insert(values.end(), biases.begin(), biases.end());
            });
        return values;
    }

private:
    /// Weights of dense layers are a column for each unit, those of convolutions a row for each filter.
    std::size_t place(int layer, int unit, int i) const
    {
        return static_cast<std::size_t>(shape_.is_convolution(layer)
                                            ? unit * shape_.inputs(layer) + i
                                            : i * shape_.units(layer) + unit);
    }

    /// Calls body(weights, biases, layer) for each layer that has some.
    template <class Body>
    void for_each_layer(Body body)
    {
        int layer = 0;
        for (std::size_t i = 0; i < net_.layer_size(); ++i)
        {
            const auto tensors = net_[i]->weights();
            if (!tensors.empty())
            {
                body(*tensors[0], *tensors[1], layer);
                ++layer;
            }
        }
    }

    /// Its gradients of convolutions with AVX write up to 8 numbers beyond the last one.
    void make_room(tiny_dnn::serial_size_t rows)
    {
        for (std::size_t i = 0; i < net_.layer_size(); ++i)
        {
            net_[i]->set_sample_count(rows);
            for (const auto& edge : net_[i]->inputs())
            {
                for (tiny_dnn::vec_t& gradient : *edge->get_gradient())
                {
                    gradient.reserve(gradient.size() + 8);
                }
            }
        }
    }

    void copy_in(const float* inputs)
    {
        for (tiny_dnn::tensor_t& row : rows_)
        {
            std::copy_n(inputs, row[0].size(), row[0].begin());
            inputs += row[0].size();
        }
    }

    Network shape_;
    layers net_;
    tiny_dnn::gradient_descent sgd_;
    std::vector<tiny_dnn::tensor_t> rows_;
    std::vector<tiny_dnn::tensor_t> targets_;
};

const entry entered({
    .name = "tiny-dnn",
    .version = "1.0.0a3",
    .train = [](const dense_network& net, contestant::parameters initial, update_kind rule,
                int rows) -> std::unique_ptr<trainer>
    {
        if (rule == update_kind::adam)
        {
            return nullptr;
        }
        return std::make_unique<tiny_network<dense_network>>(net, initial, true, rows);
    },
    .predict = [](const dense_network& net, contestant::parameters values,
                  int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<tiny_network<dense_network>>(net, values, false, rows); },
    .train_lenet = [](contestant::parameters initial, int rows) -> std::unique_ptr<trainer>
    { return std::make_unique<tiny_network<lenet>>(lenet{}, initial, true, rows); },
    .predict_lenet = [](contestant::parameters values, int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<tiny_network<lenet>>(lenet{}, values, false, rows); },
});

} // namespace
