// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE moments
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/moments.hpp>

#include <cmath>
#include <vector>

using ctgrad::detail::moments;

namespace
{

void add(moments& to, const std::vector<double>& values)
{
    for (const double value : values)
    {
        to.add(value);
    }
}

} // namespace

BOOST_AUTO_TEST_CASE(mean_and_variance)
{
    moments found;
    add(found, std::vector<double>{1, 2, 4, 8, 16, 32});
    BOOST_TEST(found.mean() == 10.5, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(found.variance() == 1365.0 / 6 - 10.5 * 10.5, boost::test_tools::tolerance(1e-14));
    moments equal;
    add(equal, std::vector<double>{0.1, 0.1, 0.1});
    BOOST_TEST(equal.mean() == 0.1);
    BOOST_TEST(equal.variance() == 0);
}

BOOST_AUTO_TEST_CASE(a_large_mean_takes_nothing_from_the_variance)
{
    moments found;
    add(found, std::vector<double>{1e9 - 1, 1e9 + 1, 1e9 - 1, 1e9 + 1});
    BOOST_TEST(found.mean() == 1e9);
    BOOST_TEST(found.variance() == 1.0);
}

BOOST_AUTO_TEST_CASE(nothing_has_no_mean_and_nan_stays)
{
    moments found;
    BOOST_TEST(std::isnan(found.mean()));
    BOOST_TEST(std::isnan(found.variance()));
    add(found, std::vector<double>{1, 2, std::nan(""), 3});
    BOOST_TEST(std::isnan(found.mean()));
    BOOST_TEST(std::isnan(found.variance()));
}
