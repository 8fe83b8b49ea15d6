// SPDX-License-Identifier: BSL-1.0
// One line for each kind of layer: a network of that layer alone, forward for 64 rows or for 16 sequences
// of 32 steps, and the gradients of a mean squared error. Before the layer goes a factor that is learnt in
// the latter, as gradients by the input would be left out otherwise; what it costs is the line `factor`.
// (Embeddings have words for inputs, and no such gradients.) Sequences are predicted step by step, and
// learnt from all at once. flops are those of multiply-adds, three times as many with gradients. Names:
// kind/pass/rows/shape.

#include "run.hpp"

#include <ctgrad/catalogue/gated_units.hpp>
#include <ctgrad/catalogue/norms.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/network/workspace.hpp>

#include <memory>
#include <string>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"scale"> scale{1.0};

constexpr std::ptrdiff_t rows = 64;
constexpr std::ptrdiff_t sequences = 16;
constexpr std::ptrdiff_t steps = 32;

/// At once; each step of a sequence counts.
template <class Network>
constexpr std::ptrdiff_t samples = Network::has_state ? sequences * steps : rows;

aligned_buffer<float> numbers_between(std::ptrdiff_t count, float low, float high)
{
    aligned_buffer<float> made(static_cast<std::size_t>(count));
    random_engine engine(1);
    fill_uniform(made.span(), low, high, engine);
    return made;
}

/// Outputs for all samples.
template <class Network>
struct forward_pass
{
    static constexpr std::ptrdiff_t count = samples<Network>;

    Network net{seed{1}};
    aligned_buffer<float> in;
    aligned_buffer<float> out = numbers_between(count * Network::output_size, 0, 0);

    explicit forward_pass(float largest)
        : in(numbers_between(count * Network::input_size, 0, largest))
    {
    }

    void run()
    {
        const rows_view<const float> inputs{in.data(), count, Network::input_size};
        const rows_view<float> outputs{out.data(), count, Network::output_size};
        if constexpr (Network::has_state)
        {
            for (std::ptrdiff_t i = 0; i < count; i += steps)
            {
                net.predict_sequence(inputs.slice(i, steps), outputs.slice(i, steps));
            }
        }
        else
        {
            net.predict(inputs, outputs);
        }
    }
};

/// Gradients of a batch of all samples.
template <class Network>
struct gradients
{
    static constexpr std::ptrdiff_t count = samples<Network>;
    static constexpr std::ptrdiff_t together = Network::has_state ? steps : 1;

    Network net{seed{1}};
    training_workspace<Network> workspace;
    aligned_buffer<float> in;
    aligned_buffer<float> targets = numbers_between(count * Network::output_size, 0, 1);

    explicit gradients(float largest) : in(numbers_between(count * Network::input_size, 0, largest))
    {
    }

    void run()
    {
        benchmark::DoNotOptimize(workspace.template add_gradients<mean_squared_error>(
            net, {in.data(), count / together, together * Network::input_size},
            {targets.data(), count / together, together * Network::output_size}, 1));
    }
};

/// Times a pass with so many multiply-adds for each sample.
template <class Pass>
void time_it(const std::string& name, double multiply_adds, float largest)
{
    const auto pass = std::make_shared<Pass>(largest);
    const auto timed = [pass, multiply_adds](benchmark::State& state)
    {
        for (auto _ : state)
        {
            pass->run();
            benchmark::ClobberMemory();
        }
        state.SetItemsProcessed(state.iterations() * Pass::count);
        if (multiply_adds > 0)
        {
            state.counters["flops"] = benchmark::Counter(
                2 * multiply_adds * Pass::count, benchmark::Counter::kIsIterationInvariantRate);
        }
    };
    benchmark::RegisterBenchmark(name.c_str(), timed)->Unit(benchmark::kMicrosecond);
}

/// A layer, and what is learnt from.
template <class Alone, class Learnt>
void enter_networks(const std::string& kind, const std::string& shape, float largest)
{
    double multiply_adds = 0;
    Alone::for_each_layer([&]<class Placed>(hana::basic_type<Placed>, const layer_place&)
                          { multiply_adds += static_cast<double>(multiply_adds_of<Placed>); });
    const std::string rest = '/' + std::to_string(samples<Alone>) + '/' + shape;
    time_it<forward_pass<Alone>>(kind + "/forward" + rest, multiply_adds, largest);
    time_it<gradients<Learnt>>(kind + "/gradients" + rest, 3 * multiply_adds, largest);
}

/// The factor alone; forward, the input itself.
template <input In>
void enter_factor(const std::string& shape)
{
    enter_networks<network<In, x>, network<In, scale * x>>("factor", shape, 1);
}

template <input In, auto Layer>
void enter(const std::string& kind, const std::string& shape)
{
    enter_networks<network<In, Layer>, network<In, scale * x, Layer>>(kind, shape, 1);
}

} // namespace

int main(int argc, char** argv)
{
    constexpr input vector{128};
    constexpr input image{16, 14, 14};
    enter_factor<vector>("128");
    enter<vector, dense{128}>("dense", "128_128");
    enter<vector, residual<dense{128}, relu(x), dense{128}>{}>("residual", "128_128_128");
    enter<vector, concatenate<dense{64}, chain<dense{64}, relu(x), dense{64}>{}>{}>("concatenate",
                                                                                    "128_64+64_64");
    enter<vector, combine<activations::swiglu(), dense{128}, dense{128}>{}>("gated_unit",
                                                                            "128_128");
    enter<vector, activations::layer_norm()>("layer_norm", "128");
    enter<vector, activations::rms_norm()>("rms_norm", "128");
    enter<vector, batch_norm{}>("batch_norm", "128");
    enter<vector, dropout{0.5}>("dropout", "128");
    using words = network<input{16}, embedding{.words = 1000, .size = 64}>;
    enter_networks<words, words>("embedding", "16_1000x64", 1000);

    enter<image, conv2d{.filters = 32, .kernel = 3, .padding = same_size}>("conv2d",
                                                                           "16x14x14_32_3x3");
    enter<input{16, 128}, conv1d{.filters = 32, .kernel = 5, .padding = same_size}>("conv1d",
                                                                                    "16x128_32_5");
    enter<image, conv_transpose2d{.filters = 8, .kernel = 4, .stride = 2, .padding = same_size}>(
        "conv_transpose2d", "16x14x14_8_4x4_2");
    enter_factor<image>("16x14x14");
    enter<image, max_pool{}>("max_pool", "16x14x14_2x2");
    enter<image, average_pool{}>("average_pool", "16x14x14_2x2");
    enter<image, global_average_pool{}>("global_average_pool", "16x14x14");
    enter<image, batch_norm{}>("batch_norm", "16x14x14");
    enter<image, upsample{}>("upsample", "16x14x14_2x2");

    constexpr input step{64};
    enter_factor<step>("64");
    enter<step, simple_recurrent{64}>("simple_recurrent", "64_64");
    enter<step, gru{64}>("gru", "64_64");
    enter<step, lstm{64}>("lstm", "64_64");
    enter<step, causal_conv1d{.filters = 64, .kernel = 3, .dilation = 4}>("causal_conv1d",
                                                                          "64_64_3");
    enter<step, attention{.heads = 1, .size = 64, .context = 32}>("attention", "64_1x64");
    enter<step, attention{.heads = 4, .size = 16, .context = 32}>("attention", "64_4x16");
    return run_benchmarks(argc, argv, true);
}
