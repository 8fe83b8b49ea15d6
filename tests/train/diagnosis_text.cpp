// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE diagnosis_text
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/diagnosis_text.hpp>

#include <limits>
#include <sstream>

using namespace ctgrad;

BOOST_AUTO_TEST_CASE(a_table_has_a_line_for_each_layer)
{
    const diagnosis found{.rows = 256,
                          .loss = 0.123,
                          .layers = {{.number = "0",
                                      .name = "dense",
                                      .parameters = 650,
                                      .gradient_norm = 0.0123,
                                      .parameter_norm = 12.3,
                                      .update_ratio = 1e-3},
                                     {.number = "1",
                                      .name = "relu(x)",
                                      .is_formula = true,
                                      .units = 64,
                                      .dead = 0.41,
                                      .saturated = 0.001,
                                      .mean = -0.5,
                                      .variance = std::numeric_limits<double>::quiet_NaN()},
                                     {.number = "2", .name = "flatten"}}};
    const std::string expected =
        "layer      dead  saturated  mean  variance  gradient  parameters  update\n"
        "0 dense                                        0.012          12   0.001\n"
        "1 relu(x)   41%        <1%  -0.5       nan\n"
        "2 flatten\n"
        "loss 0.12 over 256 rows\n";
    BOOST_TEST(to_string(found) == expected);
    std::ostringstream out;
    out << found;
    BOOST_TEST(out.str() == expected);
}

BOOST_AUTO_TEST_CASE(nothing_is_a_table_without_layers)
{
    BOOST_TEST(to_string(diagnosis{.rows = 1, .loss = 2.0}) ==
               "layer  dead  saturated  mean  variance  gradient  parameters  update\n"
               "loss 2 over 1 row\n");
}
