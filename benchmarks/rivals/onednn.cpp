// SPDX-License-Identifier: BSL-1.0
// Inner products with the layouts of the weights that the library chooses, reordered once; for
// inference with bias and activation as part of the primitive.

#include "by_hand.hpp"

#include <dnnl.hpp>

#include <unordered_map>

namespace
{

using dnnl::memory;
using tag = memory::format_tag;
using arguments = std::unordered_map<int, memory>;

dnnl::engine& engine()
{
    static dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

memory::desc matrix(int rows, int columns, tag layout = tag::ab)
{
    return {{rows, columns}, memory::data_type::f32, layout};
}

memory::desc vector(int size) { return {{size}, memory::data_type::f32, tag::a}; }

memory zeros(const memory::desc& shape)
{
    memory made(shape, engine());
    std::fill_n(static_cast<char*>(made.get_data_handle()), shape.get_size(), char(0));
    return made;
}

float* data_of(const memory& of) { return static_cast<float*>(of.get_data_handle()); }

void reorder(dnnl::stream& stream, memory from, memory to)
{
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
}

struct step_of_work
{
    dnnl::primitive work;
    arguments with;
};

dnnl::algorithm algorithm_of(activation kind)
{
    switch (kind)
    {
    case activation::relu:
        return dnnl::algorithm::eltwise_relu;
    case activation::tanh:
        return dnnl::algorithm::eltwise_tanh;
    case activation::swish:
        break;
    }
    return dnnl::algorithm::eltwise_swish;
}

// swish(x) = x * sigmoid(alpha * x)
constexpr float alpha_of(activation kind) { return kind == activation::swish ? 1.0f : 0.0f; }

class onednn_predictor : public predictor
{
public:
    onednn_predictor(const dense_network& net, contestant::parameters values, int rows)
        : inputs_(matrix(rows, net.inputs()), engine(), nullptr),
          outputs_(matrix(rows, net.outputs()), engine(), nullptr)
    {
        const float* from = values.data();
        memory x = inputs_;
        for (int i = 0; i < net.layers(); ++i)
        {
            const int inputs = net.inputs(i);
            const int units = net.units(i);
            dnnl::primitive_attr fused;
            if (!net.is_last(i))
            {
                dnnl::post_ops after;
                after.append_eltwise(1, algorithm_of(net.between), alpha_of(net.between), 0);
                fused.set_post_ops(after);
            }
            const bool is_first = i == 0;
            const dnnl::inner_product_forward::primitive_desc chosen(
                {dnnl::prop_kind::forward_inference,
                 matrix(rows, inputs, is_first ? tag::ab : tag::any),
                 matrix(units, inputs, tag::any), vector(units),
                 matrix(rows, units, net.is_last(i) ? tag::ab : tag::any)},
                fused, engine());
            if (chosen.src_desc() != x.get_desc())
            {
                const memory other(chosen.src_desc(), engine());
                steps_.push_back(
                    {dnnl::reorder(x, other), {{DNNL_ARG_FROM, x}, {DNNL_ARG_TO, other}}});
                x = other;
            }
            const memory weights = zeros(chosen.weights_desc());
            reorder(stream_, memory(matrix(units, inputs), engine(), const_cast<float*>(from)),
                    weights);
            const memory biases = zeros(vector(units));
            std::copy_n(from + inputs * units, units, data_of(biases));
            from += inputs * units + units;
            const memory y = net.is_last(i) ? outputs_ : zeros(chosen.dst_desc());
            steps_.push_back({dnnl::inner_product_forward(chosen),
                              {{DNNL_ARG_SRC, x},
                               {DNNL_ARG_WEIGHTS, weights},
                               {DNNL_ARG_BIAS, biases},
                               {DNNL_ARG_DST, y}}});
            x = y;
        }
    }

    void predict(const float* inputs, float* outputs) override
    {
        inputs_.set_data_handle(const_cast<float*>(inputs));
        outputs_.set_data_handle(outputs);
        for (const step_of_work& one : steps_)
        {
            one.work.execute(stream_, one.with);
        }
        stream_.wait();
    }

private:
    dnnl::stream stream_{engine()};
    memory inputs_;
    memory outputs_;
    std::vector<step_of_work> steps_;
};

class onednn_trainer : public trainer
{
public:
    onednn_trainer(const dense_network& net, contestant::parameters initial, update_kind rule,
                   int rows)
        : inputs_(matrix(rows, net.inputs()), engine(), nullptr),
          outputs_(zeros(matrix(rows, net.outputs())))
    {
        const float* from = initial.data();
        memory x = inputs_;
        // Gradients by what is between the layers; the last one by the outputs.
        std::vector<step_of_work> backward;
        memory dx;
        std::size_t stored = 0;
        for (int i = 0; i < net.layers(); ++i)
        {
            const int inputs = net.inputs(i);
            const int units = net.units(i);
            const memory::desc rows_in = matrix(rows, inputs);
            const memory::desc rows_out = matrix(rows, units);
            const memory::desc any = matrix(units, inputs, tag::any);

            const dnnl::inner_product_forward::primitive_desc forward(
                {dnnl::prop_kind::forward_training, rows_in, any, vector(units), rows_out},
                engine());
            layer& one = layers_.emplace_back();
            one.weights = zeros(forward.weights_desc());
            one.biases = zeros(vector(units));
            one.dbiases = zeros(vector(units));
            reorder(stream_, memory(matrix(units, inputs), engine(), const_cast<float*>(from)),
                    one.weights);
            std::copy_n(from + inputs * units, units, data_of(one.biases));
            from += inputs * units + units;
            stored +=
                forward.weights_desc().get_size() / sizeof(float) + static_cast<std::size_t>(units);

            const memory z = net.is_last(i) ? outputs_ : zeros(rows_out);
            steps_.push_back({dnnl::inner_product_forward(forward),
                              {{DNNL_ARG_SRC, x},
                               {DNNL_ARG_WEIGHTS, one.weights},
                               {DNNL_ARG_BIAS, one.biases},
                               {DNNL_ARG_DST, z}}});
            const memory dz = net.is_last(i) ? outputs_ : zeros(rows_out);

            // In reverse order, turned round below.
            if (i > 0)
            {
                const dnnl::inner_product_backward_data::primitive_desc back(
                    {rows_in, any, rows_out}, engine(), forward);
                const memory weights = back.weights_desc() == forward.weights_desc()
                                           ? one.weights
                                           : zeros(back.weights_desc());
                backward.push_back({dnnl::inner_product_backward_data(back),
                                    {{DNNL_ARG_DIFF_DST, dz},
                                     {DNNL_ARG_WEIGHTS, weights},
                                     {DNNL_ARG_DIFF_SRC, dx}}});
                if (weights.get() != one.weights.get())
                {
                    backward.push_back({dnnl::reorder(one.weights, weights),
                                        {{DNNL_ARG_FROM, one.weights}, {DNNL_ARG_TO, weights}}});
                }
            }
            const dnnl::inner_product_backward_weights::primitive_desc gradient(
                {rows_in, any, vector(units), rows_out}, engine(), forward);
            one.dweights = zeros(forward.weights_desc());
            const memory dweights = gradient.diff_weights_desc() == forward.weights_desc()
                                        ? one.dweights
                                        : zeros(gradient.diff_weights_desc());
            if (dweights.get() != one.dweights.get())
            {
                backward.push_back({dnnl::reorder(dweights, one.dweights),
                                    {{DNNL_ARG_FROM, dweights}, {DNNL_ARG_TO, one.dweights}}});
            }
            backward.push_back({dnnl::inner_product_backward_weights(gradient),
                                {{DNNL_ARG_SRC, x},
                                 {DNNL_ARG_DIFF_DST, dz},
                                 {DNNL_ARG_DIFF_WEIGHTS, dweights},
                                 {DNNL_ARG_DIFF_BIAS, one.dbiases}}});
            if (!net.is_last(i))
            {
                const dnnl::eltwise_forward::primitive_desc active(
                    {dnnl::prop_kind::forward_training, algorithm_of(net.between), rows_out,
                     alpha_of(net.between)},
                    engine());
                const dnnl::eltwise_backward::primitive_desc slope(
                    {algorithm_of(net.between), rows_out, rows_out, alpha_of(net.between)},
                    engine(), active);
                const memory y = zeros(rows_out);
                steps_.push_back(
                    {dnnl::eltwise_forward(active), {{DNNL_ARG_SRC, z}, {DNNL_ARG_DST, y}}});
                backward.push_back(
                    {dnnl::eltwise_backward(slope),
                     {{DNNL_ARG_SRC, z}, {DNNL_ARG_DIFF_DST, dz}, {DNNL_ARG_DIFF_SRC, dz}}});
                x = y;
                dx = dz;
            }
        }
        backward_.assign(backward.rbegin(), backward.rend());
        updates_ = by_hand::updates(rule, stored);
    }

    float step(const labelled_rows& data) override
    {
        inputs_.set_data_handle(const_cast<float*>(data.inputs.data()));
        run(steps_);
        const float loss = by_hand::cross_entropy(
            data_of(outputs_), data.targets.data(), static_cast<std::size_t>(data.rows),
            data.targets.size() / static_cast<std::size_t>(data.rows));
        run(backward_);
        updates_.begin_step();
        for (layer& one : layers_)
        {
            apply(one.weights, one.dweights);
            apply(one.biases, one.dbiases);
        }
        return loss;
    }

    std::vector<float> parameters() override
    {
        std::vector<float> values;
        for (layer& one : layers_)
        {
            const auto shape = one.weights.get_desc().dims();
            const memory plain =
                zeros(matrix(static_cast<int>(shape[0]), static_cast<int>(shape[1])));
            reorder(stream_, one.weights, plain);
            for (const memory& each : {plain, one.biases})
            {
                values.insert(values.end(), data_of(each), data_of(each) + floats(each));
            }
        }
        return values;
    }

private:
    struct layer
    {
        memory weights;
        memory biases;
        memory dweights;
        memory dbiases;
    };

    static std::size_t floats(const memory& of) { return of.get_desc().get_size() / sizeof(float); }

    void run(const std::vector<step_of_work>& steps)
    {
        for (const step_of_work& one : steps)
        {
            one.work.execute(stream_, one.with);
        }
        stream_.wait();
    }

    // Padding takes part: it is zero and stays so.
    void apply(memory& weights, const memory& gradients)
    {
        updates_.apply(data_of(weights), data_of(gradients), floats(weights));
    }

    dnnl::stream stream_{engine()};
    memory inputs_;
    memory outputs_;
    std::vector<layer> layers_;
    std::vector<step_of_work> steps_;
    std::vector<step_of_work> backward_;
    by_hand::updates updates_{update_kind::sgd, 0};
};

const entry entered({
    .name = "oneDNN",
    .version = std::to_string(DNNL_VERSION_MAJOR) + "." + std::to_string(DNNL_VERSION_MINOR) + "." +
               std::to_string(DNNL_VERSION_PATCH),
    .train = [](const dense_network& net, contestant::parameters initial, update_kind rule,
                int rows) -> std::unique_ptr<trainer>
    { return std::make_unique<onednn_trainer>(net, initial, rule, rows); },
    .predict = [](const dense_network& net, contestant::parameters values,
                  int rows) -> std::unique_ptr<predictor>
    { return std::make_unique<onednn_predictor>(net, values, rows); },
});

} // namespace
