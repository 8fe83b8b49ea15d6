// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE evaluate
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/elementwise.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <tuple>
#include <vector>

using namespace ctgrad;

// Formulas with reductions, which take several passes over a row.

namespace
{

constexpr variable<"z"> z;
constexpr variable<"t"> t;
constexpr parameter<"beta"> beta{0.7};

constexpr auto softmax = exp(z - max(z)) / sum(exp(z - max(z)));
constexpr auto cross_entropy = logsumexp(z) - sum(t * z);
constexpr auto scaled_norm = (z - mean(z)) / sqrt(mean(square(z - mean(z))) + 1e-3) * beta;
constexpr auto penalty = mean(square(z)) + sum(square(beta));

using row = std::vector<double>;

template <class T>
constexpr std::size_t width = static_cast<std::size_t>(simd::batch<T>::size);

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

template <class T>
std::vector<T> numbers(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<T> uniform(-3, 3);
    std::vector<T> result(count);
    std::generate(result.begin(), result.end(), [&] { return uniform(random); });
    return result;
}

row by_definition_softmax(const row& at)
{
    row result(at.size());
    double total = 0;
    for (const double value : at)
    {
        total += std::exp(value);
    }
    std::transform(at.begin(), at.end(), result.begin(),
                   [&](double value) { return std::exp(value) / total; });
    return result;
}

double log_of_sum(const row& at)
{
    double total = 0;
    for (const double value : at)
    {
        total += std::exp(value);
    }
    return std::log(total);
}

row by_definition_norm(const row& at, double scale)
{
    double mean = 0;
    for (const double value : at)
    {
        mean += value / static_cast<double>(at.size());
    }
    double variance = 0;
    for (const double value : at)
    {
        variance += (value - mean) * (value - mean) / static_cast<double>(at.size());
    }
    row result(at.size());
    std::transform(at.begin(), at.end(), result.begin(), [&](double value)
                   { return (value - mean) / std::sqrt(variance + 1e-3) * scale; });
    return result;
}

/// d(sum_i incoming_i f_i(at)) / d at_k by central differences of fourth order.
double by_differences(const std::function<row(const row&)>& f, const row& at, const row& incoming,
                      std::size_t k)
{
    constexpr double h = 1e-3;
    const auto objective = [&](double moved)
    {
        row there = at;
        there[k] += moved;
        const row values = f(there);
        double total = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            total += incoming[i] * values[i];
        }
        return total;
    };
    return (8 * (objective(h) - objective(-h)) - (objective(2 * h) - objective(-2 * h))) / (12 * h);
}

template <class T>
row widened(const std::vector<T>& values)
{
    return row(values.begin(), values.end());
}

/// Up to two vectors and some elements, and just four vectors: what stays in registers.
template <class T>
std::vector<std::size_t> short_lengths()
{
    std::vector<std::size_t> all(2 * width<T> + 3);
    std::iota(all.begin(), all.end(), std::size_t(1));
    all.push_back(4 * width<T>);
    return all;
}

/// From a row shorter than a vector to several steps of the longest loop.
template <class T>
std::vector<std::size_t> lengths()
{
    std::vector<std::size_t> all{4 * width<T>};
    for (std::size_t length = 1; length <= 9 * width<T> + 1; length += length < 20 ? 1 : 5)
    {
        all.push_back(length);
    }
    return all;
}

// Sums of up to 64 elements of size 3 and some twenty roundings each; differences are better than
// 1e-9 for these functions.
template <class T>
constexpr double tolerance = sizeof(T) == 4 ? 2e-5 : 1e-8;

