// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE summary
#include <boost/test/unit_test.hpp>

#include "counted_allocations.hpp"

#include <ctgrad/network/summary.hpp>

#include <sstream>
#include <string>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"beta"> beta{1.0};
constexpr auto swish = x * sigmoid(x);
constexpr auto selu = 1.0507009873554805 * where(x > 0, x, 1.6732632423543772 * (exp(x) - 1));

using lenet =
    network<input{28, 28},                                                  //
            conv2d{.filters = 6, .kernel = 5, .padding = same_size}, swish, //
            max_pool{},                                                     //
            conv2d{.filters = 16, .kernel = 5}, swish,                      //
            max_pool{},                                                     //
            flatten{}, dropout{.rate = 0.3}, dense{120}, swish, dense{84}, selu, dense{10}>;

static_assert(summary_text<lenet>.starts_with("layer"));

// The lines up to the one about memory, which depends on the registers of the processor.
std::string_view table_of(std::string_view text)
{
    return text.substr(0, text.find("parameters take"));
}

template <class Network>
void check_memory()
{
    const std::size_t before = allocated_bytes;
    const Network net;
    const std::size_t parameters = net.parameters().size_bytes();
    const std::size_t at_first = allocated_bytes;
    const training_workspace<Network> workspace;
    const std::size_t training = allocated_bytes - at_first;
    BOOST_TEST(at_first - before >= parameters);
    BOOST_TEST(training == training_workspace<Network>::size_in_bytes());
    BOOST_TEST(training >= parameters);
    std::ostringstream expected;
    expected << "parameters take " << detail::grouped(static_cast<long long>(parameters)).view()
             << " bytes, and training on 128 rows at once "
             << detail::grouped(static_cast<long long>(training)).view() << " bytes more\n";
    BOOST_TEST(summary(net).ends_with(expected.str()));
}

} // namespace

BOOST_AUTO_TEST_CASE(a_table_has_a_line_for_each_layer)
{
    // Multiply-adds by hand: 28*28*6 * 25, 10*10*16 * 25*6, 400*120, 120*84, 84*10.
    constexpr std::string_view expected =
        "layer                           output    parameters  multiply-adds\n"
        "input                           28x28\n"
        "conv2d                          6x28x28          156        117,600\n"
        "x * sigmoid(x)                  6x28x28            0              0\n"
        "max_pool                        6x14x14            0              0\n"
        "conv2d                          16x10x10       2,416        240,000\n"
        "x * sigmoid(x)                  16x10x10           0              0\n"
        "max_pool                        16x5x5             0              0\n"
        "flatten                         400                0              0\n"
        "dropout                         400                0              0\n"
        "dense                           120           48,120         48,000\n"
        "x * sigmoid(x)                  120                0              0\n"
        "dense                           84            10,164         10,080\n"
        "1.0507 * where(x > 0, x, 1....  84                 0              0\n"
        "dense                           10               850            840\n"
        "total                                         61,706        416,520\n";
    BOOST_TEST(table_of(summary<lenet>()) == expected);
    const network<input{3}, dense{2}> net;
    static_assert(summary_text<decltype(net)> == summary_text<network<input{3}, dense{2}>>);
    std::ostringstream printed;
    printed << summary(net);
    BOOST_TEST(table_of(printed.str()) == "layer  output  parameters  multiply-adds\n"
                                          "input  3\n"
                                          "dense  2                8              6\n"
                                          "total                   8              6\n");
}

BOOST_AUTO_TEST_CASE(the_sizes_are_those_that_are_allocated)
{
    check_memory<network<input{3}, dense{2}>>();
    check_memory<basic_network<double, input{7}, dense{20}, x * sigmoid(beta * x), dense{3}>>();
    check_memory<lenet>();
}

