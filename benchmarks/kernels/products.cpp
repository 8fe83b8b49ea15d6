// SPDX-License-Identifier: BSL-1.0
// Products of rows with the weights of a dense layer, and both gradients. What counts is the share of
// what the core can multiply and add from registers alone (peak, in the same run). Before anything
// is timed, all results are compared with plain sums. Names: pass/inputs x units/rows.

#include "peak.hpp"
#include "run.hpp"

#include <ctgrad/simd/products.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>
#include <ctgrad/tensor/random.hpp>

#include <cmath>
#include <cstdio>
#include <string>

using namespace ctgrad;

namespace
{

constexpr std::ptrdiff_t most_rows = 256;

aligned_buffer<float> random_numbers(std::ptrdiff_t count)
{
    aligned_buffer<float> made(static_cast<std::size_t>(count));
    random_engine engine(static_cast<std::uint64_t>(count));
    fill_uniform(made.span(), -1.0f, 1.0f, engine);
    return made;
}

/// The arrays of one layer. Padding holds what is random too: no product may depend on it but in
/// padding of its own.
template <int Inputs, int Units>
struct layer
{
    using layout = simd::panels<float, Inputs, Units>;
    using transposed_layout = simd::panels<float, Units, Inputs>;

    static constexpr std::ptrdiff_t x_stride = Inputs;
    static constexpr std::ptrdiff_t dx_stride = transposed_layout::padded_units;
    static constexpr std::ptrdiff_t y_stride = layout::padded_units;

    aligned_buffer<float> x = random_numbers(most_rows * x_stride);
    aligned_buffer<float> weights = random_numbers(layout::size);
    aligned_buffer<float> bias = random_numbers(y_stride);
    aligned_buffer<float> dy = random_numbers(most_rows * y_stride);
    aligned_buffer<float> y{static_cast<std::size_t>(most_rows * y_stride)};
    aligned_buffer<float> dx{static_cast<std::size_t>(most_rows * dx_stride)};
    aligned_buffer<float> dweights{static_cast<std::size_t>(layout::size)};

    void forward(std::ptrdiff_t rows)
    {
        simd::product_forward<float, Inputs, Units>(x.data(), x_stride, rows, weights.data(),
                                                    bias.data(), y.data(), y_stride);
    }

    void input_gradient(std::ptrdiff_t rows)
    {
        simd::product_input_gradient<float, Inputs, Units>(dy.data(), y_stride, rows,
                                                           weights.data(), dx.data(), dx_stride);
    }

    void weight_gradient(std::ptrdiff_t rows)
    {
        simd::product_weight_gradient<float, Inputs, Units>(x.data(), x_stride, dy.data(), y_stride,
                                                            rows, dweights.data());
    }

    float weight(int input, int unit) const
    {
        return weights[static_cast<std::size_t>(layout::offset(input, unit))];
    }
};

/// Whether a sum of `terms` products is what plain sums say; numbers are at most 1.
bool is_near(float found, double expected, double terms)
{
    return std::abs(static_cast<double>(found) - expected) < 1e-6 * (terms + 1);
}

template <int Inputs, int Units>
bool agree(layer<Inputs, Units>& of, std::ptrdiff_t rows)
{
    using arrays = layer<Inputs, Units>;
    const auto at = [](const aligned_buffer<float>& numbers, std::ptrdiff_t index)
    { return static_cast<double>(numbers[static_cast<std::size_t>(index)]); };
    of.forward(rows);
    of.input_gradient(rows);
    of.weight_gradient(rows);
    bool good = true;
    for (int unit = 0; unit < Units; unit += 3)
    {
        double sum = at(of.bias, unit);
        for (int i = 0; i < Inputs; ++i)
        {
            sum += at(of.x, (rows - 1) * arrays::x_stride + i) *
                   static_cast<double>(of.weight(i, unit));
        }
        good = good && is_near(of.y[static_cast<std::size_t>((rows - 1) * arrays::y_stride + unit)],
                               sum, Inputs);
    }
    for (int i = 0; i < Inputs; i += 5)
    {
        double sum = 0;
        for (int unit = 0; unit < Units; ++unit)
        {
            sum += at(of.dy, (rows - 1) * arrays::y_stride + unit) *
                   static_cast<double>(of.weight(i, unit));
        }
        good = good && is_near(of.dx[static_cast<std::size_t>((rows - 1) * arrays::dx_stride + i)],
                               sum, Units);
        double gradient = 0;
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            gradient += at(of.x, row * arrays::x_stride + i) *
                        at(of.dy, row * arrays::y_stride + Units - 1);
        }
        good = good &&
               is_near(of.dweights[static_cast<std::size_t>(arrays::layout::offset(i, Units - 1))],
                       gradient, static_cast<double>(rows));
    }
    if (!good)
    {
        std::fprintf(stderr, "the products of %d x %d are not those of plain sums\n", Inputs,
                     Units);
    }
    return good;
}

template <int Inputs, int Units>
bool enter(std::initializer_list<std::ptrdiff_t> row_counts)
{
    static layer<Inputs, Units> arrays;
    const bool good = agree(arrays, 7);
    const auto add = [&](const std::string& name, std::ptrdiff_t rows, auto pass)
    {
        const auto run = [=](benchmark::State& state)
        {
            for (auto _ : state)
            {
                (arrays.*pass)(rows);
                benchmark::ClobberMemory();
            }
            state.counters["flops"] =
                benchmark::Counter(2.0 * Inputs * Units * static_cast<double>(rows),
                                   benchmark::Counter::kIsIterationInvariantRate);
        };
        const std::string shape = std::to_string(Inputs) + 'x' + std::to_string(Units);
        benchmark::RegisterBenchmark((name + '/' + shape + '/' + std::to_string(rows)).c_str(), run)
            ->Unit(benchmark::kMicrosecond);
    };
    using passes = layer<Inputs, Units>;
    for (const std::ptrdiff_t rows : row_counts)
    {
        add("forward", rows, &passes::forward);
        add("input_gradient", rows, &passes::input_gradient);
        add("weight_gradient", rows, &passes::weight_gradient);
    }
    return good;
}

} // namespace

int main(int argc, char** argv)
{
    benchmark::RegisterBenchmark("peak", fma_peak<float>);
    bool good = enter<64, 64>({1, 63, 64, 256});
    good = enter<256, 256>({1, 16, 63, 64, 256}) && good;
    good = enter<784, 128>({1, 16, 63, 64, 256}) && good;
    good = enter<783, 127>({64}) && good;
    good = enter<784, 256>({64}) && good;
    good = enter<128, 10>({64}) && good;
    good = enter<128, 1>({64}) && good;
    good = enter<16, 16>({64}) && good;
    good = enter<8, 8>({64}) && good;
    good = enter<1024, 1024>({1, 64, 256}) && good;
    good = enter<4096, 1024>({1, 64, 256}) && good;
    return run_benchmarks(argc, argv, good);
}
