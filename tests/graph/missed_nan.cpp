// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE missed_nan
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/plan.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;

/// How many of a program's largest and smallest elements may miss a NaN, and how many may not.
struct counts
{
    int missing = 0;
    int keeping = 0;

    constexpr bool operator==(const counts&) const = default;
};

template <auto... Formulas>
constexpr counts count()
{
    counts found;
    for (const planned_node& node : program<Formulas...>::template plan_for<aliasing::none>.nodes)
    {
        const bool chooses = is_reduction(node) && node.op->over_row != reduction::sum;
        found.missing += node.may_miss_nan ? 1 : 0;
        found.keeping += chooses && !node.may_miss_nan ? 1 : 0;
    }
    return found;
}

constexpr counts one_misses{.missing = 1, .keeping = 0};
constexpr counts one_keeps{.missing = 0, .keeping = 1};

constexpr auto power = exp(x - max(x));
constexpr auto softmax = power / sum(power);

BOOST_AUTO_TEST_CASE(a_sum_of_the_same_elements_has_the_nan)
{
    BOOST_TEST((count<softmax>() == one_misses));
    BOOST_TEST((count<x - logsumexp(x)>() == one_misses));
    BOOST_TEST((count<derivative(softmax * y, x)>() == one_misses));
    BOOST_TEST((count<max(x) / sum(x)>() == one_misses));
    BOOST_TEST((count<min(exp(x)) * mean(exp(x))>() == one_misses));
}

BOOST_AUTO_TEST_CASE(without_such_a_sum_it_is_kept)
{
    BOOST_TEST((count<max(x)>() == one_keeps));
    BOOST_TEST((count<x - max(x)>() == one_keeps)); // NaN at its own element only
    BOOST_TEST((count<max(x) / sum(y)>() == one_keeps));
    BOOST_TEST((count<max(x + y) / sum(x)>() == one_keeps)); // y may be NaN
    BOOST_TEST((count<max(x), softmax>() == one_keeps));
}

/// A user's operation, for which NaN is a number like any other.
struct without_nan_operation
{
    static constexpr fixed_string name = "without_nan";
    static constexpr auto value(auto a)
    {
        using scalar::is_nan;
        using scalar::select;
        return select(is_nan(a), decltype(a)(0), a);
    }
};

BOOST_AUTO_TEST_CASE(only_operations_of_the_library_are_known_to_pass_it_on)
{
    BOOST_TEST((count<max(x) / sum(apply<without_nan_operation>(x))>() == one_keeps));
}

BOOST_AUTO_TEST_CASE(of_several_each_may_rely_only_on_those_that_keep_it)
{
    constexpr counts both = count<max(x) - min(x)>();
    BOOST_TEST(both.missing == 1);
    BOOST_TEST(both.keeping == 1);
    BOOST_TEST((count<(max(x) - min(x)) / sum(x)>() == counts{.missing = 2, .keeping = 0}));
}

BOOST_AUTO_TEST_CASE(a_choice_may_leave_the_nan_out)
{
    BOOST_TEST((count<where(max(x) > 1, 0, sum(x))>() == one_keeps));
    BOOST_TEST((count<where(x > max(x) / sum(x), 1, 0)>() == one_keeps));
    // With infinite elements the logarithm of the sum is not the result.
    BOOST_TEST((count<logsumexp(x)>() == one_keeps));
}

} // namespace
