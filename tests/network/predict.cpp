// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE predict
#include <boost/test/unit_test.hpp>

#include "../train/every_runner.hpp"
#include "naive.hpp"

#include <ctgrad/network/predict.hpp>

#include <tuple>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

// Rows of the second are so long that tiles have fewer than 64; those of the third go through in blocks,
// alone with channels last.
using networks = std::tuple<basic_network<float, input{5}, dense{9}, tanh(x), dense{3}>,
                            basic_network<double, input{5}, dense{1000}, tanh(x), dense{3}>,
                            basic_network<float, input{5}, conv1d{.filters = 4, .kernel = 2},
                                          tanh(x), flatten{}, dense{3}>>;

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(threads_give_the_bits_that_the_network_gives, Network, networks)
{
    using T = typename Network::value_type;
    const Network net{seed{1}};
    for (const std::size_t rows : {0u, 1u, 63u, 64u, 65u, 200u})
    {
        const auto inputs = numbers_of<T>(rows * 6, -1, 1, 1);
        const auto count = static_cast<std::ptrdiff_t>(rows);
        // Rows with something between them, which stays as it is.
        const rows_view<const T> in{inputs.data(), count, 5, 6};
        std::vector<T> expected(rows * 4, T(7));
        net.predict(in, {expected.data(), count, 3, 4});
        for (const int threads : {1, 2, 3, 8})
        {
            std::vector<T> found(rows * 4, T(7));
            standard_threads runner{threads};
            predict(net, in, {found.data(), count, 3, 4}, runner);
            BOOST_TEST((found == expected));
        }
    }
}
