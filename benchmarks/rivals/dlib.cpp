// SPDX-License-Identifier: BSL-1.0
// The layers, loss and solvers of dlib, without its trainer, which runs them in a thread of its own.

#include "../networks/contestant.hpp"

#include <dlib/dnn.h>
#include <dlib/revision.h>

namespace
{

template <activation Between, class Before>
using active = std::conditional_t<
    Between == activation::relu, dlib::relu<Before>,
    std::conditional_t<Between == activation::tanh, dlib::htan<Before>, dlib::silu<Before>>>;

/// Layers on top of `Below`, whose type holds those beneath it.
template <activation Between, class Below, int Units, int... More>
struct stack
{
    using type = typename stack<Between, active<Between, dlib::fc<Units, Below>>, More...>::type;
};

template <activation Between, class Below, int Units>
struct stack<Between, Below, Units>
{
    using type = dlib::fc<Units, Below>;
};

using input = dlib::input<dlib::matrix<float>>;

template <activation Between, int Inputs, int... Units>
auto layers_of(fixed_network<Between, Inputs, Units...>)
{
    return std::type_identity<typename stack<Between, input, Units...>::type>{};
}

template <class Fixed>
using layers = typename decltype(layers_of(Fixed{}))::type;

// A layer without a loss on top cannot learn.
template <class Fixed>
using with_loss = dlib::loss_multiclass_log<layers<Fixed>>;

template <long Filters, long Padding, class Below>
using convolution =
    dlib::add_layer<dlib::con_<Filters, 5, 5, 1, 1, int(Padding), int(Padding)>, Below>;

template <class Below>
using half = dlib::max_pool<2, 2, 2, 2, dlib::relu<Below>>;

using lenet_layers = dlib::fc<
    10,
    dlib::relu<dlib::fc<
        84, dlib::relu<dlib::fc<120, half<convolution<16, 0, half<convolution<6, 2, input>>>>>>>>>;

/// The rows and columns of a sample.
std::pair<int, int> extents(const dense_network& net) { return {net.inputs(), 1}; }
std::pair<int, int> extents(lenet) { return {lenet::image, lenet::image}; }

/// Calls body(parameters, layer) for each layer that has some, first to last.
template <class Net, class Body>
void for_each_layer(Net& net, Body body)
{
    std::vector<dlib::tensor*> tensors;
    dlib::visit_layer_parameters(net,
                                 [&](std::size_t, dlib::tensor& parameters)
                                 {
                                     if (parameters.size() > 0)
                                     {
                                         tensors.push_back(&parameters);
                                     }
                                 });
    // dlib counts from the output.
    std::ranges::reverse(tensors);
    for (std::size_t i = 0; i < tensors.size(); ++i)
    {
        body(*tensors[i], static_cast<int>(i));
    }
}

/// Shapes are known, and parameters there, only after samples went through once.
template <class Net>
void make_parameters(Net& net, dlib::resizable_tensor& inputs, int rows, std::pair<int, int> sizes)
{
    const dlib::matrix<float> sample = dlib::zeros_matrix<float>(sizes.first, sizes.second);
    const std::vector<dlib::matrix<float>> samples(static_cast<std::size_t>(rows), sample);
    net.to_tensor(samples.begin(), samples.end(), inputs);
    net.forward(inputs);
}

// Weights of dense layers are a column for each unit, those of convolutions a row for each filter; the
// biases follow.
template <class Network>
std::size_t place(const Network& shape, int layer, int unit, int i)
{
    return static_cast<std::size_t>(shape.is_convolution(layer) ? unit * shape.inputs(layer) + i
                                                                : i * shape.units(layer) + unit);
}

template <class Net, class Network>
void import_parameters(Net& net, const Network& shape, contestant::parameters values)
{
    const float* from = values.data();
    for_each_layer(net,
                   [&](dlib::tensor& tensor, int layer)
                   {
                       const int inputs = shape.inputs(layer);
                       const int units = shape.units(layer);
                       float* const to = tensor.host();
                       for (int unit = 0; unit < units; ++unit)
                       {
                           for (int i = 0; i < inputs; ++i)
                           {
                               to[place(shape, layer, unit, i)] = *from++;
                           }
                       }
                       std::copy_n(from, units, to + inputs * units);
                       from += units;
                   });
}

template <class Net, class Network>
std::vector<float> export_parameters(Net& net, const Network& shape)
{
    std::vector<float> values;
    for_each_layer(net,
                   [&](dlib::tensor& tensor, int layer)
                   {
                       const int inputs = shape.inputs(layer);
                       const int units = shape.units(layer);
                       const float* const from = tensor.host();
                       for (int unit = 0; unit < units; ++unit)
                       {
                           for (int i = 0; i < inputs; ++i)
                           {
                               values.push_back(from[place(shape, layer, unit, i)]);
                           }
                       }
                       values.insert(values.end(), from + inputs * units,
                                     from + inputs * units + units);
                   });
    return values;
}

template <class Net, class Network, class Solver>
class dlib_trainer : public trainer
{
public:
    dlib_trainer(const Network& net, contestant::parameters initial, Solver solver, double rate,
                 int rows)
        : shape_(net), solvers_(Net::num_computational_layers, solver), rate_(rate)
    {
        make_parameters(net_, inputs_, rows, extents(net));
        import_parameters(net_, shape_, initial);
    }

