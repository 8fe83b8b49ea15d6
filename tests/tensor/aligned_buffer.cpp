// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE aligned_buffer
#include <boost/test/unit_test.hpp>

#include <ctgrad/tensor/aligned_buffer.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <utility>

using ctgrad::aligned_buffer;

namespace
{

template <class T>
bool is_aligned(const aligned_buffer<T>& buffer)
{
    return reinterpret_cast<std::uintptr_t>(buffer.data()) % ctgrad::block_alignment == 0;
}

static_assert(ctgrad::block_alignment == 64);
static_assert(
    std::same_as<decltype(std::declval<const aligned_buffer<float>&>().data()), const float*>);
static_assert(!std::convertible_to<std::size_t, aligned_buffer<float>>);

} // namespace

BOOST_AUTO_TEST_CASE(elements_are_zero_and_aligned_at_every_size)
{
    for (std::size_t size = 0; size < 200; ++size)
    {
        const aligned_buffer<float> singles(size);
        const aligned_buffer<double> doubles(size);
        BOOST_TEST(is_aligned(singles));
        BOOST_TEST(is_aligned(doubles));
        BOOST_TEST(singles.size() == size);
        BOOST_TEST(singles.span().size() == size);
        BOOST_TEST(singles.empty() == (size == 0));
        BOOST_TEST(std::ranges::all_of(singles, [](float x) { return x == 0; }));
        BOOST_TEST(std::ranges::all_of(doubles, [](double x) { return x == 0; }));
    }
}

BOOST_AUTO_TEST_CASE(a_copy_has_elements_of_its_own)
{
    aligned_buffer<int> first(5);
    first[3] = 7;
    aligned_buffer<int> second = first;
    BOOST_TEST(is_aligned(second));
    BOOST_TEST(second[3] == 7);

    second[3] = 8;
    BOOST_TEST(first[3] == 7);

    first = second;
    BOOST_TEST(first[3] == 8);
    BOOST_TEST(first.data() != second.data());
}

BOOST_AUTO_TEST_CASE(moving_takes_the_block_along)
{
    aligned_buffer<int> first(5);
    first[0] = 7;
    const int* const block = first.data();

    aligned_buffer<int> second = std::move(first);
    BOOST_TEST(second.data() == block);

    aligned_buffer<int> third;
    third = std::move(second);
    BOOST_TEST(third.data() == block);
    BOOST_TEST(third.size() == 5u);
    BOOST_TEST(second.empty()); // NOLINT(bugprone-use-after-move): what is tested
}

BOOST_AUTO_TEST_CASE(a_size_that_overflows_is_refused)
{
    BOOST_CHECK_THROW(aligned_buffer<double>(static_cast<std::size_t>(-1) / 4), std::length_error);
    BOOST_CHECK_THROW(
        ctgrad::detail::aligned_allocator<double>{}.allocate(static_cast<std::size_t>(-1) / 4),
        std::bad_array_new_length);
}