BOOST_AUTO_TEST_CASE_TEMPLATE(an_empty_row_writes_no_element, T, element_types)
{
    std::array<T, 2> around{T(7), T(7)};
    const std::span<T> empty(around.data() + 1, 0);
    const std::span<const T> nothing = empty;
    forward<softmax>(nothing, empty);
    backward<softmax>(nothing, nothing, empty);
    BOOST_TEST((around == std::array<T, 2>{T(7), T(7)}));
    // What a reduction of nothing is.
    std::array<T, 1> value{};
    forward<max(z)>(nothing, value);
    BOOST_TEST(value[0] == -infinity<T>);
    forward<sum(z)>(nothing, value);
    BOOST_TEST(value[0] == 0);
    forward<cross_entropy>(std::tie(nothing, nothing), value);
    BOOST_TEST(value[0] == -infinity<T>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rows_forward, T, element_types)
{
    for (const std::size_t length : short_lengths<T>())
    {
        const auto in = numbers<T>(length, 1);
        const auto wanted = numbers<T>(length, 2);
        std::vector<T> out(length);
        forward<softmax>(in, out);
        const row expected = by_definition_softmax(widened(in));
        const row norm = by_definition_norm(widened(in), 0.7);
        for (std::size_t i = 0; i < length; ++i)
        {
            BOOST_TEST(std::abs(double(out[i]) - expected[i]) < tolerance<T>);
        }
        forward<scaled_norm>(in, out);
        for (std::size_t i = 0; i < length; ++i)
        {
            BOOST_TEST(std::abs(double(out[i]) - norm[i]) < tolerance<T>);
        }
        std::array<T, 1> loss{};
        forward<cross_entropy>(std::tie(in, wanted), loss);
        double exact = log_of_sum(widened(in));
        for (std::size_t i = 0; i < length; ++i)
        {
            exact -= double(wanted[i]) * double(in[i]);
        }
        BOOST_TEST(std::abs(double(loss[0]) - exact) < 10 * tolerance<T>);
        forward<max(z)>(in, loss);
        BOOST_TEST(loss[0] == *std::max_element(in.begin(), in.end()));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rows_backward, T, element_types)
{
    for (const std::size_t length : short_lengths<T>())
    {
        const auto in = numbers<T>(length, 1);
        const auto incoming = numbers<T>(length, 2);
        std::vector<T> din(length, T(99));
        backward<softmax>(in, incoming, din);
        for (std::size_t k = 0; k < length; ++k)
        {
            const double wanted =
                by_differences(by_definition_softmax, widened(in), widened(incoming), k);
            BOOST_TEST(std::abs(double(din[k]) - wanted) < tolerance<T>);
        }
        const std::array<T, 1> scale{T(0.7)};
        std::array<T, 1> by_scale{T(5)};
        backward<scaled_norm>(in, incoming, din, scale, by_scale);
        const auto norm = [](const row& at) { return by_definition_norm(at, double(0.7F)); };
        double sum = 5;
        for (std::size_t k = 0; k < length; ++k)
        {
            const double wanted = by_differences(norm, widened(in), widened(incoming), k);
            BOOST_TEST(std::abs(double(din[k]) - wanted) < 100 * tolerance<T>);
            sum += double(incoming[k]) * by_definition_norm(widened(in), 1.0)[k];
        }
        BOOST_TEST(std::abs(double(by_scale[0]) - sum) < 10 * tolerance<T>);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(losses_backward, T, element_types)
{
    for (const std::size_t length : short_lengths<T>())
    {
        const auto in = numbers<T>(length, 1);
        const auto wanted = numbers<T>(length, 2);
        const std::array<T, 1> incoming{T(-1.5)};
        std::vector<T> by_z(length, T(99));
        std::vector<T> by_t(length, T(99));
        backward<cross_entropy>(std::tie(in, wanted), incoming, std::tie(by_z, by_t));
        const row probabilities = by_definition_softmax(widened(in));
        for (std::size_t k = 0; k < length; ++k)
        {
            BOOST_TEST(std::abs(double(by_z[k]) + 1.5 * (probabilities[k] - double(wanted[k]))) <
                       tolerance<T>);
            BOOST_TEST(std::abs(double(by_t[k]) - 1.5 * double(in[k])) < tolerance<T>);
        }
    }
}

// A parameter in a sum over the row counts once for each element.
template <class Arch>
void check_three_sums()
{
    using sums = program<sum(z), sum(square(z)), sum(z * t)>;
    constexpr auto width = static_cast<std::size_t>(simd::batch<float, Arch>::size);
    for (std::size_t length = 0; length <= 9 * width + 1; ++length)
    {
        // Small integers: every order of summation is exact.
        std::vector<float> in(length);
        std::iota(in.begin(), in.end(), 1.0f);
        const std::vector<float> twos(length, 2.0f);
        std::array<float, 3> found{};
        simd::evaluator<sums, float, aliasing::none, Arch>(
            {in.data(), twos.data()}, {&found[0], &found[1], &found[2]}, nullptr)
            .run(std::ptrdiff_t(length));
        const auto n = static_cast<float>(length);
        BOOST_TEST(found[0] == n * (n + 1) / 2);
        BOOST_TEST(found[1] == n * (n + 1) * (2 * n + 1) / 6);
        BOOST_TEST(found[2] == n * (n + 1));
    }
}

// Of how many vectors a loop has totals depends on the number of registers.
BOOST_AUTO_TEST_CASE(several_totals_with_many_registers_and_few)
{
    check_three_sums<xsimd::default_arch>();
#if defined(__x86_64__)
    static_assert(simd::detail::register_count<xsimd::sse2> == 16);
    check_three_sums<xsimd::sse2>();
#endif
}

BOOST_AUTO_TEST_CASE_TEMPLATE(sums_of_parameters, T, element_types)
{
    for (std::size_t length = 1; length <= 2 * width<T> + 3; ++length)
    {
        const auto in = numbers<T>(length, 1);
        const std::array<T, 1> scale{T(2)};
        const std::array<T, 1> incoming{T(1)};
        std::array<T, 1> value{};
        std::array<T, 1> by_scale{};
        std::vector<T> din(length);
        const double n = static_cast<double>(length);
        double squares = 0;
        for (const T element : in)
        {
            squares += double(element) * double(element) / n;
        }
        forward<penalty>(in, value, scale);
        BOOST_TEST(std::abs(double(value[0]) - (squares + 4 * n)) < tolerance<T> * (1 + 4 * n));
        backward<penalty>(in, incoming, din, scale, by_scale);
        BOOST_TEST(double(by_scale[0]) == 4 * n);
        for (std::size_t k = 0; k < length; ++k)
        {
            BOOST_TEST(std::abs(double(din[k]) - 2 * double(in[k]) / n) < tolerance<T>);
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_softmax_in_place, T, element_types)
{
    auto in = numbers<T>(2 * width<T> + 3, 1);
    std::vector<T> out(in.size());
    forward<softmax>(in, out);
    forward<softmax>(in, in);
    BOOST_TEST(in == out);
}

// Each formula, forward and backward, against its definition in double.
template <auto Formula, class T>
void check_row(const std::function<row(const row&)>& definition, double scale)
{
    for (const std::size_t length : lengths<T>())
    {
        const auto in = numbers<T>(length, 3);
        const auto incoming = numbers<T>(length, 4);
        std::vector<T> out(length);
        std::vector<T> din(length);
        forward<Formula>(in, out);
        backward<Formula>(in, incoming, din);
        const row expected = definition(widened(in));
        for (std::size_t k = 0; k < length; k += length < 20 ? 1 : 7)
        {
            BOOST_TEST(std::abs(double(out[k]) - expected[k]) < scale * tolerance<T>);
            const double wanted = by_differences(definition, widened(in), widened(incoming), k);
            BOOST_TEST(std::abs(double(din[k]) - wanted) < 10 * scale * tolerance<T>);
        }
        // In place as well, whatever a pass keeps there.
        auto same = in;
        forward<Formula>(same, same);
        for (std::size_t k = 0; k < length; ++k)
        {
            BOOST_TEST(std::abs(double(same[k]) - double(out[k])) < scale * tolerance<T>);
        }
    }
}

double total(const row& at, const auto& f)
{
    double sum = 0;
    for (const double value : at)
    {
        sum += f(value);
    }
    return sum;
}

row each(const row& at, const auto& f)
{
    row result(at.size());
    std::transform(at.begin(), at.end(), result.begin(), f);
    return result;
}

// Of one element type: a program takes seconds to compile, and the plan is the same for both.
BOOST_AUTO_TEST_CASE(rows_of_all_kinds)
{
    using T = float;
    check_row<log(softmax), T>(
        [](const row& at)
        {
            const double log = log_of_sum(at);
            return each(at, [=](double value) { return value - log; });
        },
        10);
    check_row<z * softmax, T>(
        [](const row& at)
        {
            row result = by_definition_softmax(at);
            std::transform(at.begin(), at.end(), result.begin(), result.begin(),
                           std::multiplies<>());
            return result;
        },
        1);
    check_row<z / sqrt(mean(square(z)) + 0.01), T>(
        [](const row& at)
        {
            const double squares = total(at, [](double value) { return value * value; });
            const double root = std::sqrt(squares / double(at.size()) + 0.01);
            return each(at, [=](double value) { return value / root; });
        },
        10);
    check_row<z / (0.5 + norm(z)) + variance(z), T>(
        [](const row& at)
        {
            const double n = double(at.size());
            const double mean = total(at, [](double value) { return value; }) / n;
            const double squares = total(at, [](double value) { return value * value; });
            const double away =
                total(at, [=](double value) { return (value - mean) * (value - mean); });
            return each(at, [=](double value)
                        { return value / (0.5 + std::sqrt(squares)) + away / n; });
        },
        10);
    check_row<(z - min(z)) / (1 + max(z) - min(z)), T>(
        [](const row& at)
        {
            const double least = *std::min_element(at.begin(), at.end());
            const double most = *std::max_element(at.begin(), at.end());
            return each(at, [=](double value) { return (value - least) / (1 + most - least); });
        },
        10);
}

BOOST_AUTO_TEST_CASE(gradients_of_losses_at_every_length)
{
    using T = double;
    // Entropy of a softmax, and a similarity: one value for the row.
    constexpr auto entropy = -sum(softmax * log(softmax));
    for (std::size_t length = 1; length <= 5 * width<T> + 1; ++length)
    {
        const auto in = numbers<T>(length, 5);
        const std::array<T, 1> incoming{T(2)};
        std::vector<T> din(length);
        backward<entropy>(in, incoming, din);
        const auto definition = [](const row& at)
        {
            const row p = by_definition_softmax(at);
            return row(at.size(), -total(p, [](double value) { return value * std::log(value); }));
        };
        row first(length, 0.0);
        first[0] = 2;
        for (std::size_t k = 0; k < length; ++k)
        {
            const double wanted = by_differences(definition, widened(in), first, k);
            BOOST_TEST(std::abs(double(din[k]) - wanted) < 20 * tolerance<T>);
        }
    }
}

std::vector<double> backward_of(const auto& run, std::size_t length)
{
    std::vector<double> din(length, 99.0);
    run(din);
    return din;
}

BOOST_AUTO_TEST_CASE(one_value_in_each_element)
{
    constexpr std::size_t length = 100;
    const auto in = numbers<double>(length, 7);
    std::vector<double> incoming(length, 0.0);
    incoming[3] = 2;
    const double sum_in = std::accumulate(in.begin(), in.end(), 0.0);
    // A formula that looks like one of elements and has the same value for all: what comes in is
    // collected.
    constexpr variable<"u"> u;
    constexpr auto gate = sigmoid(u)(u = 0.01 * sum(z));
    const double s = 1 / (1 + std::exp(-0.01 * sum_in));
    for (const double got :
         backward_of([&](auto& din) { backward<gate>(in, incoming, din); }, length))
    {
        BOOST_TEST(got == 0.02 * s * (1 - s), boost::test_tools::tolerance(1e-13));
    }
    constexpr auto slope = derivative(square(sum(z)), z);
    for (const double got :
         backward_of([&](auto& din) { backward<slope>(in, incoming, din); }, length))
    {
        BOOST_TEST(got == 4, boost::test_tools::tolerance(1e-13));
    }
    // A gradient that waits for its reduction, though it is the same for all elements.
    constexpr auto late = sum(t) * sum(exp(z)) + sum(sin(exp(z) + sum(square(z))));
    std::vector<double> by_t(length);
    std::vector<double> by_z(length);
    std::array<double, 1> value{};
    value_and_derivative<late>(std::tie(in, in), value, std::tie(by_t, by_z));
    const double total_exp = total(in, [](double at) { return std::exp(at); });
    BOOST_TEST(by_t.front() == total_exp, boost::test_tools::tolerance(1e-13));
    BOOST_TEST(by_t.back() == total_exp, boost::test_tools::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(extents_of_what_is_put_in)
{
    constexpr auto scaled = (beta * sum(z))(beta = z);
    static_assert(!is_row_value<scaled>);
    static_assert(is_row_value<sum(beta * z)(beta = z)>);
    static_assert(!is_row_value<sigmoid(z)(z = sum(z))>);
    const std::vector<double> in{1, 2, 3};
    std::vector<double> out(3);
    forward<scaled>(in, out);
    BOOST_TEST(out == (std::vector<double>{6, 12, 18}), boost::test_tools::per_element());
    // The derivative by a parameter is the row's, also where its reduction is simplified away.
    std::array<double, 1> by_beta{};
    forward<derivative(beta * z + sum(z - mean(z)), beta)>(in, by_beta);
    BOOST_TEST(by_beta[0] == 6);
}

BOOST_AUTO_TEST_CASE(rows_keep_the_digits_that_their_author_saw_to)
{
    // Beside the largest element the logarithm would lose its digits.
    std::vector<float> in(20);
    for (std::size_t i = 0; i < in.size(); ++i)
    {
        in[i] = 1e5f + static_cast<float>(i % 4);
    }
    const double log = std::log(5 * (1 + std::exp(-1.0) + std::exp(-2.0) + std::exp(-3.0)));
    std::array<float, 1> value{};
    forward<logsumexp(z - max(z))>(in, value);
    BOOST_TEST(double(value[0]) == log, boost::test_tools::tolerance(3e-7));
    std::vector<float> out(in.size());
    forward<(z - max(z)) - ctgrad::log(sum(exp(z - max(z))))>(in, out);
    BOOST_TEST(double(out[3]) == -log, boost::test_tools::tolerance(3e-7));
    BOOST_TEST(double(out[0]) == -3 - log, boost::test_tools::tolerance(3e-7));
    // Neither squares of large numbers nor reciprocals of tiny ones appear where nobody wrote them.
    constexpr auto scaled = z / max(abs(z));
    std::fill(in.begin(), in.end(), 1e20f);
    forward<sum(scaled * (t / max(abs(t))))>(std::tie(in, in), value);
    BOOST_TEST(value[0] == 20);
    std::fill(in.begin(), in.end(), 1e-40f);
    in[1] = 0;
    forward<scaled>(in, out);
    BOOST_TEST(out[0] == 1);
    BOOST_TEST(out[1] == 0);
    // Infinity in, infinity out, whatever parameters begin with.
    in[1] = infinity<float>;
    backward<mean(square(z))>(in, std::array{1.0f}, out);
    BOOST_TEST(out[1] == infinity<float>);
    constexpr parameter<"zero"> zero{0.0};
    forward<zero * z>(in, out, std::array{0.5f});
    BOOST_TEST(out[1] == infinity<float>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(masked_rows, T, element_types)
{
    // What is -infinity has no part in a softmax, be the row short or long.
    for (const std::size_t length : {width<T> / 2 + 1, 5 * width<T> + 1})
    {
        auto in = numbers<T>(length, 6);
        in[1] = -infinity<T>;
        std::vector<T> out(length);
        const std::vector<T> incoming(length, T(1));
        forward<softmax>(in, out);
        BOOST_TEST(out[1] == T(0));
        BOOST_TEST(std::abs(std::accumulate(out.begin(), out.end(), T(0)) - T(1)) <
                   T(tolerance<T>));
        std::array<T, 1> value{};
        forward<logsumexp(z)>(in, value);
        BOOST_TEST(std::isfinite(value[0]));
        std::fill(in.begin(), in.end(), -infinity<T>);
        forward<logsumexp(z)>(in, value);
        BOOST_TEST(value[0] == -infinity<T>);
        in[0] = infinity<T>;
        forward<logsumexp(z)>(in, value);
        BOOST_TEST(value[0] == infinity<T>);
        in[0] = std::numeric_limits<T>::quiet_NaN();
        forward<logsumexp(z)>(in, value);
        BOOST_TEST(std::isnan(value[0]));
        forward<min(z)>(in, value);
        BOOST_TEST(std::isnan(value[0]));
    }
    std::vector<T> zeros(3, T(0));
    std::vector<T> din(3);
    backward<norm(z)>(zeros, std::array{T(1)}, din);
    BOOST_TEST(din[1] == T(0));
}

template <auto Formula, class T>
void check_nan_is_everywhere(const std::vector<T>& in)
{
    std::vector<T> out(in.size());
    if constexpr (is_row_value<Formula>)
    {
        out.resize(1);
    }
    forward<Formula>(in, out);
    for (const T result : out)
    {
        BOOST_TEST(std::isnan(result));
    }
}

// The largest element may have missed it: then a sum has it.
BOOST_AUTO_TEST_CASE_TEMPLATE(nan_in_any_element_is_in_all_results, T, element_types)
{
    constexpr std::size_t w = width<T>;
    for (const std::size_t length : {std::size_t(1), w - 1, w, w + 1, 2 * w, 4 * w, 5 * w + 3})
    {
        for (std::size_t at = 0; at < length; at += length / 7 + 1)
        {
            for (const T elsewhere : {T(0.5), infinity<T>, -infinity<T>})
            {
                std::vector<T> in(length, T(1));
                in[length - 1] = elsewhere;
                in[at] = std::numeric_limits<T>::quiet_NaN();
                check_nan_is_everywhere<softmax>(in);
                check_nan_is_everywhere<fast(softmax)>(in);
                check_nan_is_everywhere<log(softmax)>(in);
                check_nan_is_everywhere<logsumexp(z)>(in);
                check_nan_is_everywhere<max(z)>(in);
                check_nan_is_everywhere<min(z)>(in);
                check_nan_is_everywhere<max(z) - min(z)>(in);
                check_nan_is_everywhere<max(abs(z)) / sum(abs(z))>(in);
                const std::vector<T> incoming(length, T(1));
                std::vector<T> din(length);
                backward<softmax>(in, incoming, din);
                BOOST_TEST(std::all_of(din.begin(), din.end(), [](T d) { return std::isnan(d); }));
                forward<softmax>(in, in);
                BOOST_TEST(std::all_of(in.begin(), in.end(), [](T y) { return std::isnan(y); }));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(large_logits_neither_overflow_nor_vanish, T, element_types)
{
    std::vector<T> in(width<T> + 1, T(-1e30));
    in[0] = T(1e30);
    in[1] = T(1e30);
    std::vector<T> out(in.size());
    forward<softmax>(in, out);
    BOOST_TEST(out[0] == T(0.5));
    BOOST_TEST(out[1] == T(0.5));
    BOOST_TEST(out[2] == T(0));
    std::array<T, 1> value{};
    forward<logsumexp(z)>(in, value);
    BOOST_TEST(value[0] == T(1e30));
}

} // namespace