    float step(const labelled_rows& data) override
    {
        std::ranges::copy(data.inputs, inputs_.host_write_only());
        const double loss = net_.compute_parameter_gradients(inputs_, data.labels.begin());
        net_.update_parameters(solvers_, rate_);
        return static_cast<float>(loss);
    }

    std::vector<float> parameters() override { return export_parameters(net_, shape_); }

private:
    Network shape_;
    Net net_;
    std::vector<Solver> solvers_;
    dlib::resizable_tensor inputs_;
    double rate_;
};

template <class Net>
class dlib_predictor : public predictor
{
public:
    template <class Network>
    dlib_predictor(const Network& net, contestant::parameters values, int rows)
    {
        make_parameters(net_, inputs_, rows, extents(net));
        import_parameters(net_, net, values);
    }

    void predict(const float* inputs, float* outputs) override
    {
        std::copy_n(inputs, inputs_.size(), inputs_.host_write_only());
        const dlib::tensor& result = net_.forward(inputs_);
        std::copy_n(result.host(), result.size(), outputs);
    }

private:
    Net net_;
    dlib::resizable_tensor inputs_;
};

const entry entered({
    .name = "dlib",
    .version = std::to_string(DLIB_MAJOR_VERSION) + "." + std::to_string(DLIB_MINOR_VERSION),
    .train = [](const dense_network& wanted, contestant::parameters initial, update_kind rule,
                int rows) -> std::unique_ptr<trainer>
    {
        std::unique_ptr<trainer> made;
        classifiers::with(
            wanted,
            [&]<class Fixed>(Fixed)
            {
                using net = with_loss<Fixed>;
                if (rule == update_kind::sgd)
                {
                    made = std::make_unique<dlib_trainer<net, dense_network, dlib::sgd>>(
                        wanted, initial, dlib::sgd(0, 0), double(settings::sgd_rate), rows);
                }
                else
                {
                    made = std::make_unique<dlib_trainer<net, dense_network, dlib::adam>>(
                        wanted, initial, dlib::adam(0, settings::beta1, settings::beta2),
                        double(settings::adam_rate), rows);
                }
            });
        return made;
    },
    .predict = [](const dense_network& wanted, contestant::parameters values,
                  int rows) -> std::unique_ptr<predictor>
    {
        std::unique_ptr<predictor> made;
        const auto make = [&]<class Fixed>(Fixed)
        { made = std::make_unique<dlib_predictor<layers<Fixed>>>(wanted, values, rows); };
        classifiers::with(wanted, make) || small_networks::with(wanted, make);
        return made;
    },
    .train_lenet = [](contestant::parameters initial, int rows) -> std::unique_ptr<trainer>
    {
        using net = dlib::loss_multiclass_log<lenet_layers>;
        return std::make_unique<dlib_trainer<net, lenet, dlib::sgd>>(
            lenet{}, initial, dlib::sgd(0, 0), double(settings::sgd_rate), rows);
    },
    .predict_lenet = [](contestant::parameters values, int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<dlib_predictor<lenet_layers>>(lenet{}, values, rows); },
    // Its Adam has the other order of Kingma and Ba (2015, section 2): epsilon is added before the
    // moments are corrected, which after one step is as if it were 31 times as large.
    .tolerance = 8,
});

} // namespace
