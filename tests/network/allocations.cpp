// SPDX-License-Identifier: BSL-1.0
// Neither inference nor a step of training allocates: every operator new of this program counts.
#define BOOST_TEST_MODULE allocations
#include <boost/test/unit_test.hpp>

#include "counted_allocations.hpp"
#include "naive.hpp"

#include <ctgrad/train/optimise.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto softmax = exp(x - logsumexp(x));
constexpr auto learnable_swish = x * sigmoid(parameter<"beta">{1.0} * x);

using net = network<input{6, 5}, flatten{}, dense{33}, learnable_swish, dropout{0.5}, dense{7},
                    softmax, dense{3}>;

long allocations_in(const auto& action)
{
    const long before = allocations;
    action();
    return allocations - before;
}

} // namespace

BOOST_AUTO_TEST_CASE(this_program_counts)
{
    BOOST_TEST(allocations_in([] { ::operator delete(::operator new(3)); }) == 1);
    BOOST_TEST(allocations_in([] { aligned_buffer<float> some(3); }) == 1);
    BOOST_TEST(allocations_in([] { net some; }) > 0);
}

BOOST_AUTO_TEST_CASE(predict_allocates_nothing)
{
    const net model;
    const auto inputs = numbers_of<float>(200 * 30, -1, 1, 1);
    std::vector<float> outputs(200 * 3);
    std::array<float, 3> one;
    BOOST_TEST(allocations_in([&] { model.predict(inputs, outputs); }) == 0);
    BOOST_TEST(allocations_in([&] { one = model.predict(std::span(inputs).first(30)); }) == 0);
    BOOST_TEST(allocations_in(
                   [&]
                   {
                       model.predict({inputs.data(), 200, 30},
                                     rows_view<float>{outputs.data(), 200, 3});
                   }) == 0);
    BOOST_TEST(one[0] == outputs[0], boost::test_tools::tolerance(1e-5f));
}

BOOST_AUTO_TEST_CASE(a_training_step_allocates_nothing)
{
    net model;
    training_workspace<net> workspace;
    optimiser_state<adamw, float> state(adamw{}, model.parameters().size());
    const auto inputs = numbers_of<float>(200 * 30, -1, 1, 1);
    const auto targets = numbers_of<float>(200 * 3, -1, 1, 2);
    const auto step = [&]
    {
        workspace.add_gradients<cross_entropy>(model, {inputs.data(), 200, 30},
                                               {targets.data(), 200, 3}, 1);
        state.apply(model.parameters(), workspace.gradients());
    };
    BOOST_TEST(allocations_in(step) == 0);
    BOOST_TEST(allocations_in(step) == 0);
}
