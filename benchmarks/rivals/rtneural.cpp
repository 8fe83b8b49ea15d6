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
});

} // namespace
