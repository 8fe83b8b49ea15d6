// SPDX-License-Identifier: BSL-1.0
// Formulas over a row and their gradients: ctgrad's kernels beside hand-written ones. A row at a time
// of a matrix of about 16,384 elements. Before anything is timed, all results are compared; a
// difference ends the program with an error. Names: function/form/length/contestant.

#include "formulas.hpp"
#include "hand_written_rows.hpp"
#include "run.hpp"

#include <benchmark/benchmark.h>
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>

#include <algorithm>
#include <cstdio>
#include <map>
#include <random>
#include <string>

namespace
{

using array = std::span<float>;
using input = std::span<const float>;

/// Rows of one length, which all contestants share.
struct rows_of_length
{
    explicit rows_of_length(std::size_t of) : length(of), count(16'384 / of)
    {
        std::mt19937 generator(1);
        std::normal_distribution<float> normal(0, 2);
        for (auto* values : {&x, &dy, &target, &out})
        {
            *values = ctgrad::aligned_buffer<float>(length * count + 64);
            std::generate_n(values->data(), length * count,
                            [&] { return std::abs(normal(generator)); });
        }
    }

    input row(const ctgrad::aligned_buffer<float>& of, std::size_t r) const
    {
        return {of.data() + r * length, length};
    }
    array result(std::size_t r) { return {out.data() + r * length, length}; }

    std::size_t length;
    std::size_t count;
    ctgrad::aligned_buffer<float> x;
    ctgrad::aligned_buffer<float> dy;
    ctgrad::aligned_buffer<float> target;
    ctgrad::aligned_buffer<float> out;
};

rows_of_length& rows(std::size_t length)
{
    static std::map<std::size_t, rows_of_length> all;
    return all.try_emplace(length, length).first->second;
}

enum class form
{
    forward,
    backward
};

/// One row of a formula with a value for each element.
template <auto Formula, class Hand>
struct element_formula
{
    static void run(rows_of_length& data, std::size_t r, form wanted)
    {
        const input x = data.row(data.x, r);
        if (wanted == form::forward)
        {
            ctgrad::forward<Formula>(x, data.result(r));
        }
        else
        {
            ctgrad::backward<Formula>(x, data.row(data.dy, r), data.result(r));
        }
    }
    static void run_by_hand(rows_of_length& data, std::size_t r, form wanted)
    {
        const auto length = static_cast<std::ptrdiff_t>(data.length);
        const float* x = data.row(data.x, r).data();
        float* out = data.result(r).data();
        if (wanted == form::forward)
        {
            Hand::forward(x, out, length);
        }
        else
        {
            Hand::backward(x, data.row(data.dy, r).data(), out, length);
        }
    }
};

/// One row of a loss of logits and targets; of its gradients the one by the logits.
struct loss_formula
{
    static constexpr ctgrad::variable<"z"> z{};
    static constexpr ctgrad::variable<"t"> t{};
    static constexpr ctgrad::parameter<"incoming"> incoming{1.0};
    static constexpr auto loss = sum(t) * logsumexp(z) - sum(t * z);
    static constexpr auto gradient = derivative(incoming * loss, z);
    static constexpr float factor = 0.5f;

    static void run(rows_of_length& data, std::size_t r, form wanted)
    {
        const input x = data.row(data.x, r);
        const input target = data.row(data.target, r);
        if (wanted == form::forward)
        {
            ctgrad::forward<loss>(std::tie(target, x), data.result(r).first(1));
        }
        else
        {
            ctgrad::forward<gradient>(std::tie(target, x), data.result(r), std::array{factor});
        }
    }
    static void run_by_hand(rows_of_length& data, std::size_t r, form wanted)
    {
        const auto length = static_cast<std::ptrdiff_t>(data.length);
        const float* x = data.row(data.x, r).data();
        const float* target = data.row(data.target, r).data();
        float* out = data.result(r).data();
        if (wanted == form::forward)
        {
            out[0] = hand_written::cross_entropy::value(x, target, length);
        }
        else
        {
            hand_written::cross_entropy::gradient(x, target, factor, out, length);
        }
    }
};

template <class Function, bool ByHand>
[[gnu::noinline]] void run_all(rows_of_length& data, form wanted)
{
    for (std::size_t r = 0; r < data.count; ++r)
    {
        if constexpr (ByHand)
        {
            Function::run_by_hand(data, r, wanted);
        }
        else
        {
            Function::run(data, r, wanted);
        }
    }
}

template <class Function, bool ByHand>
void measure(benchmark::State& state, form wanted, std::size_t length)
{
    rows_of_length& data = rows(length);
    for (auto _ : state)
    {
        run_all<Function, ByHand>(data, wanted);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(length * data.count));
}

/// The largest difference of the results, in units of the largest result.
template <class Function>
double difference(rows_of_length& data, form wanted)
{
    const auto results = [&]<bool ByHand>(std::bool_constant<ByHand>)
    {
        std::fill_n(data.out.data(), data.length * data.count, 0.0f);
        run_all<Function, ByHand>(data, wanted);
        return std::vector<float>(data.out.data(), data.out.data() + data.length * data.count);
    };
    const auto ours = results(std::false_type{});
    const auto hand = results(std::true_type{});
    double worst = 0;
    double largest = 0;
    for (std::size_t i = 0; i < ours.size(); ++i)
    {
        worst = std::max(worst, std::abs(double(ours[i]) - double(hand[i])));
        largest = std::max(largest, std::abs(double(hand[i])));
    }
    return worst / largest;
}

template <class Function>
bool enter(const std::string& name)
{
    bool agree = true;
    for (const std::size_t length : {10u, 64u, 768u, 4096u})
    {
        for (const form wanted : {form::forward, form::backward})
        {
            const std::string row = name + (wanted == form::forward ? "/forward/" : "/backward/") +
                                    std::to_string(length);
            const double apart = difference<Function>(rows(length), wanted);
            // Sums of up to 4,096 elements in another order.
            if (!(apart < 2e-5))
            {
                std::fprintf(stderr, "%s: results differ by %g\n", row.c_str(), apart);
                agree = false;
            }
            for (const bool by_hand : {false, true})
            {
                benchmark::RegisterBenchmark(
                    (row + (by_hand ? "/hand" : "/ctgrad")).c_str(),
                    by_hand ? measure<Function, true> : measure<Function, false>, wanted, length)
                    ->Unit(benchmark::kMicrosecond);
            }
        }
    }
    return agree;
}

} // namespace

int main(int argc, char** argv)
{
    using namespace formulas;
    bool agree = enter<element_formula<softmax, hand_written::softmax>>("softmax");
    agree = enter<element_formula<log_softmax, hand_written::log_softmax>>("log_softmax") && agree;
    agree = enter<element_formula<layer_norm, hand_written::layer_norm>>("layer_norm") && agree;
    agree = enter<loss_formula>("cross_entropy") && agree;
    return run_benchmarks(argc, argv, agree);
}
