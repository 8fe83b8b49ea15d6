// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE dropout
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/layers/dropout.hpp>

#include <cmath>
#include <tuple>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr shape row_shape(100);

template <class T, double Rate>
using layer_of = implementation_of<dropout{Rate}, T, row_shape, no_activation{}>;

// Rows of ones after a forward pass, without the padding.
template <class T, double Rate>
std::vector<T> dropped_ones(std::uint64_t key, std::ptrdiff_t rows)
{
    using layer = layer_of<T, Rate>;
    const auto size = static_cast<std::size_t>(rows) * layer::stride;
    std::vector<T> values(size, T(1));
    std::vector<T> kept(size, T(-1));
    layer::forward(nullptr, values.data(), kept.data(), rows, pass_context{key});
    BOOST_TEST(values == kept);
    std::vector<T> elements;
    for (std::ptrdiff_t row = 0; row < rows; ++row)
    {
        const T* const begin = values.data() + row * layer::stride;
        elements.insert(elements.end(), begin, begin + 100);
    }
    return elements;
}

template <class T, double Rate>
void check_rate()
{
    const auto elements = dropped_ones<T, Rate>(1, 128);
    const auto count = static_cast<double>(elements.size());
    double dropped = 0;
    double sum = 0;
    for (const T element : elements)
    {
        BOOST_TEST((element == T(0) || element == static_cast<T>(1 / (1 - Rate))));
        dropped += element == T(0) ? 1 : 0;
        sum += static_cast<double>(element);
    }
    // Five standard deviations of a share of so many.
    const double deviation = 5 * std::sqrt(Rate * (1 - Rate) / count);
    BOOST_TEST(std::abs(dropped / count - Rate) <= deviation);
    BOOST_TEST(std::abs(sum / count - 1) <= deviation / (1 - Rate) + 1e-6);
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(a_share_is_dropped_and_the_mean_stays, T, element_types)
{
    check_rate<T, 0.0>();
    check_rate<T, 0.1>();
    check_rate<T, 0.5>();
    check_rate<T, 0.9>();
}

BOOST_AUTO_TEST_CASE_TEMPLATE(rate_zero_changes_nothing, T, element_types)
{
    const auto elements = dropped_ones<T, 0.0>(1, 128);
    BOOST_TEST((elements == std::vector<T>(elements.size(), T(1))));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(each_row_and_each_key_drops_others, T, element_types)
{
    const auto elements = dropped_ones<T, 0.5>(1, 2);
    BOOST_TEST((std::vector(elements.begin(), elements.begin() + 100) !=
                std::vector(elements.begin() + 100, elements.end())));
    BOOST_TEST((elements != dropped_ones<T, 0.5>(2, 2)));
    BOOST_TEST((elements == dropped_ones<T, 0.5>(1, 2)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gradients_take_the_same_way_back, T, element_types)
{
    using layer = layer_of<T, 0.5>;
    constexpr auto size = static_cast<std::size_t>(3 * layer::stride);
    std::vector<T> values(size, T(3));
    std::vector<T> kept(size);
    layer::forward(nullptr, values.data(), kept.data(), 3, pass_context{1});
    std::vector<T> gradients(size, T(5));
    layer::backward(nullptr, kept.data(), gradients.data(), nullptr, 3);
    for (std::size_t i = 0; i < size; ++i)
    {
        BOOST_TEST(gradients[i] == values[i] / 3 * 5);
    }
}

BOOST_AUTO_TEST_CASE(it_has_nothing_to_learn_and_keeps_the_shape)
{
    using layer = implementation_of<dropout{.rate = 0.5}, float, shape(3, 4, 5), no_activation{}>;
    static_assert(layer::output == shape(3, 4, 5));
    static_assert(stored_parameters<layer>() == 0);
    std::vector<float> values(64, 2.0f);
    layer::infer(nullptr, values.data(), 1);
    BOOST_TEST(values == std::vector<float>(64, 2.0f));
}
