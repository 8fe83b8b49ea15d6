// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_places
#include <boost/test/unit_test.hpp>

#include "lanes.hpp"

#include <ctgrad/simd/places.hpp>

#include <numeric>
#include <vector>

using namespace ctgrad_test;
using ctgrad::simd::incomplete_vector;
using ctgrad::simd::whole_vector;

namespace
{

/// Copies one vector of a row into one of zeros, and checks that nothing else was written.
template <class T>
void check_copy(auto place, int lanes)
{
    std::vector<T> from(std::size_t(place.at + lanes));
    std::iota(from.begin(), from.end(), T(1));
    std::vector<T> to(from.size() + 1);
    place.store(to.data(), place.load(from.data()));
    for (std::ptrdiff_t i = 0; i < std::ptrdiff_t(to.size()); ++i)
    {
        const bool within = i >= place.at && i < place.at + lanes;
        BOOST_TEST(to[std::size_t(i)] == (within ? from[std::size_t(i)] : T(0)));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(places_read_and_write_their_elements_alone, T, element_types)
{
    for (const std::ptrdiff_t at : {0, 1, 7})
    {
        check_copy<T>(whole_vector<batch<T>>{at}, batch<T>::size);
        for (int lanes = 0; lanes <= batch<T>::size; ++lanes)
        {
            check_copy<T>(incomplete_vector<batch<T>>{at, lanes}, lanes);
        }
    }
}

} // namespace
