// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/sampler.hpp>

namespace ctgrad
{

/// Second moments of a formula f and of its derivative: E f(u)^2 and E f'(u)^2, u normal with mean 0.
struct second_moments
{
    double value = 0.0;
    double slope = 0.0;
};

/// How a layer whose results go into a formula should begin: its weights with variance
/// `weights` / fan-in, its biases with variance `biases`; then pre-activations have variance
/// `pre_activation` in each layer of a deep network.
struct initial_gain
{
    double weights = 1.0;
    double biases = 0.0;
    double pre_activation = 1.0;

    friend constexpr bool operator==(const initial_gain&, const initial_gain&) = default;
};

namespace detail
{

/// f(x)^2 + f(-x)^2 and the same of f' at the points of a rule for integrals over the axis, which serves
/// normal distributions of every variance up to 4: Gauss's with three points on cells of width 1/2,
/// narrowed to 1/1024 around a kink that is no end of a cell, and wider ones in the tails.
/// Accuracy   1e-6 relative for formulas whose kinks are ends of cells, otherwise about 1e-3; less
///            for features much narrower than 1
class squares_for_quadrature
{
public:
    constexpr explicit squares_for_quadrature(const sampler<1>& f)
    {
        // Up to 6 standard deviations.
        constexpr std::array<double, 14> ends{0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 12};
        for (std::size_t cell = 1; cell < ends.size(); ++cell)
        {
            add_cell(f, ends[cell - 1], ends[cell]);
        }
    }

    constexpr second_moments under_normal(double variance) const
    {
        second_moments sums;
        for (int i = 0; i < count_; ++i)
        {
            const point& at = points_[static_cast<std::size_t>(i)];
            const double density = at.weight * scalar::exp(-0.5 * at.x * at.x / variance);
            sums.value = scalar::add(sums.value, scalar::multiply(density, at.value));
            sums.slope = scalar::add(sums.slope, scalar::multiply(density, at.slope));
        }
        const double norm = scalar::sqrt(6.283185307179586 * variance);
        return {sums.value / norm, sums.slope / norm};
    }

    /// E f(u)^2 for the variances 4, 2, 1, 1/2, 1/4, whose densities are squares of each other.
    constexpr std::array<double, 5> under_normals_from_4_down() const
    {
        std::array<double, 5> sums{};
        for (int i = 0; i < count_; ++i)
        {
            const point& at = points_[static_cast<std::size_t>(i)];
            double density = scalar::exp(-at.x * at.x / 8);
            for (double& sum : sums)
            {
                sum = scalar::add(sum, scalar::multiply(at.weight * density, at.value));
                density = scalar::multiply(density, density);
            }
        }
        double norm = scalar::sqrt(6.283185307179586 * 4);
        for (double& sum : sums)
        {
            sum /= norm;
            norm /= 1.4142135623730951;
        }
        return sums;
    }

private:
    struct point
    {
        double x = 0.0;
        double weight = 0.0;
        double value = 0.0;
        double slope = 0.0;
    };

    static constexpr int capacity = 512;
    static constexpr double narrowest = 0x1p-10;

    static constexpr double sum_of_squares(double a, double b)
    {
        return scalar::add(scalar::multiply(a, a), scalar::multiply(b, b));
    }

    constexpr void add_cell(const sampler<1>& f, double low, double high)
    {
        constexpr double outer = 0.7745966692414834; // sqrt(3/5)
        constexpr std::array<double, 3> places{-outer, 0.0, outer};
        constexpr std::array<double, 3> weights{5.0 / 18, 8.0 / 18, 5.0 / 18};
        std::array<point, 3> found{};
        std::array<sampler<1>::sample, 3> right{};
        std::array<sampler<1>::sample, 3> left{};
        for (std::size_t k = 0; k < 3; ++k)
        {
            point& at = found[k];
            at.x = (low + high) / 2 + (high - low) / 2 * places[k];
            at.weight = (high - low) * weights[k];
            right[k] = f(at.x);
            left[k] = f(-at.x);
            at.value = sum_of_squares(right[k].outputs[0], left[k].outputs[0]);
            at.slope = sum_of_squares(right[k].outputs[1], left[k].outputs[1]);
        }
        const auto is_cut = [](const auto& samples)
        { return samples[0].piece != samples[1].piece || samples[1].piece != samples[2].piece; };
        const bool has_kink = is_cut(right) || is_cut(left);
        if (has_kink && high - low > narrowest && count_ < capacity / 2)
        {
            add_cell(f, low, (low + high) / 2);
            add_cell(f, (low + high) / 2, high);
            return;
        }
        for (const point& at : found)
        {
            points_[static_cast<std::size_t>(count_++)] = at;
        }
    }

