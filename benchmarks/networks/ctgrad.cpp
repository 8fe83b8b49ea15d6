// SPDX-License-Identifier: BSL-1.0
#include "contestant.hpp"

#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/learn.hpp>

namespace
{

using namespace ctgrad;

constexpr variable<"x"> x;

template <activation Between>
constexpr auto precise_formula()
{
    if constexpr (Between == activation::relu)
    {
        return relu(x);
    }
    else if constexpr (Between == activation::tanh)
    {
        return tanh(x);
    }
    else
    {
        return x * sigmoid(x);
    }
}

template <activation Between, tier Tier>
constexpr auto formula()
{
    if constexpr (Tier == tier::fast)
    {
        return fast(precise_formula<Between>());
    }
    else
    {
        return precise_formula<Between>();
    }
}

/// Layers up to here; `with` adds those of more units.
template <input Input, auto Between, auto... Layers>
struct stack
{
    template <int Units, int... More>
    static constexpr auto with()
    {
        if constexpr (sizeof...(More) == 0)
        {
            return std::type_identity<network<Input, Layers..., dense{Units}>>{};
        }
        else
        {
            return stack<Input, Between, Layers..., dense{Units},
                         Between>::template with<More...>();
        }
    }
};

template <tier Tier, activation Between, int Inputs, int... Units>
constexpr auto type_of(fixed_network<Between, Inputs, Units...>)
{
    return stack<input{Inputs}, formula<Between, Tier>()>::template with<Units...>();
}

template <class Fixed, tier Tier = tier::precise>
using network_of = typename decltype(type_of<Tier>(Fixed{}))::type;

template <class Network, class Optimiser>
class own_trainer : public trainer
{
public:
    own_trainer(contestant::parameters initial, Optimiser chosen)
        : optimiser_(chosen, net_.parameters().size())
    {
        net_.import_parameters(initial);
    }

    float step(const labelled_rows& data) override
    {
        const batch_result result = learn<cross_entropy>(
            net_, workspace_, optimiser_, {data.inputs.data(), data.rows, Network::input_size},
            {data.targets.data(), data.rows, Network::output_size}, 0);
        return static_cast<float>(result.loss);
    }

    std::vector<float> parameters() override
    {
        std::vector<float> values(Network::parameter_count);
        net_.export_parameters(values);
        return values;
    }

private:
    Network net_;
    training_workspace<Network> workspace_;
    optimiser_state<Optimiser, float> optimiser_;
};

template <class Network>
class own_predictor : public predictor
{
public:
    own_predictor(contestant::parameters values, int rows) : rows_(rows)
    {
        net_.import_parameters(values);
    }

    void predict(const float* inputs, float* outputs) override
    {
        net_.predict({inputs, rows_, Network::input_size}, {outputs, rows_, Network::output_size});
    }

private:
    Network net_;
    int rows_;
};

template <tier Tier>
std::unique_ptr<predictor> make_dense_predictor(const dense_network& wanted,
                                                contestant::parameters values, int rows)
{
    std::unique_ptr<predictor> made;
    const auto make = [&]<class Fixed>(Fixed)
    { made = std::make_unique<own_predictor<network_of<Fixed, Tier>>>(values, rows); };
    classifiers::with(wanted, make) || small_networks::with(wanted, make);
    return made;
}

using own_lenet = network<input{lenet::image, lenet::image},
                          conv2d{.filters = 6, .kernel = 5, .padding = same_size}, relu(x),
                          max_pool{}, conv2d{.filters = 16, .kernel = 5}, relu(x), max_pool{},
                          flatten{}, dense{120}, relu(x), dense{84}, relu(x), dense{10}>;

template <class Network>
class own_stepper : public stepper
{
public:
    explicit own_stepper(contestant::parameters values) { net_.import_parameters(values); }

    float step(float input) override
    {
        float output;
        net_.process(std::span<const float>(&input, 1), std::span<float>(&output, 1));
        return output;
    }

    void reset() override { net_.reset(); }

private:
    Network net_;
};

std::unique_ptr<stepper> make_stepper(const recurrent_network& wanted,
                                      contestant::parameters values)
{
    std::unique_ptr<stepper> made;
    if (wanted.name() == "1-8-1 GRU")
    {
        made = std::make_unique<own_stepper<network<input{1}, gru{8}, dense{1}>>>(values);
    }
    if (wanted.name() == "1-16-1 LSTM")
    {
        made = std::make_unique<own_stepper<network<input{1}, lstm{16}, dense{1}>>>(values);
    }
    return made;
}

const entry entered({
    .name = "ctgrad",
    .version = CTGRAD_VERSION,
    .train = [](const dense_network& wanted, contestant::parameters initial, update_kind rule,
                int) -> std::unique_ptr<trainer>
    {
        std::unique_ptr<trainer> made;
        classifiers::with(
            wanted,
            [&]<class Fixed>(Fixed)
            {
                if (rule == update_kind::sgd)
                {
                    const sgd chosen{.learning_rate = settings::sgd_rate};
                    made = std::make_unique<own_trainer<network_of<Fixed>, sgd>>(initial, chosen);
                }
                else
                {
                    made = std::make_unique<own_trainer<network_of<Fixed>, adam>>(initial, adam{});
                }
            });
        return made;
    },
    .predict = make_dense_predictor<tier::precise>,
    .train_lenet = [](contestant::parameters initial, int) -> std::unique_ptr<trainer>
    {
        const sgd chosen{.learning_rate = settings::sgd_rate};
        return std::make_unique<own_trainer<own_lenet, sgd>>(initial, chosen);
    },
    .predict_lenet = [](contestant::parameters values, int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<own_predictor<own_lenet>>(values, rows); },
    .step = make_stepper,
});

// Formulas to 1e-4.
const entry fast_entered({
    .name = "ctgrad's fast tier",
    .version = CTGRAD_VERSION,
    .predict = make_dense_predictor<tier::fast>,
    .tolerance = 100,
});

} // namespace
