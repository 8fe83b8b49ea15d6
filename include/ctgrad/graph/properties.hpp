// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/function_properties.hpp>
#include <ctgrad/graph/sampler.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>

namespace ctgrad
{

namespace detail
{

/// Finds the properties of a formula from its values and three derivatives on a grid that is fine
/// around the origin and goes up to 2^40 in steps of factor 2, and from what happens between.
class examination
{
public:
    constexpr explicit examination(const sampler<3>& formula)
        : formula_(formula), computed_(formula.lowered())
    {
    }

    constexpr function_properties run()
    {
        look_at_end(-1, found_.left);
        argument before = look_at(grid(0));
        for (int step = 1; step < steps; ++step)
        {
            const argument here = look_at(grid(step));
            look_between(before, here);
            before = here;
        }
        look_at_end(1, found_.right);
        look_at_growth();
        look_for_symmetry();
        look_at_origin();
        found_.direction = direction();
        found_.largest_slope = scalar::maximum(slopes_.high, -slopes_.low) + 0.0;
        found_.range.low += 0.0; // not -0
        found_.range.high += 0.0;
        return found_;
    }

private:
    struct argument
    {
        double x = 0.0;
        sampler<3>::output_values y{};
        std::uint64_t piece = 0;
    };

    // Of 1/16 up to 8, then doubling.
    static constexpr int fine_steps = 128;
    static constexpr int coarse_steps = 37;
    static constexpr int steps = 2 * (fine_steps + coarse_steps) + 1;

    static constexpr double grid(int step)
    {
        const int from_origin = step - (fine_steps + coarse_steps);
        const int size = from_origin < 0 ? -from_origin : from_origin;
        double x = size <= fine_steps ? size / 16.0 : 8.0;
        for (int doubling = fine_steps; doubling < size; ++doubling)
        {
            x *= 2;
        }
        return from_origin < 0 ? -x : x;
    }

    static constexpr bool is_finite(double value)
    {
        return !scalar::is_nan(value) && !scalar::is_infinite(value);
    }

    static constexpr bool is_close(double a, double b, double tolerance)
    {
        return a == b || scalar::abs(a - b) <= tolerance * (1 + scalar::abs(a) + scalar::abs(b));
    }

    constexpr argument at(double x) const { return {x, computed_(x).outputs, formula_(x).piece}; }

    /// Whether the slope is exactly 0 on the piece around x.
    constexpr bool is_flat_around(double x) const
    {
        const auto constant = formula_.constant_around(x);
        return constant[0] || (constant[1] && formula_(x).outputs[1] == 0);
    }

    constexpr void note_value(double value, bool attained)
    {
        value_range& range = found_.range;
        constexpr double tolerance = 1e-12;
        if (value < range.low || is_close(value, range.low, tolerance))
        {
            range.attains_low =
                attained || (range.attains_low && is_close(value, range.low, tolerance));
            range.low = scalar::minimum(value, range.low);
        }
        if (value > range.high || is_close(value, range.high, tolerance))
        {
            range.attains_high =
                attained || (range.attains_high && is_close(value, range.high, tolerance));
            range.high = scalar::maximum(value, range.high);
        }
    }

    constexpr void note_slope(double slope)
    {
        if (!scalar::is_nan(slope))
        {
            slopes_.low = scalar::minimum(slopes_.low, slope);
            slopes_.high = scalar::maximum(slopes_.high, slope);
        }
    }

    constexpr void look_at_end(int side, tail& end)
    {
        const double far = side * 0x1p40;
        const double infinity = side * std::numeric_limits<double>::infinity();
        const sampler<3>::output_values limit = computed_(infinity).outputs;
        const sampler<3>::output_values before = computed_(far).outputs;
        if (is_flat_around(far))
        {
            end = tail::dies;
            note_value(before[0], true);
            return;
        }
        note_slope(limit[1]);
        if (!scalar::is_nan(limit[0]))
        {
            note_value(limit[0], false);
        }
        // An operation of the user's own may have no limit at infinity.
        const bool settles =
            is_finite(limit[0]) || (scalar::is_nan(limit[0]) && is_finite(before[0]) &&
                                    is_close(before[0], computed_(far / 1024).outputs[0], 1e-6));
        const double slope = scalar::is_nan(limit[1]) ? before[1] : limit[1];
        if (settles && scalar::abs(slope) < 1e-6)
        {
            end = tail::saturates;
        }
    }

