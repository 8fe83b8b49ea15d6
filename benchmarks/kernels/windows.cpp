// SPDX-License-Identifier: BSL-1.0
// Convolutions and their gradients with either kind of lanes. What counts is the share of what the core
// can multiply and add from registers alone (peak, in the same run), where multiplying with the zeros
// around an image counts as work. Before anything is timed, results with both kinds of lanes are
// compared. Names: lanes/pass/shape/samples; `rows` are those of a network, in and out.

#include "peak.hpp"
#include "run.hpp"

#include <ctgrad/simd/windows.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>
#include <ctgrad/tensor/random.hpp>

#include <cmath>
#include <cstdio>
#include <string>

using namespace ctgrad;
using simd::window_lanes;
using simd::window_shape;

namespace
{

constexpr std::ptrdiff_t most_samples = 64;

aligned_buffer<float> numbers(std::ptrdiff_t count)
{
    return aligned_buffer<float>(static_cast<std::size_t>(count));
}

aligned_buffer<float> random_numbers(std::ptrdiff_t count, std::uint64_t seed)
{
    aligned_buffer<float> made = numbers(count);
    random_engine engine(seed);
    fill_uniform(made.span(), -1.0f, 1.0f, engine);
    return made;
}

/// The arrays of one layer: as rows of a network, and as the kernels want them.
template <window_shape Shape, window_lanes Lanes>
struct layer
{
    using arrays = simd::windows<float, Shape, Lanes>;

    static constexpr int inputs = Shape.channels * Shape.pixels();
    static constexpr int outputs = Shape.filters * Shape.positions();
    // A row of one channel is an image with the channels last.
    static constexpr int x_pixel = Shape.channels == 1 ? 1 : arrays::x_pixel;

    aligned_buffer<float> x_rows = random_numbers(most_samples * inputs, 1);
    aligned_buffer<float> dy_rows = random_numbers(most_samples * outputs, 2);
    aligned_buffer<float> y_rows = numbers(most_samples * outputs);
    aligned_buffer<float> dx_rows = numbers(most_samples * inputs);
    aligned_buffer<float> x = numbers(arrays::x_size(most_samples));
    aligned_buffer<float> dx = numbers(arrays::x_size(most_samples));
    aligned_buffer<float> dy = numbers(arrays::y_size(most_samples));
    aligned_buffer<float> y = numbers(arrays::y_size(most_samples));
    aligned_buffer<float> weights = numbers(arrays::layout::size);
    aligned_buffer<float> dweights = numbers(arrays::layout::size);
    aligned_buffer<float> bias = numbers(arrays::y_pixel);
    aligned_buffer<float> scratch = numbers(arrays::scratch);

    layer()
    {
        const aligned_buffer<float> drawn =
            random_numbers(arrays::layout::inputs * Shape.filters + Shape.filters, 3);
        std::size_t next = 0;
        for (int filter = 0; filter < Shape.filters; ++filter)
        {
            bias[static_cast<std::size_t>(filter)] = drawn[next++];
            for (int i = 0; i < arrays::layout::inputs; ++i)
                weights[static_cast<std::size_t>(arrays::layout::offset(i, filter))] =
                    drawn[next++];
        }
        convert_x(most_samples);
        convert_dy(most_samples);
    }

    void convert_x(std::ptrdiff_t samples)
    {
        if constexpr (Lanes == window_lanes::samples)
            simd::rows_to_sample_blocks(x_rows.data(), inputs, samples, inputs, x.data());
        else
            simd::rows_to_channels_last(x_rows.data(), inputs, samples, Shape.channels,
                                        Shape.pixels(), x.data(), x_pixel);
    }

    void convert_dy(std::ptrdiff_t samples)
    {
        if constexpr (Lanes == window_lanes::samples)
            simd::rows_to_sample_blocks(dy_rows.data(), outputs, samples, outputs, dy.data());
        else
            simd::rows_to_channels_last(dy_rows.data(), outputs, samples, Shape.filters,
                                        Shape.positions(), dy.data(), arrays::y_pixel);
    }

    void convert_y(std::ptrdiff_t samples)
    {
        if constexpr (Lanes == window_lanes::samples)
            simd::sample_blocks_to_rows(y.data(), samples, outputs, y_rows.data(), outputs);
        else
            simd::channels_last_to_rows(y.data(), arrays::y_pixel, samples, Shape.filters,
                                        Shape.positions(), y_rows.data(), outputs);
    }

    void convert_dx(std::ptrdiff_t samples)
    {
        if constexpr (Lanes == window_lanes::samples)
            simd::sample_blocks_to_rows(dx.data(), samples, inputs, dx_rows.data(), inputs);
        else
            simd::channels_last_to_rows(dx.data(), arrays::x_pixel, samples, Shape.channels,
                                        Shape.pixels(), dx_rows.data(), inputs);
    }

