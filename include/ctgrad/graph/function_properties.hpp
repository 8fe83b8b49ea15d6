// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <limits>

namespace ctgrad
{

enum class monotonicity
{
    none,
    constant,
    increasing,
    non_decreasing,
    decreasing,
    non_increasing
};

enum class symmetry
{
    none,
    /// f(-x) = f(x)
    even,
    /// f(-x) = -f(x)
    odd
};

/// What a function does far from the origin, on one side.
enum class tail
{
    /// The value has no finite limit, or the slope does not vanish.
    open,
    /// The value has a finite limit, and the slope tends to 0.
    saturates,
    /// The slope is exactly 0 on a half-line: no gradient comes back.
    dies
};

/// How often a function is continuously differentiable.
enum class continuity
{
    jumps = -1,
    kinks = 0,
    once = 1,
    twice = 2,
    /// Three times or more: no formula of practice is told from smooth by what comes then.
    smooth = 3
};

/// Smallest and largest value, or what values come arbitrarily close to.
struct value_range
{
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    /// Whether there is an argument with that value.
    bool attains_low = false;
    bool attains_high = false;
};

/// What is worth knowing of an activation function.
struct function_properties
{
    value_range range;
    monotonicity direction = monotonicity::none;
    symmetry mirror = symmetry::none;
    /// The symmetry follows from the graph, not from samples.
    bool symmetry_is_proven = false;
    continuity order = continuity::smooth;
    tail left = tail::open;
    tail right = tail::open;
    /// f(0) = 0 and f'(0) = 1, from both sides.
    bool is_identity_at_origin = false;
    /// Of its magnitude; infinite where it has no bound.
    double largest_slope = 0.0;
};

} // namespace ctgrad
