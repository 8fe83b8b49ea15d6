// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/elementwise.hpp>

namespace ctgrad::detail
{

/// What a channel becomes, by its mean and variance; and the programs of that, which take arrays. What is the
/// same for all numbers of a channel is computed once: y is a line, `slope` its slope.
template <double Epsilon>
struct batch_norm_programs
{
private:
    // Templates, so that only who has the layer compiles variables and parameters of these names.
    template <fixed_string Name>
    static constexpr variable<Name> of{};
    template <fixed_string Name, double Initial>
    static constexpr parameter<Name> of_channel{Initial, per_channel};

    static constexpr auto slope = of<"scale"> / sqrt(of<"variance"> + Epsilon);
    static constexpr auto line = (of<"x"> - of<"mean">)*of<"slope"> + of<"shift">;

public:
    static constexpr auto formula =
        of_channel<"scale", 1.0> *
            ((of<"x"> - of_channel<"mean", 0.0>) / sqrt(of_channel<"variance", 1.0> + Epsilon)) +
        of_channel<"shift", 0.0>;

    using slope_of_channel = program<slope>;
    using values = program<line>;
    using values_and_input = program<line, of<"x">>;
    using sum_of_input = program<of<"sum"> + of<"x">>;
    using sum_of_squares = program<of<"sum"> + square(of<"x"> - of<"mean">)>;
    /// The gradients of slope and shift so far, and those of one more number.
    using sums_of_gradients = program<of<"dslope"> + pullback(line, of<"dy">, of<"slope">),
                                      of<"dshift"> + pullback(line, of<"dy">, of<"shift">)>;
    /// Gradients of scale, variance and mean: of the mean the same multiple of dy for all numbers.
    using gradients_of_channel = program<pullback(slope, of<"dslope">, of<"scale">),
                                         pullback(slope, of<"dslope">, of<"variance">),
                                         pullback(line, of<"dshift">, of<"mean">)>;
    /// With shares of each number in mean and variance, which are divided by how many there are.
    using input_gradient = program<pullback(line, of<"dy">, of<"x">) + of<"dmean"> +
                                   of<"dvariance">*(of<"x"> - of<"mean">)>;
};

} // namespace ctgrad::detail