BOOST_AUTO_TEST_CASE(layers_are_there_as_numbers)
{
    // Two groups, and what a network puts between layers that lay rows differently.
    using net =
        network<input{4, 9, 11}, conv2d{.filters = 6, .kernel = {3, 5}, .stride = 2, .groups = 2},
                tanh(x), global_average_pool{}, flatten{}, dense{5, false}, x * sigmoid(beta * x)>;
    constexpr const auto& layers = layer_summaries<net>;
    static_assert(layers.size() == 6);
    static_assert(net::layers::size > 6);
    static_assert(layers[0].name == "conv2d");
    static_assert(layers[0].output == shape(6, 4, 4));
    static_assert(layers[0].parameters == 6 * 2 * 3 * 5 + 6);
    static_assert(layers[0].multiply_adds == 6 * 4 * 4 * (2 * 3 * 5));
    static_assert(layers[2].name == "global_average_pool");
    static_assert(layers[2].parameters == 0 && layers[2].multiply_adds == 0);
    static_assert(layers[4].parameters == 30 && layers[4].multiply_adds == 30);
    static_assert(layers[5].name == "x * sigmoid(x * beta)");
    static_assert(layers[5].output == shape(5));
    static_assert(layers[5].parameters == 1 && layers[5].multiply_adds == 0);
    using signal = network<input{2, 10}, conv1d{.filters = 3, .kernel = 4}>;
    static_assert(layer_summaries<signal>[0].multiply_adds == 7 * 3 * 2 * 4);
    using large = network<input{3, 1000, 1000}, conv2d{.filters = 100, .padding = same_size}>;
    static_assert(layer_summaries<large>[0].multiply_adds == 2'700'000'000);
}

BOOST_AUTO_TEST_CASE(formulas_are_cut_behind_thirty_characters)
{
    constexpr variable<"a_name_of_26_characters_xy"> longer;
    static_assert(detail::layer_label<longer + 1>() == "1 + a_name_of_26_characters_xy");
    static_assert(detail::layer_label<longer + 12>() == "12 + a_name_of_26_character...");
    static_assert(detail::layer_label<tanh(longer)>() == "tanh(a_name_of_26_character...");
    static_assert(detail::layer_label<fast(tanh(x))>() == "tanh(x)");
    // What is printed is simplified.
    static_assert(detail::layer_label<1 * (x + 0)>() == "x");
}

BOOST_AUTO_TEST_CASE(a_graph_names_layers_and_shapes)
{
    using net = network<input{2, 3}, flatten{}, dense{1}, x * beta>;
    BOOST_TEST(to_graphviz<net>() == "digraph network {\n"
                                     "    node [shape=box];\n"
                                     "    0 [label=\"input\"];\n"
                                     "    0 -> 1 [label=\"2x3\"];\n"
                                     "    1 [label=\"flatten\"];\n"
                                     "    1 -> 2 [label=\"6\"];\n"
                                     "    2 [label=\"dense\\n7 parameters\"];\n"
                                     "    2 -> 3 [label=\"1\"];\n"
                                     "    3 [label=\"x * beta\\n1 parameter\"];\n"
                                     "    3 -> 4 [label=\"1\"];\n"
                                     "    4 [label=\"output\"];\n"
                                     "}\n");
    bounded_string<16> quoted;
    detail::append_quoted(quoted, "a\"\\b");
    BOOST_TEST(quoted.view() == "a\\\"\\\\b");
}

BOOST_AUTO_TEST_CASE(numbers_are_grouped)
{
    static_assert(detail::grouped(0) == "0");
    static_assert(detail::grouped(999) == "999");
    static_assert(detail::grouped(1000) == "1,000");
    static_assert(detail::grouped(1234567) == "1,234,567");
}

BOOST_AUTO_TEST_CASE(a_network_with_memory_has_a_summary)
{
    using net_type = network<input{2}, lstm{.units = 4}, residual<dense{4}, dense{4}>{}, dense{1}>;
    const std::string text(summary<net_type>());
    // 4 gates of 4 units see 2 inputs and 4 states.
    BOOST_TEST(text.find("lstm      4              112             96\n") != std::string::npos,
               text);
    BOOST_TEST(text.find("32 sequences of 100 steps") != std::string::npos, text);

    const std::vector<float> in(32 * 200), out(32 * 100);
    const net_type net;
    const std::size_t before = allocated_bytes;
    training_workspace<net_type> workspace;
    workspace.add_gradients<mean_squared_error>(net, {in.data(), 32, 200}, {out.data(), 32, 100},
                                                1);
    const std::size_t found = allocated_bytes - before;
    BOOST_TEST(found == (training_workspace<net_type>::size_in_bytes(100, 32)));
}
