// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "gradients.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>

/// Gradients of one row, of some, and of more than go through the layers at once.
template <ctgrad::input In, auto... Layers>
void check_gradients()
{
    for (const std::ptrdiff_t rows : {1, 7, 131})
    {
        const std::string wrong =
            wrong_gradients<ctgrad::basic_network<double, In, Layers...>>(rows, 60);
        BOOST_TEST(wrong.empty(), rows << " rows: " << wrong);
    }
}

/// Gradients of one sequence, of some, and of more than are trained at once.
template <ctgrad::input In, auto... Layers>
void check_gradients_of_sequences()
{
    using net = ctgrad::basic_network<double, In, Layers...>;
    for (const auto& [sequences, steps] :
         {std::array{1, 1}, std::array{1, 9}, std::array{3, 4}, std::array{34, 3}})
    {
        const std::string wrong = wrong_gradients_of_sequences<net>(sequences, steps);
        BOOST_TEST(wrong.empty(), sequences << " sequences of " << steps << ": " << wrong);
    }
}
