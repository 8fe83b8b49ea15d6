// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "../network/naive.hpp"

#include <ctgrad/ctgrad.hpp>

#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

/// Predictions of a network for one row, for some, for more than a block and for several tiles,
/// against `reference(row, parameters)`. Numbers are between -1 and 1; `bound` is relative to the sum
/// of the magnitudes, 1 + the largest result.
template <class Network>
void require_rows_of(const auto& reference, double bound)
{
    using T = typename Network::value_type;
    constexpr auto in_size = static_cast<std::size_t>(Network::input_size);
    constexpr auto out_size = static_cast<std::size_t>(Network::output_size);
    Network net;
    const auto parameters =
        numbers_of<T>(static_cast<std::size_t>(Network::parameter_count), -1, 1, 3);
    net.import_parameters(parameters);
    const std::vector<double> exact_parameters(parameters.begin(), parameters.end());
    for (const std::size_t rows : {1u, 2u, 5u, 17u, 130u})
    {
        const auto inputs = numbers_of<T>(rows * in_size, -1, 1, static_cast<unsigned>(rows));
        std::vector<T> outputs(rows * out_size, T(-77));
        net.predict(std::span<const T>(inputs), std::span<T>(outputs));
        for (std::size_t row = 0; row < rows; ++row)
        {
            const std::vector<double> image(inputs.begin() + static_cast<long>(row * in_size),
                                            inputs.begin() +
                                                static_cast<long>((row + 1) * in_size));
            const std::vector<double> expected = reference(image, exact_parameters);
            BOOST_REQUIRE_EQUAL(expected.size(), out_size);
            for (std::size_t i = 0; i < out_size; ++i)
            {
                const double got = outputs[row * out_size + i];
                const double allowed = bound * (1 + std::abs(expected[i]) + 2);
                BOOST_REQUIRE_MESSAGE(std::abs(got - expected[i]) <= allowed,
                                      "row " << row << " of " << rows << ", output " << i << ": "
                                             << got << " instead of " << expected[i]);
            }
        }
    }
}