    constexpr argument look_at(double x)
    {
        const argument here = at(x);
        if (!is_finite(here.y[0]))
        {
            if (!scalar::is_nan(here.y[0]))
            {
                note_value(here.y[0], false);
                note_slope(here.y[1]);
            }
            return here;
        }
        const bool is_level = here.y[1] == 0;
        const bool is_flat = is_level && is_flat_around(x);
        has_plateau_ = has_plateau_ || is_flat;
        // Farther out slopes may be 0 because they are too small for a number.
        constexpr double near = 16;
        note_value(here.y[0], is_flat || (is_level && scalar::abs(x) <= near));
        note_slope(here.y[1]);
        return here;
    }

    /// Extrema of value and slope within a piece; kinks and jumps between pieces.
    constexpr void look_between(argument low, const argument& high)
    {
        constexpr int most_cuts = 8;
        for (int cut = 0; cut < most_cuts && low.piece != high.piece; ++cut)
        {
            argument left = low;
            argument right = high;
            while (right.x - left.x > 1e-13 * (1 + scalar::abs(left.x)))
            {
                const argument middle = at((left.x + right.x) / 2);
                (middle.piece == low.piece ? left : right) = middle;
            }
            look_within(low, left);
            look_at_cut(left.x, right.x);
            low = right;
        }
        look_within(low, high);
    }

    constexpr void look_within(const argument& low, const argument& high)
    {
        if (changes_sign(low.y[1], high.y[1]))
        {
            note_value(root(low, high, 1).y[0], true);
        }
        if (changes_sign(low.y[2], high.y[2]))
        {
            note_slope(root(low, high, 2).y[1]);
        }
    }

    static constexpr bool changes_sign(double a, double b)
    {
        return (a < 0 && b > 0) || (a > 0 && b < 0);
    }

    /// Where an output that changes its sign is 0.
    constexpr argument root(argument low, argument high, std::size_t output) const
    {
        argument middle = low;
        for (int step = 0; step < 50; ++step)
        {
            middle = at((low.x + high.x) / 2);
            (changes_sign(low.y[output], middle.y[output]) ? high : low) = middle;
        }
        return middle;
    }

    /// Limits of all outputs on one side of x: extrapolated, because a piece may end at x.
    constexpr sampler<3>::output_values limits_beside(double x, double side) const
    {
        const double step = side * 0x1p-16 * (1 + scalar::abs(x));
        const auto near = computed_(x + step).outputs;
        const auto far = computed_(x + 2 * step).outputs;
        sampler<3>::output_values limits{};
        for (std::size_t k = 0; k < limits.size(); ++k)
        {
            limits[k] = scalar::add(scalar::multiply(2, near[k]), -far[k]);
        }
        return limits;
    }

    constexpr void look_at_cut(double left, double right)
    {
        const auto before = limits_beside(left, -1);
        const auto behind = limits_beside(right, 1);
        if (!is_finite(before[0]) || !is_finite(behind[0]))
        {
            return;
        }
        note_slope(before[1]);
        note_slope(behind[1]);
        note_value(computed_(left).outputs[0], true);
        note_value(computed_(right).outputs[0], true);
        // The error of the extrapolation is some 1e-9 of the second next derivative.
        constexpr double tolerance = 1e-6;
        for (std::size_t k = 0; k < before.size(); ++k)
        {
            if (!is_close(before[k], behind[k], tolerance))
            {
                const auto order = static_cast<continuity>(static_cast<int>(k) - 1);
                found_.order = order < found_.order ? order : found_.order;
                jumps_up_ = jumps_up_ || (k == 0 && before[0] < behind[0]);
                jumps_down_ = jumps_down_ || (k == 0 && before[0] > behind[0]);
                return;
            }
        }
    }

