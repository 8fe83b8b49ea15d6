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

/// What is the same for all numbers of a channel is computed once: y is a line, `slope` its slope. All
/// programs take arrays.
template <double Epsilon>
struct batch_norm_programs
{
private:
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

    static constexpr auto slope_formula = scale / sqrt(variance + Epsilon);
    static constexpr auto line = (x - mean) * slope + shift;

public:
    using slope_of_channel = program<slope_formula>;
    using values = program<line>;
    using values_and_input = program<line, x>;
    using sum_of_input = program<variable<"sum">{} + x>;
    using sum_of_squares = program<variable<"sum">{} + square(x - mean)>;
    /// The gradients of slope and shift so far, and those of one more number.
    using sums_of_gradients =
        program<dslope + pullback(line, dy, slope), dshift + pullback(line, dy, shift)>;
    /// Gradients of scale, variance and mean: of the mean the same multiple of dy for all numbers.
    using gradients_of_channel =
        program<pullback(slope_formula, dslope, scale), pullback(slope_formula, dslope, variance),
                pullback(line, dshift, mean)>;
    /// With shares of each number in mean and variance, which are divided by how many there are.
    using input_gradient = program<pullback(line, dy, x) + dmean + dvariance*(x - mean)>;
};

} // namespace ctgrad::detail
