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

class tiny_network : public trainer, public predictor
{
    template <class Activation>
    using dense = tiny_dnn::fully_connected_layer<Activation>;

public:
    tiny_network(const dense_network& net, contestant::parameters values, bool learns, int rows)
        : shape_(net)
    {
        for (int i = 0; i < net.layers(); ++i)
        {
            const auto inputs = static_cast<tiny_dnn::serial_size_t>(net.inputs(i));
            const auto units = static_cast<tiny_dnn::serial_size_t>(net.units(i));
            if (net.is_last(i) && learns)
            {
                net_ << dense<softmax>(inputs, units);
            }
            else if (net.is_last(i))
            {
                net_ << dense<identity>(inputs, units);
            }
            else if (net.between == activation::relu)
            {
                net_ << dense<relu>(inputs, units);
            }
            else if (net.between == activation::tanh)
            {
                net_ << dense<tan_h>(inputs, units);
            }
            else
            {
                net_ << dense<identity>(inputs, units) << swish_layer(units);
            }
        }
        net_.init_weight();
        const float* from = values.data();
        for_each_dense(
            [&](auto& weights, auto& biases, std::size_t inputs, std::size_t units)
            {
                for (std::size_t unit = 0; unit < units; ++unit)
                {
                    for (std::size_t i = 0; i < inputs; ++i)
                    {
                        weights[i * units + unit] = *from++;
                    }
                }
                std::copy_n(from, units, biases.begin());
                from += units;
            });
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
        for_each_dense(
            [&](const auto& weights, const auto& biases, std::size_t inputs, std::size_t units)
            {
                for (std::size_t unit = 0; unit < units; ++unit)
                {
                    for (std::size_t i = 0; i < inputs; ++i)
                    {
                        values.push_back(weights[i * units + unit]);
                    }
                }
                values.insert(values.end(), biases.begin(), biases.end());
            });
        return values;
    }

private:
    template <class Body>
    void for_each_dense(Body body)
    {
        int dense_layer = 0;
        for (std::size_t i = 0; i < net_.layer_size(); ++i)
        {
            const auto tensors = net_[i]->weights();
            if (!tensors.empty())
            {
                body(*tensors[0], *tensors[1], static_cast<std::size_t>(shape_.inputs(dense_layer)),
                     static_cast<std::size_t>(shape_.units(dense_layer)));
                ++dense_layer;
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

    dense_network shape_;
    tiny_dnn::network<tiny_dnn::sequential> net_;
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
        return std::make_unique<tiny_network>(net, initial, true, rows);
    },
    .predict = [](const dense_network& net, contestant::parameters values,
                  int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<tiny_network>(net, values, false, rows); },
});

} // namespace
