// SPDX-License-Identifier: BSL-1.0
// Learns an effect for sound by its input and output: a soft clipping whose drive falls when it has been
// loud. An LSTM and a temporal convolutional network are trained on short pieces and then run sample by
// sample, as in a plug-in. Argument: number of epochs (300).
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr double sample_rate = 48'000;

using lstm_effect = network<input{1}, lstm{.units = 16}, dense{1}>;
using convolutional_effect =
    network<input{1},                                                           //
            causal_conv1d{.filters = 12, .kernel = 3}, tanh(x),                 //
            causal_conv1d{.filters = 12, .kernel = 3, .dilation = 3}, tanh(x),  //
            causal_conv1d{.filters = 12, .kernel = 3, .dilation = 9}, tanh(x),  //
            causal_conv1d{.filters = 12, .kernel = 3, .dilation = 27}, tanh(x), //
            dense{1}>;

class effect
{
public:
    double operator()(double in)
    {
        loudness_ += 0.02 * (std::abs(in) - loudness_);
        return std::tanh(4 * in / (1 + 8 * loudness_));
    }

private:
    double loudness_ = 0.0;
};

/// Plucked tones of random pitch and loudness, from silence on.
data_set<float> pieces(std::ptrdiff_t count, std::ptrdiff_t samples, seed origin)
{
    random_engine engine(origin.value);
    const auto size = static_cast<std::size_t>(count * samples);
    aligned_buffer<float> in(size), out(size);
    for (std::size_t at = 0; at < size;)
    {
        std::array<float, 4> drawn;
        fill_uniform(std::span<float>(drawn), 0.0f, 1.0f, engine);
        const double pitch = 100 * std::exp2(4 * drawn[0]) / sample_rate;
        const double loudness = 0.1 + 0.9 * drawn[1];
        const double decay = 0.001 * drawn[2];
        effect clipping;
        for (std::ptrdiff_t t = 0; t < samples; ++t, ++at)
        {
            const auto time = static_cast<double>(t);
            const double tone = std::sin(6.283185307179586 * pitch * time) +
                                0.5 * std::sin(6.283185307179586 * pitch * 2.01 * time + drawn[3]);
            const double sample = loudness * std::exp(-decay * time) * tone / 1.5;
            in[at] = static_cast<float>(sample);
            out[at] = static_cast<float>(clipping(sample));
        }
    }
    return {count, std::move(in), std::move(out)};
}

/// Trains a network and says how far it is from the effect, and how fast.
template <class Network>
double learn_effect(const char* name, int epochs)
{
    const data_set<float> training = pieces(256, 300, seed{1});
    const data_set<float> test = pieces(64, 300, seed{2});
    Network net{seed{3}};
    const training_history history = fit(
        net, training, {.epochs = epochs, .batch = 16, .output = {.mode = progress_mode::quiet}},
        mean_squared_error, adam{.learning_rate = 4e-3});
    double power = 0.0;
    for (const float sample : test.targets)
    {
        power += static_cast<double>(sample) * static_cast<double>(sample) /
                 static_cast<double>(test.targets.size());
    }
    const double error = evaluate(net, test, mean_squared_error).loss / power;

    std::vector<float> out(test.inputs.size());
    const auto start = std::chrono::steady_clock::now();
    net.process(test.inputs.span(), out);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    const double each = seconds.count() / static_cast<double>(out.size());
    std::printf("%-28s %5d parameters, error %5.1f dB, %.0f ms an epoch, %.0f ns a sample, "
                "%.0f times real time\n",
                name, Network::parameter_count, 10 * std::log10(error),
                1e3 * history.back().seconds, 1e9 * each, 1 / (each * sample_rate));
    return error;
}

} // namespace

int main(int argc, char** argv)
{
    const int epochs = argc > 1 ? std::atoi(argv[1]) : 300;
    const double recurrent = learn_effect<lstm_effect>("LSTM of 16 units", epochs);
    const double convolutional =
        learn_effect<convolutional_effect>("four causal convolutions", epochs);
    return recurrent < 0.1 && convolutional < 0.1 ? 0 : 1;
}
