// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE random
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/tensor/random.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

using namespace ctgrad;

// All bounds here are in standard deviations of what is measured. The streams are fixed, so a
// test passes always or never; 5 deviations leave room for the few hundred figures compared.
namespace
{

constexpr double bound = 5;
constexpr int draws = 1 << 18;

double centred(std::uint64_t key, int counter)
{
    return static_cast<double>(
               unit_interval(random_bits(key, static_cast<std::uint32_t>(counter)))) -
           0.5;
}

// The correlation of two streams of numbers spread evenly over [-1/2, 1/2], in deviations.
template <class First, class Second>
double correlation(First first, Second second)
{
    double sum = 0;
    for (int i = 0; i < draws; ++i)
    {
        sum += 12 * first(i) * second(i);
    }
    return sum / std::sqrt(draws);
}

struct moments
{
    double mean = 0, variance = 0, third = 0, fourth = 0;
};

template <class T>
moments moments_of(const std::vector<T>& values)
{
    const auto count = static_cast<double>(values.size());
    moments m;
    for (const T value : values)
    {
        m.mean += static_cast<double>(value) / count;
    }
    for (const T value : values)
    {
        const double d = static_cast<double>(value) - m.mean;
        m.variance += d * d / count;
        m.third += d * d * d / count;
        m.fourth += d * d * d * d / count;
    }
    return m;
}

constexpr std::array<std::uint64_t, 8> keys{0, 1, 2, 3, 1ull << 31, 1ull << 32, 1ull << 63, ~0ull};

static_assert(random_bits(1, 2) == random_bits(1, 2));
static_assert(unit_interval(0) == 0.0f);
static_assert(unit_interval(~0u) < 1.0f);
static_assert(derived_seed({1}, 2).value != derived_seed({2}, 1).value);

} // namespace

BOOST_AUTO_TEST_CASE(stream_has_the_mean_and_variance_of_even_spread)
{
    for (const std::uint64_t key : keys)
    {
        double sum = 0, squares = 0;
        for (int i = 0; i < draws; ++i)
        {
            const double d = centred(key, i);
            sum += d;
            squares += d * d;
        }
        // The deviation of d is sqrt(1/12), of d*d sqrt(1/80 - 1/144) = sqrt(1/180).
        BOOST_TEST(std::abs(sum) < bound * std::sqrt(draws / 12.0));
        BOOST_TEST(std::abs(squares - draws / 12.0) < bound * std::sqrt(draws / 180.0));
    }
}

BOOST_AUTO_TEST_CASE(positions_of_a_stream_are_independent)
{
    for (const std::uint64_t key : keys)
    {
        for (const int lag : {1, 2, 3, 4, 8, 16, 64, 100, 128, 784, 1024})
        {
            BOOST_TEST(std::abs(correlation([&](int i) { return centred(key, i); },
                                            [&](int i) { return centred(key, i + lag); })) < bound);
        }
    }
}

