// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE weight_average
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/train/weight_average.hpp>

#include <cmath>
#include <vector>

using namespace ctgrad;

BOOST_AUTO_TEST_CASE_TEMPLATE(it_is_that_of_the_definition, T, element_types)
{
    std::vector<double> expected(37);
    weight_average<T> average(0.75, expected.size());
    BOOST_TEST(!average.has_begun());
    std::vector<T> weights(expected.size());
    for (int step = 0; step < 20; ++step)
    {
        for (std::size_t i = 0; i < weights.size(); ++i)
        {
            weights[i] = static_cast<T>(std::sin(double(i) + 3.0 * step));
            expected[i] =
                step == 0 ? double(weights[i]) : 0.75 * expected[i] + 0.25 * double(weights[i]);
        }
        average.add(weights);
    }
    const std::vector<T> last = weights;
    average.exchange(weights);
    for (std::size_t i = 0; i < weights.size(); ++i)
        BOOST_TEST(std::abs(double(weights[i]) - expected[i]) <=
                   10 * double(std::numeric_limits<T>::epsilon()));
    average.exchange(weights);
    BOOST_TEST((weights == last));
}