    /// What oscillates has no limit at infinity, but it may grow without bound.
    constexpr void look_at_growth()
    {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        constexpr double much = 1e6;
        double inner_value = 1;
        double inner_slope = 1;
        for (int step = coarse_steps; step < steps - coarse_steps; ++step)
        {
            const auto y = computed_(grid(step)).outputs;
            inner_value =
                is_finite(y[0]) ? scalar::maximum(inner_value, scalar::abs(y[0])) : inner_value;
            inner_slope =
                is_finite(y[1]) ? scalar::maximum(inner_slope, scalar::abs(y[1])) : inner_slope;
        }
        const auto extend = [&](double& low, double& high, double inner)
        {
            low = low < -much * inner ? -infinity : low;
            high = high > much * inner ? infinity : high;
        };
        extend(found_.range.low, found_.range.high, inner_value);
        extend(slopes_.low, slopes_.high, inner_slope);
        found_.range.attains_low = found_.range.attains_low && is_finite(found_.range.low);
        found_.range.attains_high = found_.range.attains_high && is_finite(found_.range.high);
    }

    constexpr void look_for_symmetry()
    {
        const int proven = formula_.proven_symmetry();
        found_.symmetry_is_proven = proven != 0;
        bool even = proven >= 0;
        bool odd = proven <= 0;
        for (int step = steps / 2 + 1; proven == 0 && step < steps; ++step)
        {
            const double right = computed_(grid(step)).outputs[0];
            const double left = computed_(-grid(step)).outputs[0];
            const double tolerance = 1e-12 * scalar::maximum(scalar::abs(right), scalar::abs(left));
            even = even && scalar::abs(right - left) <= tolerance;
            odd = odd && scalar::abs(right + left) <= tolerance;
        }
        found_.mirror = even ? symmetry::even : odd ? symmetry::odd : symmetry::none;
    }

    constexpr void look_at_origin()
    {
        constexpr double tolerance = 1e-6;
        found_.is_identity_at_origin = is_close(computed_(0.0).outputs[0], 0, 1e-12) &&
                                       is_close(limits_beside(0, -1)[1], 1, tolerance) &&
                                       is_close(limits_beside(0, 1)[1], 1, tolerance);
    }

    constexpr monotonicity direction() const
    {
        const double rounding =
            1e-15 * scalar::minimum(1, scalar::maximum(slopes_.high, -slopes_.low));
        const bool rises = jumps_up_ || slopes_.high > rounding;
        const bool falls = jumps_down_ || slopes_.low < -rounding;
        if (rises == falls)
        {
            return rises ? monotonicity::none : monotonicity::constant;
        }
        if (rises)
        {
            return has_plateau_ ? monotonicity::non_decreasing : monotonicity::increasing;
        }
        return has_plateau_ ? monotonicity::non_increasing : monotonicity::decreasing;
    }

    struct slope_range
    {
        double low = std::numeric_limits<double>::infinity();
        double high = -std::numeric_limits<double>::infinity();
    };

    const sampler<3>& formula_;
    sampler<3> computed_;
    function_properties found_;
    slope_range slopes_;
    bool jumps_up_ = false;
    bool jumps_down_ = false;
    bool has_plateau_ = false;
};

} // namespace detail

/// Properties of a formula of one variable, without reductions; parameters have their initial values.
///
/// Proven from the graph: where a side dies and where the function is constant between kinks, smooth
/// formulas (nothing in them cuts the axis), limits at infinity, and symmetry where
/// `symmetry_is_proven`. Kinks are found by bisection between points of the grid that lie on
/// different pieces, and classified by one-sided limits of the derivatives. Extrema of value and
/// slope are found between points of the grid; features narrower than 1/16 can be missed. At a jump
/// both limits count as attained.
/// Domain     where the formula is NaN it is left out
/// Accuracy   1e-9 relative for range and largest slope
/// Cost       some 1,000 evaluations: milliseconds; by the compiler seconds, and for long formulas or
///            with clang more than its default limits (-fconstexpr-ops-limit, -fconstexpr-steps)
constexpr function_properties properties_of(const expression auto& formula)
{
    const sampler<3> sampled(formula);
    return detail::examination(sampled).run();
}

} // namespace ctgrad
