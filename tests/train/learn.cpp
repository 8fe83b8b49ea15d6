// SPDX-License-Identifier: BSL-1.0
// A step that never has all gradients in memory does what one does that has.
#define BOOST_TEST_MODULE learn
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/counted_allocations.hpp"
#include "../network/naive.hpp"

#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/learn.hpp>

#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto learnable_swish = x * sigmoid(parameter<"beta">{1.0} * x);

template <class T>
using small_net = basic_network<T, input{19}, dense{70}, learnable_swish, dropout{0.3},
                                dense{3, false}, dense{33}, tanh(x), dense{5}>;

// Weights beyond what is asked for early: more than a megabyte.
using large_net = network<input{700}, dense{401}, relu(x), dense{5}>;

static_assert(simd::detail::places_to_fetch<simd::panels<float, 700, 401>, std::array<int, 1>> ==
              1);
static_assert(simd::detail::places_to_fetch<simd::panels<float, 700, 401>, std::array<int, 3>> ==
              3);
static_assert(simd::detail::places_to_fetch<simd::panels<float, 19, 70>, std::array<int, 3>> == 0);

template <class Network>
struct learner
{
    using T = typename Network::value_type;

    Network net{seed{7}};
    training_workspace<Network> workspace;

    template <class Optimiser>
    batch_result at_once(optimiser_state<Optimiser, T>& state, rows_view<const T> inputs,
                         rows_view<const T> targets, std::uint64_t key)
    {
        return learn<cross_entropy>(net, workspace, state, inputs, targets, key);
    }

    template <class Optimiser>
    batch_result one_after_the_other(optimiser_state<Optimiser, T>& state,
                                     rows_view<const T> inputs, rows_view<const T> targets,
                                     std::uint64_t key)
    {
        const batch_result result =
            workspace.template add_gradients<cross_entropy>(net, inputs, targets, key);
        state.apply(net.parameters(), workspace.gradients());
        return result;
    }
};

template <class T>
rows_view<const T> rows_of(const std::vector<T>& numbers, std::ptrdiff_t columns)
{
    return {numbers.data(), std::ssize(numbers) / columns, columns};
}

template <class Network>
void require_same_steps(const auto& optimiser, std::size_t rows)
{
    using T = typename Network::value_type;
    using state = optimiser_state<std::remove_cvref_t<decltype(optimiser)>, T>;
    const auto inputs = numbers_of<T>(rows * Network::input_size, -1, 1, 1);
    const auto targets = numbers_of<T>(rows * Network::output_size, 0, 1, 2);
    const auto x_rows = rows_of(inputs, Network::input_size);
    const auto y_rows = rows_of(targets, Network::output_size);
    learner<Network> one, other;
    state at_once(optimiser, Network::stored_tensor_sizes());
    state later(optimiser, Network::stored_tensor_sizes());
    for (std::uint64_t step = 0; step < 3; ++step)
    {
        const batch_result a = one.at_once(at_once, x_rows, y_rows, step);
        const batch_result b = other.one_after_the_other(later, x_rows, y_rows, step);
        BOOST_REQUIRE_EQUAL(a.loss, b.loss);
        BOOST_REQUIRE_EQUAL(a.correct, b.correct);
        BOOST_REQUIRE_EQUAL(a.rows, b.rows);
        // The same sums, so the same gradients; but g++ contracts products and sums of the update here and
        // not there, depending on whether a vector is alone.
        for (std::size_t i = 0; i < one.net.parameters().size(); ++i)
        {
            const T a_weight = one.net.parameters()[i];
            const T b_weight = other.net.parameters()[i];
            BOOST_REQUIRE_SMALL(a_weight - b_weight,
                                8 * std::numeric_limits<T>::epsilon() * (1 + std::abs(a_weight)));
        }
        std::ranges::copy(one.net.parameters(), other.net.parameters().begin());
        BOOST_REQUIRE(std::ranges::all_of(one.workspace.gradients(),
                                          [](T gradient) { return gradient == 0; }));
    }
    BOOST_TEST(at_once.steps() == 3);
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(updates_at_once_are_those_of_updates_later, T, element_types)
{
    // The last is more than go through the layers at once.
    for (const std::size_t rows : {1u, 2u, 7u, 64u, 127u, 128u, 129u})
    {
        require_same_steps<small_net<T>>(sgd{}, rows);
        require_same_steps<small_net<T>>(adamw{}, rows);
        require_same_steps<small_net<T>>(lamb{}, rows); // looks at whole tensors
    }
    require_same_steps<small_net<T>>(momentum{}, 64);
    require_same_steps<small_net<T>>(
        with_gradient<symbols::dweight + 0.1 * symbols::weight>(adam{}), 64);
}

BOOST_AUTO_TEST_CASE(so_they_are_where_memory_is_asked_for_early)
{
    for (const std::size_t rows : {1u, 13u, 64u})
    {
        require_same_steps<large_net>(sgd{}, rows);
        require_same_steps<large_net>(adam{}, rows);
    }
}

BOOST_AUTO_TEST_CASE(a_step_does_not_allocate)
{
    const std::vector<float> inputs(64 * 19), targets(64 * 5);
    learner<small_net<float>> one;
    optimiser_state<adam, float> state(adam{}, one.net.parameters().size());
    const long before = allocations;
    one.at_once(state, rows_of(inputs, 19), rows_of(targets, 5), 0);
    BOOST_TEST(allocations == before);
}

BOOST_AUTO_TEST_CASE(wrong_sizes_are_refused_and_change_nothing)
{
    const std::vector<float> inputs(4 * 19), targets(3 * 5);
    learner<small_net<float>> one;
    const std::vector<float> before(one.net.parameters().begin(), one.net.parameters().end());
    optimiser_state<sgd, float> state(sgd{}, one.net.parameters().size());
    BOOST_CHECK_THROW(one.at_once(state, rows_of(inputs, 19), rows_of(targets, 5), 0), size_error);
    optimiser_state<sgd, float> shorter(sgd{}, one.net.parameters().size() - 16);
    BOOST_CHECK_THROW(one.at_once(shorter, rows_of(inputs, 19).slice(0, 3), rows_of(targets, 5), 0),
                      size_error);
    BOOST_TEST(state.steps() == 0);
    BOOST_TEST(shorter.steps() == 0);
    BOOST_TEST(std::ranges::equal(before, one.net.parameters()));
}
