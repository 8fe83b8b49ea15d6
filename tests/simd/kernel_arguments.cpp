// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_kernel_arguments
#include <boost/test/unit_test.hpp>

#include <ctgrad/graph/interpret.hpp>
#include <ctgrad/simd/kernel_arguments.hpp>
#include <ctgrad/symbolic/symbolic.hpp>

#include <array>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

// What is no kernel at all does not compile: tests/compile_fail.

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"a"> a{1.0};
constexpr parameter<"b"> b{.initial = 1.0, .scope = per_channel};

static_assert(std::is_same_v<detail::element_of<const std::vector<float>&>, float>);
static_assert(std::is_same_v<detail::element_of<std::span<const double>>, double>);

static_assert(detail::given<std::vector<float>, std::span<const float>>::have_elements_of<float>);
static_assert(!detail::given<std::vector<float>, std::vector<double>>::have_elements_of<float>);
static_assert(detail::arrays_in<std::vector<float>>::type::count == 1);
static_assert(
    detail::arrays_in<std::tuple<std::vector<float>&, std::vector<float>&>>::type::count == 2);

static_assert(detail::parameters_are_numbers<x * a>);
static_assert(!detail::parameters_are_numbers<x * a * b>);
// Something else was put in for it.
static_assert(detail::parameters_are_numbers<(x * b)(b = y)>);

static_assert(
    detail::check_kernel<x * a, float>(detail::given<std::vector<float>>{},
                                       detail::given<std::vector<float>, std::array<float, 1>>{}));

BOOST_AUTO_TEST_CASE(one_array_is_a_tuple_of_one)
{
    std::vector<float> one{1};
    std::vector<float> two{1, 2};
    auto alone = detail::as_tuple(one);
    static_assert(std::is_same_v<decltype(alone), std::tuple<std::vector<float>&>>);
    BOOST_TEST(&std::get<0>(alone) == &one);
    const auto tied = std::tie(one, two);
    const auto both = detail::as_tuple(tied);
    static_assert(std::tuple_size_v<decltype(both)> == 2);
    BOOST_TEST(&std::get<1>(both) == &two);
}

BOOST_AUTO_TEST_CASE(a_wrong_length_is_named)
{
    BOOST_CHECK_NO_THROW(detail::check_length("the output", 4, 4));
    BOOST_CHECK_EXCEPTION(detail::check_length("the output", 4, 5), size_error,
                          [](const size_error& error)
                          {
                              return std::string(error.what()) ==
                                     "ctgrad: the output must have 4 elements like the first "
                                     "input, but has 5";
                          });
}

} // namespace
