// SPDX-License-Identifier: BSL-1.0
// With its backend Eigen: the one on xsimd needs a newer xsimd than Debian 12 has.

#define RTNEURAL_DEFAULT_ALIGNMENT 32
#define RTNEURAL_USE_EIGEN 1

#include "../networks/contestant.hpp"

#include <RTNeural/RTNeural.h>

namespace
{

template <activation Between, int Size>
using active =
    std::conditional_t<Between == activation::relu, RTNeural::ReLuActivationT<float, Size>,
                       RTNeural::TanhActivationT<float, Size>>;

// All networks here have two hidden layers.
template <activation Between, int A, int B, int C, int D>
class static_model : public predictor
{
public:
    explicit static_model(contestant::parameters values)
    {
        const float* from = values.data();
        import_layer(model_.template get<0>(), A, B, from);
        import_layer(model_.template get<2>(), B, C, from);
        import_layer(model_.template get<4>(), C, D, from);
        model_.reset();
    }

    void predict(const float* inputs, float* outputs) override
    {
        // It wants its inputs aligned.
        std::copy_n(inputs, A, inputs_);
        model_.forward(inputs_);
        std::copy_n(model_.getOutputs(), D, outputs);
    }

private:
    template <class Layer>
    static void import_layer(Layer& layer, int inputs, int units, const float*& from)
    {
        std::vector<std::vector<float>> weights;
        for (int unit = 0; unit < units; ++unit)
        {
            weights.emplace_back(from, from + inputs);
            from += inputs;
        }
        layer.setWeights(weights);
        layer.setBias(from);
        from += units;
    }

    alignas(RTNEURAL_DEFAULT_ALIGNMENT) float inputs_[A]{};
    RTNeural::ModelT<float, A, D, RTNeural::DenseT<float, A, B>, active<Between, B>,
                     RTNeural::DenseT<float, B, C>, active<Between, C>,
                     RTNeural::DenseT<float, C, D>>
        model_;
};

using weight_rows = std::vector<std::vector<float>>;

/// Columns of numbers that are in memory gate after gate, (gate, unit, input); `order` are the gates in
/// the order of Keras, which RTNeural takes from there.
weight_rows columns_of(const float* from, int inputs, int units, const std::vector<int>& order)
{
    weight_rows columns(static_cast<std::size_t>(inputs));
    for (int input = 0; input < inputs; ++input)
    {
        for (const int gate : order)
        {
            for (int unit = 0; unit < units; ++unit)
            {
                columns[static_cast<std::size_t>(input)].push_back(
                    from[(gate * units + unit) * inputs + input]);
            }
        }
    }
    return columns;
}

template <class Layer, int Units>
class recurrent_model : public stepper
{
public:
    recurrent_model(const recurrent_network& net, contestant::parameters values)
    {
        constexpr bool is_gru = std::is_same_v<Layer, RTNeural::GRULayerT<float, 1, Units>>;
        const std::vector<int> order = is_gru ? std::vector{1, 0, 2} : std::vector{0, 1, 2, 3};
        Layer& layer = model_.template get<0>();
        const float* from = values.data();
        layer.setWVals(columns_of(from, 1, Units, order));
        from += net.gates() * Units;
        layer.setUVals(columns_of(from, Units, Units, order));
        from += net.state_weights();
        const std::vector<float> biases = columns_of(from, 1, Units, order)[0];
        if constexpr (is_gru)
        {
            std::vector<float> second(2 * Units);
            second.insert(second.end(), from + 3 * Units, from + 4 * Units);
            layer.setBVals({biases, second});
        }
        else
        {
            layer.setBVals(biases);
        }
        from += net.biases();
        model_.template get<1>().setWeights({std::vector<float>(from, from + Units)});
        model_.template get<1>().setBias(from + Units);
        reset();
    }

    float step(float input) override
    {
        inputs_[0] = input;
        return model_.forward(inputs_);
    }

    void reset() override { model_.reset(); }

private:
    alignas(RTNEURAL_DEFAULT_ALIGNMENT) float inputs_[8]{};
    RTNeural::ModelT<float, 1, 1, Layer, RTNeural::DenseT<float, Units, 1>> model_;
};

const entry entered({
    .name = "RTNeural",
    .version = "",
    .predict = [](const dense_network& wanted, contestant::parameters values,
                  int rows) -> std::unique_ptr<predictor>
    {
        std::unique_ptr<predictor> made;
        if (rows == 1)
        {
            small_networks::with(
                wanted, [&]<activation Between, int... Sizes>(fixed_network<Between, Sizes...>)
                { made = std::make_unique<static_model<Between, Sizes...>>(values); });
        }
        return made;
    },
    .step = [](const recurrent_network& wanted,
               contestant::parameters values) -> std::unique_ptr<stepper>
    {
        std::unique_ptr<stepper> made;
        if (wanted.name() == "1-8-1 GRU")
        {
            using layer = RTNeural::GRULayerT<float, 1, 8>;
            made = std::make_unique<recurrent_model<layer, 8>>(wanted, values);
        }
        if (wanted.name() == "1-16-1 LSTM")
        {
            using layer = RTNeural::LSTMLayerT<float, 1, 16>;
            made = std::make_unique<recurrent_model<layer, 16>>(wanted, values);
        }
        return made;
    },
});

} // namespace
