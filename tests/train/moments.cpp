// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE moments
#include <boost/test/unit_test.hpp>

#include <ctgrad/train/moments.hpp>

#include <cmath>
#include <span>
#include <vector>

using ctgrad::detail::moments;

namespace
{

void add(moments& to, std::span<const double> values)
{
    to.add(
        [&](const auto& body)
        {
            for (const double value : values)
            {
                body(value);
            }
        });
}

} // namespace

BOOST_AUTO_TEST_CASE(parts_are_as_the_whole)
{
    const std::vector<double> values{1, 2, 4, 8, 16, 32};
    moments whole;
    add(whole, values);
    moments parts;
    add(parts, std::span(values).first(1));
    add(parts, {});
    add(parts, std::span(values).subspan(1, 3));
    add(parts, std::span(values).last(2));
    BOOST_TEST(whole.mean() == 10.5);
    BOOST_TEST(whole.variance() == 1365.0 / 6 - 10.5 * 10.5, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(parts.mean() == whole.mean(), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(parts.variance() == whole.variance(), boost::test_tools::tolerance(1e-14));
}

BOOST_AUTO_TEST_CASE(a_large_mean_takes_nothing_from_the_variance)
{
    moments found;
    add(found, std::vector<double>{1e9 - 1, 1e9 + 1});
    add(found, std::vector<double>{1e9 - 1, 1e9 + 1});
    BOOST_TEST(found.mean() == 1e9);
    BOOST_TEST(found.variance() == 1.0);
}

BOOST_AUTO_TEST_CASE(nothing_has_no_mean_and_nan_stays)
{
    moments found;
    BOOST_TEST(std::isnan(found.mean()));
    BOOST_TEST(std::isnan(found.variance()));
    add(found, std::vector<double>{1, 2});
    add(found, std::vector<double>{std::nan("")});
    BOOST_TEST(std::isnan(found.mean()));
    BOOST_TEST(std::isnan(found.variance()));
}
