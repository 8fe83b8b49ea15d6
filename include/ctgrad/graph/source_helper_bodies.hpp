// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/source_form.hpp>

#include <array>
#include <limits>
#include <string_view>

// Functions that the languages lack, which are printed in front of the function that needs them.

namespace ctgrad::detail
{

/// What a helper function is for.
inline std::string_view helper_purpose(const operation& op)
{
    struct entry
    {
        const operation* op;
        std::string_view text;
    };
    static constexpr std::array<entry, 13> purposes{{
        {&operation_of<sigmoid_operation>, "1 / (1 + exp(-x)), where no exponential overflows."},
        {&operation_of<softplus_operation>, "log(1 + exp(x)), where no exponential overflows."},
        {&operation_of<sech_squared_operation>, "1 - tanh(x)^2 without cancellation."},
        {&operation_of<tanh_softplus_operation>, "tanh(log(1 + exp(x)))."},
        {&operation_of<tanh_softplus_slope_operation>, "The derivative of tanh(log(1 + exp(x)))."},
        {&operation_of<normal_cdf_operation>, "Distribution function of a standard normal."},
        {&operation_of<maximum_operation>, "The larger number; NaN stays NaN."},
        {&operation_of<minimum_operation>, "The smaller number; NaN stays NaN."},
        {&operation_of<above_minus_infinity_operation>,
         "Limits -infinity, so that its product with what vanishes there is 0."},
        {&operation_of<below_infinity_operation>,
         "Limits infinity, so that its product with what vanishes there is 0."},
        {&operation_of<finite_operation>,
         "Limits both infinities, so that their product with what vanishes there is 0."},
        {&operation_of<erf_operation>, "scipy.special.erf is faster, if you have it."},
        {&operation_of<erfc_operation>, "scipy.special.erfc is faster, if you have it."},
    }};
    for (const entry& known : purposes)
    {
        if (known.op == &op)
        {
            return known.text;
        }
    }
    return "";
}

/// The value of an operation that is a function of its own, in other operations.
inline reference helper_body(const operation& op, reference a, reference b)
{
    if (is_one_of<maximum_operation, at_least_operation>(op))
    {
        return select(apply<is_nan_operation>(a), a, select(a > b, a, b));
    }
    if (is_one_of<minimum_operation, at_most_operation>(op))
    {
        return select(apply<is_nan_operation>(a), a, select(a < b, a, b));
    }
    if (is_one_of<above_minus_infinity_operation, below_infinity_operation, finite_operation>(op))
    {
        constexpr double largest = std::numeric_limits<double>::max();
        const bool below = !is_one_of<above_minus_infinity_operation>(op);
        const bool above = !is_one_of<below_infinity_operation>(op);
        const reference limited = below ? apply<at_most_operation>(largest, a) : a;
        return above ? select(a < -largest, -largest, limited) : limited;
    }
    if (is_one_of<normal_cdf_operation>(op))
    {
        return 0.5 * erfc(-0.70710678118654752440 * a);
    }
    return op.lowered(a, b, {});
}

} // namespace ctgrad::detail