    std::array<point, capacity> points_{};
    int count_ = 0;
};

constexpr bool is_positive_and_finite(double value)
{
    return value > 0 && !scalar::is_infinite(value);
}

/// The variance between 1/4 and 4 of pre-activations whose activations have second moment 1 (within
/// some percent, between powers of 2), or 1 if there is none.
constexpr double variance_for_unit_activations(const squares_for_quadrature& squares)
{
    const std::array<double, 5> values = squares.under_normals_from_4_down();
    for (std::size_t k = 1; k < values.size(); ++k)
    {
        if (values[k] <= 1 && values[k - 1] > 1)
        {
            const double high = 8.0 / static_cast<double>(1 << k);
            const double share =
                scalar::log(values[k - 1]) / scalar::log(values[k - 1] / values[k]);
            return values[k] > 0 ? high * scalar::exp(-0.6931471805599453 * share) : high / 2;
        }
    }
    return 1.0;
}

constexpr initial_gain gain_from(const squares_for_quadrature& squares, bool with_biases)
{
    initial_gain result;
    result.pre_activation = variance_for_unit_activations(squares);
    const double variance = result.pre_activation;
    const second_moments moments = squares.under_normal(variance);
    if (!is_positive_and_finite(moments.value) || scalar::is_nan(moments.slope) ||
        scalar::is_infinite(moments.slope))
    {
        return {};
    }
    const double forward = moments.value / variance;
    const double biases = variance - moments.value / moments.slope;
    // What is left of it for relu and its kin changes nothing in any number of layers.
    constexpr double negligible = 1e-3;
    if (with_biases && moments.slope > 0 && biases > negligible * variance)
    {
        result.weights = 1 / moments.slope;
        result.biases = biases;
    }
    else
    {
        result.weights = 2 / (forward + moments.slope);
    }
    return result;
}

} // namespace detail

/// E f(u)^2 and E f'(u)^2 for a formula f of one variable, under the normal distribution with mean 0
/// and that variance, by quadrature; by the compiler in a constant.
/// Domain     variances up to 4; infinite or NaN where the formula is not defined on both sides of 0
/// Accuracy   1e-6 relative, 1e-3 for kinks at other places than multiples of 1/2
constexpr second_moments second_moments_of(const expression auto& formula, double variance = 1.0)
{
    return detail::squares_for_quadrature(sampler<1>(formula)).under_normal(variance);
}

/// What keeps signals and gradients alike at the beginning of a deep network of layers, each followed
/// by `formula`: f of one variable, without reductions.
///
/// Pre-activations have variance q, which is chosen so that activations have second moment 1, as the
/// inputs of a network should: E f(u)^2 = 1, u normal of variance q (for bounded formulas and others
/// without such q between 1/4 and 4, q = 1). Gradients pass unchanged if the variance of weights
/// times fan-in is 1 / E f'(u)^2; biases of variance q - E f(u)^2 / E f'(u)^2 make up for what is
/// missing of q. For ReLU that is He's rule, without biases; for none Glorot's for square layers.
///
/// Where there are to be no biases, or the mean of the formula is larger than their variance would
/// have to be (sigmoid, softplus), signals and gradients want different weights, and get what is
/// between: the harmonic mean, as Glorot and Bengio have it.
/// Source     Schoenholz et al. (2017), Deep information propagation (there chi_1 = 1); Hayou, Doucet,
///            Rousseau (2019), On the impact of the activation function on deep neural networks
///            training; He et al. (2015); Glorot, Bengio (2010)
constexpr initial_gain gain_of(const expression auto& formula, bool with_biases = true)
{
    return detail::gain_from(detail::squares_for_quadrature(sampler<1>(formula)), with_biases);
}

} // namespace ctgrad
