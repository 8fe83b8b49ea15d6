// SPDX-License-Identifier: BSL-1.0
// Networks with memory: step by step, trained on sequences, and with a cell of one's own.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include <array>
#include <cstdio>

using namespace ctgrad;

namespace
{

struct minimal_gated
{
    static constexpr variable<"forget"> forget{};
    static constexpr variable<"candidate"> candidate{};

    static constexpr std::string_view name = "minimal_gated";
    static constexpr name_list of_both = maps(forget);     // of input and hidden state
    static constexpr name_list of_input = maps(candidate); // of the input alone
    static constexpr auto rule = update(
        symbols::hidden = symbols::hidden + sigmoid(forget) * (tanh(candidate) - symbols::hidden));
};
using minimal = network<input{3}, recurrent<minimal_gated>{.units = 16}, dense{1}>;

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

constexpr variable<"gate"> gate;
constexpr variable<"other"> other;
using mixed = network<input{16},                                                   //
                      residual<dense{32}, swish, dense{16}>{},                     //
                      combine<swish * gate, dense{24}, dense{24}>{},               //
                      concatenate<dense{8}, chain<dense{4}, swish, dense{8}>{}>{}, //
                      combine<x + sigmoid(gate) * (other - x), chain<>{}, dense{16}, dense{16}>{}>;
static_assert(mixed::output_size == 16);

} // namespace

int main()
{
    using model_of_sequences = network<input{1}, gru{.units = 8}, dense{1}>;
    model_of_sequences reader{seed{1}};
    const std::array<float, 1> next = reader.step(std::array{0.5f}); // no allocation, 43 ns
    std::vector<float> samples(64, 0.25f), result(64);
    reader.process(samples, result); // the next 64 steps
    reader.reset();                  // from the beginning
    const bool forgot = reader.step(std::array{0.5f}) == next;

    // Whether the sum so far is positive, at each of 20 steps.
    aligned_buffer<float> steps(200 * 20), answers(200 * 20 * 2);
    random_engine engine(1);
    fill_normal(steps.span(), 0.0f, 1.0f, engine);
    float sum = 0;
    for (std::size_t i = 0; i < steps.size(); ++i)
    {
        sum = (i % 20 == 0 ? 0 : sum) + steps[i];
        answers[2 * i + (sum > 0 ? 1 : 0)] = 1;
    }
    const data_set<float> sequences(200, std::move(steps), std::move(answers));
    network<input{1}, gru{.units = 8}, dense{2}> counter{seed{1}};
    fit(counter, sequences, {.epochs = 20, .output = {.mode = progress_mode::quiet}}, cross_entropy,
        adam{.learning_rate = 1e-2});

    const double accuracy = evaluate(counter, sequences, cross_entropy).accuracy;
    std::printf("the sign of the sum so far: %.1f%% right\n", 100 * accuracy);

    minimal own;
    mixed layers;
    const auto y = own.step(std::array{0.1f, 0.2f, 0.3f});
    const auto z = layers.predict(std::array<float, 16>{});
    return forgot && accuracy > 0.9 && std::isfinite(y[0]) && std::isfinite(z[0]) ? 0 : 1;
}
