// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementwise.hpp>

namespace ctgrad::detail
{

inline constexpr variable<"x"> normalised_input;
inline constexpr parameter<"mean"> batch_mean{0.0, per_channel};
inline constexpr parameter<"variance"> batch_variance{1.0, per_channel};

/// What a channel becomes, by its mean and variance.
template <double Epsilon>
inline constexpr auto batch_norm_formula =
    parameter<"scale">{1.0, per_channel} *
        ((normalised_input - batch_mean) / sqrt(batch_variance + Epsilon)) +
    parameter<"shift">{0.0, per_channel};

/// The names in the programs. A template, so that only who has the layer compiles those.
template <double>
struct batch_norm_names
{
    static constexpr variable<"x"> x{};
    static constexpr variable<"mean"> mean{};
    static constexpr variable<"variance"> variance{};
    static constexpr variable<"scale"> scale{};
    static constexpr variable<"slope"> slope{};
    static constexpr variable<"shift"> shift{};
    static constexpr variable<"dy"> dy{};
    static constexpr variable<"dslope"> dslope{};
    static constexpr variable<"dshift"> dshift{};
    static constexpr variable<"dmean"> dmean{};
    static constexpr variable<"dvariance"> dvariance{};
    static constexpr variable<"sum"> sum{};
};

/// What is the same for all numbers of a channel is computed once: y is a line, `slope` its slope. All
/// programs take arrays.
template <double Epsilon>
struct batch_norm_programs
{
private:
    using of = batch_norm_names<Epsilon>;

    static constexpr auto slope = of::scale / sqrt(of::variance + Epsilon);
    static constexpr auto line = (of::x - of::mean) * of::slope + of::shift;

public:
    using slope_of_channel = program<slope>;
    using values = program<line>;
    using values_and_input = program<line, of::x>;
    using sum_of_input = program<of::sum + of::x>;
    using sum_of_squares = program<of::sum + square(of::x - of::mean)>;
    /// The gradients of slope and shift so far, and those of one more number.
    using sums_of_gradients = program<of::dslope + pullback(line, of::dy, of::slope),
                                      of::dshift + pullback(line, of::dy, of::shift)>;
    /// Gradients of scale, variance and mean: of the mean the same multiple of dy for all numbers.
    using gradients_of_channel =
        program<pullback(slope, of::dslope, of::scale), pullback(slope, of::dslope, of::variance),
                pullback(line, of::dshift, of::mean)>;
    /// With shares of each number in mean and variance, which are divided by how many there are.
    using input_gradient =
        program<pullback(line, of::dy, of::x) + of::dmean + of::dvariance*(of::x - of::mean)>;
};

} // namespace ctgrad::detail
