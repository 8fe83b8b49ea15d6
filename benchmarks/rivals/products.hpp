// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "by_hand.hpp"

// A network by hand around three matrix products, which `Products` has:
// forward(x, weights, y, rows, inputs, units), y = x * transpose(weights);
// input_gradient(dy, weights, dx, rows, inputs, units), dx = dy * weights;
// weight_gradient(dy, x, dweights, rows, inputs, units), dweights = transpose(dy) * x.

namespace by_hand
{

/// Where parameters of a layer lie, and its rows.
struct layer
{
    std::size_t inputs;
    std::size_t units;
    std::size_t weights;
    std::size_t biases;
};

inline std::vector<layer> layers_of(const dense_network& net)
{
    std::vector<layer> layers;
    std::size_t next = 0;
    for (int i = 0; i < net.layers(); ++i)
    {
        const auto inputs = static_cast<std::size_t>(net.inputs(i));
        const auto units = static_cast<std::size_t>(net.units(i));
        layers.push_back({inputs, units, next, next + inputs * units});
        next += inputs * units + units;
    }
    return layers;
}

template <class Products>
class product_network : public trainer, public predictor
{
public:
    product_network(const dense_network& net, contestant::parameters initial, update_kind rule,
                    int rows)
        : between_(net.between),
          layers_(layers_of(net)),
          rows_(static_cast<std::size_t>(rows)),
          parameters_(initial.begin(), initial.end()),
          gradients_(initial.size()),
          updates_(rule, initial.size())
    {
        std::size_t widest = 0;
        for (const layer& one : layers_)
        {
            values_.emplace_back(rows_ * one.units);
            slopes_.emplace_back(rows_ * one.units);
            widest = std::max(widest, rows_ * one.units);
        }
        dy_.resize(widest);
        dx_.resize(widest);
    }

    void predict(const float* inputs, float* outputs) override { forward(inputs, outputs, false); }

    float step(const labelled_rows& data) override
    {
        const layer& last = layers_.back();
        forward(data.inputs.data(), dy_.data(), true);
        const float loss = cross_entropy(dy_.data(), data.targets.data(), rows_, last.units);
        for (std::size_t i = layers_.size(); i-- > 0;)
        {
            const layer& one = layers_[i];
            const float* const x = i == 0 ? data.inputs.data() : values_[i - 1].data();
            float* const gradients = gradients_.data();
            Products::weight_gradient(dy_.data(), x, gradients + one.weights, rows_, one.inputs,
                                      one.units);
            sum_rows(dy_.data(), gradients + one.biases, rows_, one.units);
            if (i > 0)
            {
                Products::input_gradient(dy_.data(), parameters_.data() + one.weights, dx_.data(),
                                         rows_, one.inputs, one.units);
                multiply(dx_.data(), slopes_[i - 1].data(), rows_ * one.inputs);
                std::swap(dx_, dy_);
            }
        }
        updates_.begin_step();
        updates_.apply(parameters_.data(), gradients_.data(), parameters_.size());
        return loss;
    }

    std::vector<float> parameters() override { return {parameters_.begin(), parameters_.end()}; }

private:
    void forward(const float* x, float* outputs, bool learns)
    {
        for (std::size_t i = 0; i < layers_.size(); ++i)
        {
            const layer& one = layers_[i];
            const bool is_last = i + 1 == layers_.size();
            float* const y = is_last ? outputs : values_[i].data();
            Products::forward(x, parameters_.data() + one.weights, y, rows_, one.inputs, one.units);
            add_biases(y, parameters_.data() + one.biases, rows_, one.units);
            if (!is_last)
            {
                activate(between_, y, learns ? slopes_[i].data() : nullptr, rows_ * one.units);
            }
            x = y;
        }
    }

    activation between_;
    std::vector<layer> layers_;
    std::size_t rows_;
    aligned_numbers parameters_;
    aligned_numbers gradients_;
    std::vector<aligned_numbers> values_;
    std::vector<aligned_numbers> slopes_;
    aligned_numbers dy_;
    aligned_numbers dx_;
    updates updates_;
};

template <class Products>
contestant product_contestant(const char* name, std::string version)
{
    return {
        .name = name,
        .version = std::move(version),
        .train = [](const dense_network& net, contestant::parameters initial, update_kind rule,
                    int rows) -> std::unique_ptr<trainer>
        { return std::make_unique<product_network<Products>>(net, initial, rule, rows); },
        .predict = [](const dense_network& net, contestant::parameters values,
                      int rows) -> std::unique_ptr<predictor>
        {
            return std::make_unique<product_network<Products>>(net, values, update_kind::sgd, rows);
        },
    };
}

} // namespace by_hand
