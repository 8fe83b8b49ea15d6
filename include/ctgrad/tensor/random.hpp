// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <type_traits>

namespace ctgrad
{

/// Where a sequence of random numbers begins: the same seed gives the same bits.
struct seed
{
    std::uint64_t value = 0;
};

/// Scatters a number over 64 bits: neighbouring numbers give unrelated ones. A bijection.
/// Source     Steele, Lea, Flood (2014), "Fast splittable pseudorandom number generators"
constexpr std::uint64_t mix_bits(std::uint64_t number)
{
    number += 0x9e3779b97f4a7c15u;
    number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9u;
    number = (number ^ (number >> 27)) * 0x94d049bb133111ebu;
    return number ^ (number >> 31);
}

/// The seed of part `index` of something that has one seed: an epoch, a layer, a thread.
constexpr seed derived_seed(seed origin, std::uint64_t index)
{
    return {mix_bits(mix_bits(origin.value) ^ index)};
}

/// Random 32 bits at position `counter` of the stream `key`: needs no state, so positions can be
/// computed in any order, again in the backward pass, and several in one vector.
/// Cost       three 32-bit multiplications; the part that depends on `key` leaves the loop
/// Source     the mixing function "lowbias32" of C. Wellons (2018), the key entering in two places
constexpr std::uint32_t random_bits(std::uint64_t key, std::uint32_t counter)
{
    const std::uint64_t mixed_key = mix_bits(key);
    std::uint32_t bits = (counter ^ static_cast<std::uint32_t>(mixed_key)) * 0x9e3779b1u;
    bits = (bits ^ (bits >> 16)) * 0x7feb352du;
    bits += static_cast<std::uint32_t>(mixed_key >> 32);
    bits = (bits ^ (bits >> 15)) * 0x846ca68bu;
    return bits ^ (bits >> 16);
}

/// A number in [0, 1) from 32 random bits, of which it uses the upper 24.
constexpr float unit_interval(std::uint32_t bits)
{
    // Signed, because the vector conversion from signed integers exists everywhere.
    return static_cast<float>(static_cast<std::int32_t>(bits >> 8)) * 0x1p-24f;
}

/// The generator behind everything drawn in sequence: initial weights, shuffled rows.
/// What is drawn from it here does not use the distributions of <random>, whose results differ
/// between standard libraries.
using random_engine = std::mt19937_64;

/// A generator that is made in no time, where `random_engine` has 2.5 kilobytes to fill: for a few numbers
/// from a seed of their own.
/// Source     Steele, Lea, Flood (2014), "Fast splittable pseudorandom number generators"
class split_mix_engine
{
public:
    using result_type = std::uint64_t;

    explicit constexpr split_mix_engine(seed origin) : state_(origin.value) {}

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }

    constexpr result_type operator()()
    {
        const result_type bits = mix_bits(state_);
        state_ += 0x9e3779b97f4a7c15u;
        return bits;
    }

private:
    std::uint64_t state_;
};

/// What gives 64 random bits at a time.
template <class Engine>
concept engine_of_64_bits = std::uniform_random_bit_generator<Engine> && Engine::min() == 0 &&
                            Engine::max() == ~std::uint64_t{0};

/// A whole number in [0, bound), each as likely as any other; `bound` is not zero.
template <engine_of_64_bits Engine>
std::uint64_t draw_below(Engine& engine, std::uint64_t bound)
{
    // The first `2^64 mod bound` numbers would make small results likelier.
    const std::uint64_t first = (0 - bound) % bound;
    for (;;)
    {
        if (const std::uint64_t bits = engine(); bits >= first)
        {
            return bits % bound;
        }
    }
}

/// Fills with numbers spread evenly over [low, high]; `high` itself only by rounding.
template <std::floating_point T, engine_of_64_bits Engine>
void fill_uniform(std::span<T> values, std::type_identity_t<T> low, std::type_identity_t<T> high,
                  Engine& engine)
{
    for (T& value : values)
    {
        value =
            static_cast<T>(low + (high - low) * (static_cast<double>(engine() >> 11) * 0x1p-53));
    }
}

/// Fills with normally distributed numbers.
/// Source     Marsaglia, Bray (1964), the polar method
template <std::floating_point T, engine_of_64_bits Engine>
void fill_normal(std::span<T> values, std::type_identity_t<T> mean,
                 std::type_identity_t<T> standard_deviation, Engine& engine)
{
    const auto signed_unit = [&engine]
    { return static_cast<double>(engine() >> 11) * 0x1p-52 - 1.0; };

    for (std::size_t i = 0; i < values.size(); i += 2)
    {
        double u, v, square;
        do
        {
            u = signed_unit();
            v = signed_unit();
            square = u * u + v * v;
        } while (square >= 1.0 || square == 0.0);

        const double factor = standard_deviation * std::sqrt(-2.0 * std::log(square) / square);
        values[i] = static_cast<T>(mean + factor * u);
        if (i + 1 < values.size())
        {
            values[i + 1] = static_cast<T>(mean + factor * v);
        }
    }
}

} // namespace ctgrad
