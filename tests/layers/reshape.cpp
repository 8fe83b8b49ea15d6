// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE reshape
#include <boost/test/unit_test.hpp>

#include <ctgrad/network/network.hpp>

#include <array>
#include <numeric>

using namespace ctgrad;

template <auto Layer, placement In>
constexpr shape output_of =
    detail::place_layer<float, Layer, In, pass_size::many_rows, no_activation{}>::type::output;
static_assert(output_of<flatten{}, placement{shape(3, 4, 5)}> == shape(60));
static_assert(output_of<flatten{}, placement{shape(7)}> == shape(7));
static_assert(output_of<reshape{3, 2, 2}, placement{shape(2, 6)}> == shape(3, 2, 2));

// Blocks of samples have the order of rows; where channels are last, the order is another one.
constexpr placement in_blocks{shape(2, 3, 4), row_format::sample_blocks};
static_assert(flatten::takes<float, flatten{}, in_blocks>(pass_size::many_rows) == in_blocks);
constexpr placement channels_last{shape(2, 3, 4), row_format::channels_last};
static_assert(flatten::takes<float, flatten{}, channels_last>(pass_size::many_rows) ==
              placement{shape(2, 3, 4)});

BOOST_AUTO_TEST_CASE(flatten_keeps_the_order)
{
    constexpr variable<"x"> x;
    std::array<float, 24> inputs;
    std::iota(inputs.begin(), inputs.end(), 0.0f);
    const network<input{2, 3, 4}, -x, flatten{}> net;
    const auto outputs = net.predict(inputs);
    for (std::size_t i = 0; i < 24; ++i)
    {
        BOOST_TEST(outputs[i] == -inputs[i]);
    }
}

BOOST_AUTO_TEST_CASE(flatten_costs_no_buffer_and_no_copy)
{
    using with = network<input{2, 3}, flatten{}, dense{4}>;
    using without = network<input{6}, dense{4}>;
    static_assert(with::memory.buffers == without::memory.buffers);
    static_assert(with::memory.kept == without::memory.kept);
    static_assert(!with::memory.copies_input);
    with flattened{seed{1}};
    const without flat{seed{1}};
    BOOST_TEST(flattened.predict(std::vector{1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f}) ==
                   flat.predict(std::vector{1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f}),
               boost::test_tools::per_element());
}

// A row as an image, and back.
BOOST_AUTO_TEST_CASE(reshape_keeps_the_order)
{
    constexpr variable<"x"> x;
    std::array<float, 24> inputs;
    std::iota(inputs.begin(), inputs.end(), 0.0f);
    const network<input{24}, reshape{2, 3, 4}, max_pool{.size = 1}, -x, reshape{4, 6}> net;
    const auto outputs = net.predict(inputs);
    for (std::size_t i = 0; i < 24; ++i)
    {
        BOOST_TEST(outputs[i] == -inputs[i]);
    }
}