BOOST_AUTO_TEST_CASE(streams_of_different_keys_are_independent)
{
    for (const std::uint64_t first : keys)
    {
        for (const std::uint64_t second : keys)
        {
            for (const int lag : {0, 1})
            {
                if (first != second)
                {
                    BOOST_TEST(
                        std::abs(correlation([&](int i) { return centred(first, i); }, [&](int i)
                                             { return centred(second, i + lag); })) < bound);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(streams_are_not_rearrangements_of_one_stream)
{
    for (const std::uint64_t key : keys)
    {
        // What the first step of random_bits makes of the lower half of the key, undone.
        const auto shift = static_cast<int>((mix_bits(key) ^ mix_bits(9)) & 0xffffffffu);
        BOOST_TEST(std::abs(correlation([&](int i) { return centred(9, i); },
                                        [&](int i) { return centred(key, i ^ shift); })) < bound);
    }
}

BOOST_AUTO_TEST_CASE(each_bit_of_the_counter_changes_each_bit_of_the_result_half_of_the_time)
{
    constexpr int samples = 1 << 14;
    for (int input = 0; input < 32; ++input)
    {
        std::array<int, 32> changes{};
        for (int i = 0; i < samples; ++i)
        {
            // Positions without that bit, so that no pair counts twice.
            const auto below = static_cast<std::uint32_t>(i) & ((1u << input) - 1);
            const auto position = below | ((static_cast<std::uint32_t>(i) ^ below) << 1);
            const std::uint32_t difference =
                random_bits(7, position) ^ random_bits(7, position | 1u << input);
            for (std::size_t output = 0; output < 32; ++output)
            {
                changes[output] += static_cast<int>(difference >> output & 1u);
            }
        }
        for (const int count : changes)
        {
            BOOST_TEST(std::abs(count - samples / 2.0) < bound * std::sqrt(samples / 4.0));
        }
    }
}

BOOST_AUTO_TEST_CASE(pairs_of_neighbours_fill_the_square_evenly)
{
    for (const std::uint64_t key : keys)
    {
        std::vector<int> boxes(64 * 64);
        for (std::uint32_t i = 0; i < draws; ++i)
        {
            ++boxes[(random_bits(key, 2 * i) >> 26) * 64 + (random_bits(key, 2 * i + 1) >> 26)];
        }
        const double expected = draws / (64.0 * 64.0);
        double chi_squared = 0;
        for (const int count : boxes)
        {
            chi_squared += (count - expected) * (count - expected) / expected;
        }
        const double freedom = 64.0 * 64.0 - 1;
        BOOST_TEST(std::abs(chi_squared - freedom) < bound * std::sqrt(2 * freedom));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(uniform_fill_has_its_bounds_and_moments, T, element_types)
{
    random_engine engine(1);
    std::vector<T> values(draws);
    fill_uniform(std::span<T>(values), T(-3), T(5), engine);
    BOOST_TEST(*std::ranges::min_element(values) >= T(-3));
    BOOST_TEST(*std::ranges::max_element(values) <= T(5));

    const moments m = moments_of(values);
    BOOST_TEST(std::abs(m.mean - 1) < bound * 8 * std::sqrt(1.0 / 12 / draws));
    BOOST_TEST(std::abs(m.variance - 64.0 / 12) < bound * 64 * std::sqrt(1.0 / 180 / draws));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(normal_fill_has_its_moments, T, element_types)
{
    random_engine engine(2);
    std::vector<T> values(draws + 1); // odd: the last pair is used by half
    fill_normal(std::span<T>(values), T(3), T(2), engine);

    // Deviations of the estimates from n numbers: s/sqrt(n), s^2 sqrt(2/n), at most s^3
    // sqrt(15/n), s^4 sqrt(96/n).
    const moments m = moments_of(values);
    BOOST_TEST(std::abs(m.mean - 3) < bound * 2 / std::sqrt(draws));
    BOOST_TEST(std::abs(m.variance - 4) < bound * 4 * std::sqrt(2.0 / draws));
    BOOST_TEST(std::abs(m.third) < bound * 8 * std::sqrt(15.0 / draws));
    BOOST_TEST(std::abs(m.fourth - 48) < bound * 16 * std::sqrt(96.0 / draws));

    double neighbours = 0;
    for (std::size_t i = 0; i < draws; ++i)
    {
        neighbours +=
            (static_cast<double>(values[i]) - 3) * (static_cast<double>(values[i + 1]) - 3) / 4;
    }
    BOOST_TEST(std::abs(neighbours) < bound * std::sqrt(draws));
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_bits)
{
    std::vector<float> first(101), second(101), other(101);
    for (auto* const values : {&first, &second})
    {
        random_engine engine(42);
        fill_normal(std::span(*values), 0, 1, engine);
    }
    random_engine engine(43);
    fill_normal(std::span(other), 0, 1, engine);
    BOOST_TEST(std::ranges::equal(first, second, {}, std::bit_cast<std::uint32_t, float>,
                                  std::bit_cast<std::uint32_t, float>));
    BOOST_TEST(!std::ranges::equal(first, other));
}

BOOST_AUTO_TEST_CASE(numbers_of_the_quick_engine_are_the_published_ones)
{
    split_mix_engine engine(seed{1234567});
    BOOST_TEST(engine() == 6457827717110365317u);
    BOOST_TEST(engine() == 3203168211198807973u);
    BOOST_TEST(engine() == 9817491932198370423u);
}

BOOST_AUTO_TEST_CASE(the_quick_engine_fills_and_draws_as_well)
{
    split_mix_engine engine(seed{1});
    std::vector<double> values(draws);
    fill_normal(std::span(values), 3, 2, engine);
    const moments normal = moments_of(values);
    BOOST_TEST(std::abs(normal.mean - 3) < bound * 2 / std::sqrt(draws));
    BOOST_TEST(std::abs(normal.variance - 4) < bound * 4 * std::sqrt(2.0 / draws));
    fill_uniform(std::span(values), -0.5, 0.5, engine);
    BOOST_TEST(std::abs(moments_of(values).mean) < bound * std::sqrt(1.0 / 12 / draws));
    int twos = 0;
    for (int i = 0; i < draws; ++i)
    {
        twos += draw_below(engine, 3) == 2;
    }
    BOOST_TEST(std::abs(twos - draws / 3.0) < bound * std::sqrt(draws * 2.0 / 9));
}

BOOST_AUTO_TEST_CASE(drawing_below_a_bound_is_even_and_never_reaches_it)
{
    random_engine engine(3);
    for (const std::uint64_t limit : {1ull, 2ull, 3ull, 7ull, 10ull, 64ull})
    {
        std::vector<int> counts(limit);
        for (int i = 0; i < draws; ++i)
        {
            ++counts.at(draw_below(engine, limit));
        }
        const double p = 1.0 / static_cast<double>(limit);
        for (const int count : counts)
        {
            BOOST_TEST(std::abs(count - draws * p) <= bound * std::sqrt(draws * p * (1 - p)));
        }
    }
    // Three quarters of all numbers: the plain remainder would give the lower third twice as often.
    const std::uint64_t three_quarters = 3ull << 62;
    int low = 0;
    for (int i = 0; i < draws; ++i)
    {
        low += draw_below(engine, three_quarters) < (1ull << 62);
    }
    BOOST_TEST(std::abs(low - draws / 3.0) < bound * std::sqrt(draws * 2.0 / 9));
}
