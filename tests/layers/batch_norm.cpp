// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE batch_norm
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/check_gradients.hpp"

#include <limits>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(inference_takes_what_is_stored, T, element_types)
{
    // scale, mean, variance and shift of each channel.
    const std::array<T, 8> stored{T(2), T(3), T(1), T(-1), T(4), T(0.25), T(0.5), T(-0.5)};
    const auto normalised = [&](std::size_t channel, T value)
    {
        return stored[channel] * (value - stored[2 + channel]) /
                   std::sqrt(stored[4 + channel] + T(1e-5)) +
               stored[6 + channel];
    };
    basic_network<T, input{2}, batch_norm{}> flat;
    basic_network<T, input{2, 1, 3}, batch_norm{}> image;
    BOOST_TEST(flat.architecture() == "input 2; 0 batch_norm scale 1x2; 0 batch_norm mean 1x2; "
                                      "0 batch_norm variance 1x2; 0 batch_norm shift 1x2");
    // At first it changes next to nothing.
    BOOST_TEST(std::abs(flat.predict(std::array{T(3), T(-2)})[0] - 3) < T(1e-4));
    flat.import_parameters(stored);
    image.import_parameters(stored);
    const auto most = std::numeric_limits<T>::epsilon() * 50;
    const std::array<T, 6> in{T(1), T(2), T(3), T(-4), T(5), T(60)};
    const auto rows = flat.predict(std::array{in[1], in[4]});
    BOOST_TEST(std::abs(rows[0] - normalised(0, in[1])) <= most);
    BOOST_TEST(std::abs(rows[1] - normalised(1, in[4])) <= most);
    const auto pixels = image.predict(in);
    for (std::size_t i = 0; i < 6; ++i)
        BOOST_TEST(std::abs(pixels[i] - normalised(i / 3, in[i])) <=
                   most * std::max(T(1), std::abs(pixels[i])));
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    check_gradients<input{3}, dense{5}, batch_norm{}, tanh(x), dense{2}>();
    check_gradients<input{3}, batch_norm{}, dense{2}>();
    check_gradients<input{2, 3, 2}, conv2d{.filters = 3, .padding = same_size}, batch_norm{},
                    tanh(x), flatten{}, dense{2}>();
    check_gradients<input{3}, residual<dense{3}, batch_norm{}>{}, dense{2}>();
}
