// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE shape
#include <boost/test/unit_test.hpp>

#include <ctgrad/core/shape.hpp>

#include <concepts>

using ctgrad::shape;

static_assert(shape(784).size() == 784);
static_assert(shape(3, 32, 32).size() == 3072);
static_assert(shape(2, 3, 4, 5).size() == 120);
static_assert(shape().rank == 0);

static_assert(shape(784).is_flat());
static_assert(!shape(28, 28).is_flat());
static_assert(!shape().is_flat());

static_assert(shape(1, 1, 1).is_positive());
static_assert(!shape().is_positive());
static_assert(!shape(0).is_positive());
static_assert(!shape(3, -1).is_positive());
static_assert(!shape(2, 3, 0, 5).is_positive());

static_assert(shape(6) == shape(6));
static_assert(shape(6) != shape(6, 1));
static_assert(shape(2, 3) != shape(3, 2));
static_assert(shape(2U, 3L) == shape(2, 3));

static_assert(!std::constructible_from<shape, int, int, int, int, int>);
static_assert(!std::convertible_to<int, shape>);

// A structural value: its constants can be part of a type.
template <shape>
struct sized
{
};
static_assert(std::same_as<sized<shape(2, 3)>, sized<shape{2, 3}>>);
static_assert(!std::same_as<sized<shape(2, 3)>, sized<shape(6)>>);

BOOST_AUTO_TEST_CASE(extents_are_kept_in_order)
{
    const shape image(3, 28, 32);
    BOOST_TEST(image.rank == 3);
    BOOST_TEST(image.extents[0] == 3);
    BOOST_TEST(image.extents[1] == 28);
    BOOST_TEST(image.extents[2] == 32);
}