    void forward(std::ptrdiff_t samples)
    {
        simd::window_forward<float, Shape, Lanes>(x.data(), samples, weights.data(), bias.data(),
                                                  y.data(), scratch.data(), x_pixel);
    }

    void input_gradient(std::ptrdiff_t samples)
    {
        simd::window_input_gradient<float, Shape, Lanes>(dy.data(), samples, weights.data(),
                                                         dx.data(), scratch.data());
    }

    void weight_gradient(std::ptrdiff_t samples)
    {
        simd::window_weight_gradient<float, Shape, Lanes>(x.data(), dy.data(), samples,
                                                          dweights.data(), scratch.data(), x_pixel);
    }

    void forward_of_rows(std::ptrdiff_t samples)
    {
        convert_x(samples);
        forward(samples);
        convert_y(samples);
    }

    void input_gradient_of_rows(std::ptrdiff_t samples)
    {
        convert_dy(samples);
        input_gradient(samples);
        convert_dx(samples);
    }
};

/// Whether two sums in different orders are the same; numbers are at most 1.
bool are_near(const aligned_buffer<float>& a, const aligned_buffer<float>& b, int terms)
{
    bool good = a.size() == b.size();
    for (std::size_t i = 0; good && i < a.size(); ++i)
        good = std::abs(a[i] - b[i]) < 1e-6f * static_cast<float>(terms + 1);
    return good;
}

template <window_shape Shape>
bool enter(const std::string& shape)
{
    static layer<Shape, window_lanes::samples> samples;
    static layer<Shape, window_lanes::filters> filters;
    const auto run_all = [](auto& of)
    {
        of.forward_of_rows(most_samples);
        of.input_gradient_of_rows(most_samples);
        of.weight_gradient(most_samples);
    };
    run_all(samples);
    run_all(filters);
    const bool good = are_near(samples.y_rows, filters.y_rows, Shape.taps() * Shape.channels) &&
                      are_near(samples.dx_rows, filters.dx_rows, Shape.taps() * Shape.filters) &&
                      are_near(samples.dweights, filters.dweights,
                               static_cast<int>(most_samples) * Shape.positions());
    if (!good)
        std::fprintf(stderr, "%s: the two kinds of lanes do not agree\n", shape.c_str());

    const auto enter_lanes = [&]<class Layer>(const std::string& lanes, Layer& arrays)
    {
        const auto add = [&](const char* pass, auto run)
        {
            for (const std::ptrdiff_t count : {most_samples, std::ptrdiff_t{1}})
            {
                const auto timed = [&arrays, run, count](benchmark::State& state)
                {
                    for (auto _ : state)
                    {
                        (arrays.*run)(count);
                        benchmark::ClobberMemory();
                    }
                    const double flops = 2.0 * Shape.taps() * Shape.channels * Shape.filters *
                                         Shape.positions() * static_cast<double>(count);
                    state.counters["flops"] =
                        benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
                };
                const std::string name =
                    lanes + '/' + pass + '/' + shape + '/' + std::to_string(count);
                benchmark::RegisterBenchmark(name.c_str(), timed)->Unit(benchmark::kMicrosecond);
            }
        };
        add("forward", &Layer::forward);
        add("input_gradient", &Layer::input_gradient);
        add("weight_gradient", &Layer::weight_gradient);
        add("forward_of_rows", &Layer::forward_of_rows);
        add("input_gradient_of_rows", &Layer::input_gradient_of_rows);
    };
    enter_lanes("samples", samples);
    enter_lanes("filters", filters);
    return good;
}

} // namespace

int main(int argc, char** argv)
{
    benchmark::RegisterBenchmark("peak", fma_peak<float>);
    bool good = enter<{.channels = 1, .filters = 6, .y = {28, 5, 1, 2}, .x = {28, 5, 1, 2}}>(
        "1x28x28_6_5x5");
    good =
        enter<{.channels = 6, .filters = 16, .y = {14, 5}, .x = {14, 5}}>("6x14x14_16_5x5") && good;
    good = enter<{.channels = 32, .filters = 32, .y = {28, 3, 1, 1}, .x = {28, 3, 1, 1}}>(
               "32x28x28_32_3x3") &&
           good;
    good = enter<{.channels = 32, .filters = 32, .y = {14, 3, 1, 1}, .x = {14, 3, 1, 1}}>(
               "32x14x14_32_3x3") &&
           good;
    good = enter<{.channels = 64, .filters = 64, .y = {14, 3, 1, 1}, .x = {14, 3, 1, 1}}>(
               "64x14x14_64_3x3") &&
           good;
    good = enter<{.channels = 16, .filters = 16, .y = {}, .x = {1024, 9, 1, 4}}>("16x1024_16_9") &&
           good;
    return run_benchmarks(argc, argv, good);
}
