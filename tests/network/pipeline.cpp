// SPDX-License-Identifier: BSL-1.0
// The memory of networks, planned at compile time.
#define BOOST_TEST_MODULE pipeline
#include <boost/test/unit_test.hpp>

#include <ctgrad/network/network.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{1.0};

using net = network<input{4, 5}, flatten{}, dense{7}, tanh(x), dropout{0.5}, dense{3, false},
                    beta * x, dense{20}>;

constexpr auto plan = net::memory;

static_assert(net::input_size == 20);
static_assert(net::output_size == 20);
static_assert(net::parameter_count == 7 * 20 + 7 + 3 * 7 + 1 + 20 * 3 + 20);
static_assert(plan.logical_parameters == net::parameter_count);

// A buffer behind each dense layer; what follows works in it. The first reads the user's rows.
static_assert(plan.buffers == 3);
static_assert(!plan.copies_input);
static_assert(plan.layers[0].identity);
static_assert(plan.layers[1].input_buffer == -1 && plan.layers[1].output_buffer == 0);
static_assert(plan.layers[2].output_buffer == 0 && plan.layers[3].output_buffer == 0);
static_assert(plan.layers[4].input_buffer == 0 && plan.layers[4].output_buffer == 1);
static_assert(plan.layers[5].output_buffer == 1);
static_assert(plan.layers[6].input_buffer == 1 && plan.layers[6].output_buffer == 2);
static_assert(plan.widest == row_stride<float>(20));

// Kept for the way back: a derivative, factors, pre-activations.
static_assert(plan.kept == 2 * row_stride<float>(7) + row_stride<float>(3));

// A layer that works in place cannot do so in the user's rows.
static_assert(network<input{3}, tanh(x), dense{2}>::memory.copies_input);
static_assert(network<input{3, 1}, flatten{}, tanh(x), dense{2}>::memory.copies_input);
static_assert(!network<input{3}, dense{2}, tanh(x)>::memory.copies_input);

} // namespace

BOOST_AUTO_TEST_CASE(the_parameters_of_a_layer_begin_at_a_cache_line)
{
    const net model;
    for (const layer_place& place : plan.layers)
    {
        const auto address =
            reinterpret_cast<std::uintptr_t>(model.parameters().data() + place.parameters);
        BOOST_TEST((place.parameters == plan.parameters || address % 64 == 0));
    }
    BOOST_TEST(model.parameters().size() == static_cast<std::size_t>(plan.parameters));
}

BOOST_AUTO_TEST_CASE(layers_do_not_share_parameters)
{
    for (std::size_t i = 0; i + 1 < plan.layers.size(); ++i)
    {
        BOOST_TEST(plan.layers[i].parameters <= plan.layers[i + 1].parameters);
    }
    std::vector<float> values(static_cast<std::size_t>(net::parameter_count));
    for (std::size_t i = 0; i < values.size(); ++i)
    {
        values[i] = static_cast<float>(i + 1);
    }
    net model;
    std::ranges::fill(model.parameters(), 0.0f);
    model.import_parameters(values);
    std::vector<float> stored;
    std::ranges::copy_if(model.parameters(), std::back_inserter(stored),
                         [](float value) { return value != 0; });
    std::ranges::sort(stored);
    BOOST_TEST(stored == values, boost::test_tools::per_element());
}
