// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE windows
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/windows.hpp>

#include <cstddef>
#include <limits>
#include <random>
#include <vector>

using namespace ctgrad::simd;

namespace
{

// Numbers exactly as many as promised to the kernels, so that a sanitizer sees a read beyond them;
// they begin off any alignment, with a canary on either side.
template <class T>
struct block
{
    static constexpr T canary = -12345;

    std::vector<T> storage;

    block(std::ptrdiff_t size, T value) : storage(static_cast<std::size_t>(size + 2), value)
    {
        storage.front() = storage.back() = canary;
    }

    T* data() { return storage.data() + 1; }
    T& operator[](std::ptrdiff_t i) { return data()[i]; }
    std::ptrdiff_t size() const { return static_cast<std::ptrdiff_t>(storage.size()) - 2; }

    void require_canaries() const
    {
        BOOST_REQUIRE_EQUAL(storage.front(), canary);
        BOOST_REQUIRE_EQUAL(storage.back(), canary);
    }
};

// All numbers are small integers: whatever the order, sums are exact, and so must results be.
struct integers
{
    std::mt19937 bits;

    template <class T>
    T next()
    {
        return static_cast<T>(static_cast<int>(bits() % 7) - 3);
    }
};

// Images by (sample, channel, y, x).
struct images
{
    int channels, height, width;
    std::vector<long double> numbers;

    images(std::ptrdiff_t samples, int channels_, int height_, int width_)
        : channels(channels_),
          height(height_),
          width(width_),
          numbers(static_cast<std::size_t>(samples * channels_ * height_ * width_))
    {
    }

    long double& at(std::ptrdiff_t sample, int channel, int y, int x)
    {
        return numbers[static_cast<std::size_t>(
            ((sample * channels + channel) * height + y) * width + x)];
    }
};

// Where a number of an image is.
template <class T, window_lanes Lanes>
std::ptrdiff_t place(const images& of, int pixel, std::ptrdiff_t sample, int channel, int y, int x)
{
    constexpr int lanes = batch<T>::size;
    const std::ptrdiff_t at = y * of.width + x;
    if constexpr (Lanes == window_lanes::samples)
        return ((sample / lanes * of.channels + channel) * of.height * of.width + at) * lanes +
               sample % lanes;
    else
        return (sample * of.height * of.width + at) * pixel + channel;
}

template <class T, window_lanes Lanes>
block<T> laid_out(images& of, std::ptrdiff_t samples, std::ptrdiff_t size, int pixel, T pad)
{
    block<T> made(size, pad);
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        for (int channel = 0; channel < of.channels; ++channel)
            for (int y = 0; y < of.height; ++y)
                for (int x = 0; x < of.width; ++x)
                    made[place<T, Lanes>(of, pixel, sample, channel, y, x)] =
                        static_cast<T>(of.at(sample, channel, y, x));
    return made;
}

template <class T, window_lanes Lanes>
void require_equal(block<T>& found, images& expected, std::ptrdiff_t samples, int pixel,
                   const char* what)
{
    found.require_canaries();
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        for (int channel = 0; channel < expected.channels; ++channel)
            for (int y = 0; y < expected.height; ++y)
                for (int x = 0; x < expected.width; ++x)
                {
                    const T value = found[place<T, Lanes>(expected, pixel, sample, channel, y, x)];
                    if (!(value == expected.at(sample, channel, y, x)))
                        BOOST_FAIL(what << " of sample " << sample << ", channel " << channel
                                        << " at " << y << ", " << x << ": " << value << " is not "
                                        << expected.at(sample, channel, y, x));
                }
}

// Calls f(y, x, ky, kx, y of the input, x of the input) for all that meet inside the image.
template <window_shape Shape, class F>
void for_each_meeting(F&& f)
{
    for (int y = 0; y < Shape.y.positions(); ++y)
        for (int x = 0; x < Shape.x.positions(); ++x)
            for (int ky = 0; ky < Shape.y.kernel; ++ky)
                for (int kx = 0; kx < Shape.x.kernel; ++kx)
                {
                    const int iy = y * Shape.y.stride - Shape.y.padding + ky * Shape.y.dilation;
                    const int ix = x * Shape.x.stride - Shape.x.padding + kx * Shape.x.dilation;
                    if (iy >= 0 && iy < Shape.y.size && ix >= 0 && ix < Shape.x.size)
                        f(y, x, ky, kx, iy, ix);
                }
}

template <class T, window_shape Shape, window_lanes Lanes>
void check_windows(std::ptrdiff_t samples, int x_pixel)
{
    using arrays = windows<T, Shape, Lanes>;
    BOOST_TEST_INFO_SCOPE("samples " << samples << ", numbers for a pixel " << x_pixel);
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    integers random{std::mt19937(static_cast<unsigned>(samples * 100 + Shape.channels))};

    // Pads of dy are zero, those of x and of the weights are what they may be.
    images x_image(samples, Shape.channels, Shape.y.size, Shape.x.size);
    for (long double& number : x_image.numbers)
        number = random.next<T>();
    images dy_image(samples, Shape.filters, Shape.y.positions(), Shape.x.positions());
    for (long double& number : dy_image.numbers)
        number = random.next<T>();
    const std::ptrdiff_t x_size = Lanes == window_lanes::samples
                                      ? arrays::x_size(samples)
                                      : samples * Shape.pixels() * x_pixel;
    block<T> x = laid_out<T, Lanes>(x_image, samples, x_size, x_pixel, T(1));
    block<T> dy =
        laid_out<T, Lanes>(dy_image, samples, arrays::y_size(samples), arrays::y_pixel, T(0));
    block<T> weights(arrays::layout::size, T(0)), bias(arrays::y_pixel, T(0));
    for (int filter = 0; filter < Shape.filters; ++filter)
    {
        bias[filter] = random.next<T>();
        for (int i = 0; i < arrays::layout::inputs; ++i)
            weights[arrays::layout::offset(i, filter)] = random.next<T>();
    }
    block<T> dweights = weights, dbias = bias;

    images y_image(samples, Shape.filters, Shape.y.positions(), Shape.x.positions());
    images dx_image(samples, Shape.channels, Shape.y.size, Shape.x.size);
    std::vector<long double> dweights_sum(dweights.storage.begin() + 1, dweights.storage.end());
    std::vector<long double> dbias_sum(dbias.storage.begin() + 1, dbias.storage.end());
    long double forward_product = 0, input_product = 0, weight_product = 0;
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        for (int filter = 0; filter < Shape.filters; ++filter)
        {
            for (int oy = 0; oy < Shape.y.positions(); ++oy)
                for (int ox = 0; ox < Shape.x.positions(); ++ox)
                {
                    y_image.at(sample, filter, oy, ox) = bias[filter];
                    dbias_sum[static_cast<std::size_t>(filter)] +=
                        dy_image.at(sample, filter, oy, ox);
                }
            for_each_meeting<Shape>(
                [&](int oy, int ox, int ky, int kx, int iy, int ix)
                {
                    const long double gradient = dy_image.at(sample, filter, oy, ox);
                    for (int channel = 0; channel < Shape.channels; ++channel)
                    {
                        const int at = arrays::offset(channel, ky, kx, filter);
                        const long double weight = weights[at];
                        const long double number = x_image.at(sample, channel, iy, ix);
                        y_image.at(sample, filter, oy, ox) += weight * number;
                        dx_image.at(sample, channel, iy, ix) += weight * gradient;
                        dweights_sum[static_cast<std::size_t>(at)] += number * gradient;
                    }
                });
        }

    block<T> scratch(arrays::scratch, nan);
    block<T> y(arrays::y_size(samples), nan);
    window_forward<T, Shape, Lanes>(x.data(), samples, weights.data(), bias.data(), y.data(),
                                    scratch.data(), x_pixel);
    require_equal<T, Lanes>(y, y_image, samples, arrays::y_pixel, "y");
    if constexpr (Lanes == window_lanes::filters)
        for (std::ptrdiff_t i = 0; i < y.size(); ++i)
            if (i % arrays::y_pixel >= Shape.filters)
                BOOST_REQUIRE_EQUAL(y[i], T(0));

    // Without bias. The inner products with what comes back show that the passes are adjoint.
    window_forward<T, Shape, Lanes>(x.data(), samples, weights.data(), nullptr, y.data(),
                                    scratch.data(), x_pixel);
    for (std::ptrdiff_t i = 0; i < y.size(); ++i)
        forward_product += static_cast<long double>(y[i]) * dy[i];

    block<T> dx(arrays::x_size(samples), nan);
    window_input_gradient<T, Shape, Lanes>(dy.data(), samples, weights.data(), dx.data(),
                                           scratch.data());
    require_equal<T, Lanes>(dx, dx_image, samples, arrays::x_pixel, "dx");
    for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
        for (int channel = 0; channel < Shape.channels; ++channel)
            for (int iy = 0; iy < Shape.y.size; ++iy)
                for (int ix = 0; ix < Shape.x.size; ++ix)
                    input_product +=
                        x_image.at(sample, channel, iy, ix) *
                        dx[place<T, Lanes>(dx_image, arrays::x_pixel, sample, channel, iy, ix)];
    BOOST_REQUIRE_EQUAL(input_product, forward_product);
    if constexpr (Lanes == window_lanes::filters)
        for (std::ptrdiff_t i = 0; i < dx.size(); ++i)
            if (i % arrays::x_pixel >= Shape.channels)
                BOOST_REQUIRE_EQUAL(dx[i], T(0));

    // With a bias, as transposed convolutions go forward.
    block<T> dx_bias(arrays::x_pixel, T(0));
    for (int channel = 0; channel < Shape.channels; ++channel)
    {
        dx_bias[channel] = random.next<T>();
        for (std::ptrdiff_t sample = 0; sample < samples; ++sample)
            for (int iy = 0; iy < Shape.y.size; ++iy)
                for (int ix = 0; ix < Shape.x.size; ++ix)
                    dx_image.at(sample, channel, iy, ix) += dx_bias[channel];
    }
    window_input_gradient<T, Shape, Lanes>(dy.data(), samples, weights.data(), dx.data(),
                                           scratch.data(), dx_bias.data());
    require_equal<T, Lanes>(dx, dx_image, samples, arrays::x_pixel, "dx with bias");

    window_weight_gradient<T, Shape, Lanes>(x.data(), dy.data(), samples, dweights.data(),
                                            scratch.data(), x_pixel);
    for (std::ptrdiff_t i = 0; i < dweights.size(); ++i)
    {
        BOOST_REQUIRE_EQUAL(dweights[i], dweights_sum[static_cast<std::size_t>(i)]);
        weight_product += (static_cast<long double>(dweights[i]) - weights[i]) * weights[i];
    }
    BOOST_REQUIRE_EQUAL(weight_product, forward_product);

    window_bias_gradient<T, Shape, Lanes>(dy.data(), samples, dbias.data());
    for (std::ptrdiff_t i = 0; i < dbias.size(); ++i)
        BOOST_REQUIRE_EQUAL(dbias[i], dbias_sum[static_cast<std::size_t>(i)]);
    x.require_canaries();
    dweights.require_canaries();
    dbias.require_canaries();
    scratch.require_canaries();
}

template <class T, window_shape Shape>
void check_shape()
{
    BOOST_TEST_INFO_SCOPE("channels " << Shape.channels << ", filters " << Shape.filters
                                      << ", kernel " << Shape.y.kernel << " x " << Shape.x.kernel);
    constexpr int lanes = batch<T>::size;
    for (const int samples : {0, 1, 3, lanes - 1, lanes, lanes + 1, 2 * lanes + 3})
        check_windows<T, Shape, window_lanes::samples>(samples, 0);
    using arrays = windows<T, Shape, window_lanes::filters>;
    for (const int samples : {0, 1, 3})
        for (const int x_pixel : {Shape.channels, arrays::x_pixel})
            check_windows<T, Shape, window_lanes::filters>(samples, x_pixel);
}

template <class T>
void check_shapes()
{
    check_shape<T, window_shape{}>();
    // LeNet's layers, narrower.
    check_shape<T, {.channels = 1, .filters = 6, .y = {9, 5, 1, 2}, .x = {12, 5, 1, 2}}>();
    check_shape<T, {.channels = 3, .filters = 16, .y = {7, 5}, .x = {14, 5}}>();
    // Strides, dilations and both, which share factors or not.
    check_shape<T, {.channels = 2, .filters = 5, .y = {8, 3, 2, 1}, .x = {11, 3, 2, 1}}>();
    check_shape<T, {.channels = 3, .filters = 2, .y = {9, 3, 1, 2, 2}, .x = {10, 2, 1, 1, 3}}>();
    check_shape<T, {.channels = 2, .filters = 3, .y = {13, 3, 4, 3, 2}, .x = {12, 4, 2, 3, 3}}>();
    // Pixels that no window meets: between, behind, and in the padding only.
    check_shape<T, {.channels = 4, .filters = 4, .y = {8, 1, 3}, .x = {9, 2, 4}}>();
    check_shape<T, {.channels = 2, .filters = 2, .y = {2, 1, 4, 3}, .x = {5, 2, 3, 4}}>();
    // A kernel larger than the image.
    check_shape<T, {.channels = 1, .filters = 2, .y = {2, 5, 1, 2}, .x = {3, 7, 1, 3}}>();
    // Kernels of one tap, one dimension, and more channels than vectors.
    check_shape<T, {.channels = 33, .filters = 17, .y = {3}, .x = {5}}>();
    check_shape<T, {.channels = 5, .filters = 33, .y = {}, .x = {37, 9, 1, 4}}>();
    check_shape<T, {.channels = 17, .filters = 70, .y = {4, 3, 1, 1}, .x = {5, 3, 1, 1}}>();
}

} // namespace

BOOST_AUTO_TEST_CASE(windows_are_those_of_the_definition_in_float) { check_shapes<float>(); }

// As with products, g++ takes long with the address sanitizer; other builds have both.
#if !defined(CTGRAD_WITH_SANITIZERS)
BOOST_AUTO_TEST_CASE(windows_are_those_of_the_definition_in_double) { check_shapes<double>(); }
#endif

namespace
{

// There and back, and where each number lies in between.
template <class T>
void check_rows(std::ptrdiff_t samples, int channels, int pixels)
{
    constexpr int lanes = batch<T>::size;
    const int size = channels * pixels, pixel = channels + 3;
    const std::ptrdiff_t stride = size + 2;
    block<T> rows(samples > 0 ? (samples - 1) * stride + size : 0, T(0));
    for (std::ptrdiff_t i = 0; i < rows.size(); ++i)
        rows[i] = static_cast<T>(i % stride < size ? i + 1 : -7);
    const auto wanted = [&](std::ptrdiff_t sample, std::ptrdiff_t i)
    { return sample < samples && i < size ? rows[sample * stride + i] : T(0); };
    block<T> back = rows;
    for (std::ptrdiff_t i = 0; i < back.size(); ++i)
        if (i % stride < size)
            back[i] = 0;

    block<T> blocks(sample_blocks_size<T>(samples, size), T(99));
    rows_to_sample_blocks<T>(rows.data(), stride, samples, size, blocks.data());
    for (std::ptrdiff_t i = 0; i < blocks.size(); ++i)
        BOOST_REQUIRE_EQUAL(blocks[i],
                            wanted(i / (lanes * size) * lanes + i % lanes, i / lanes % size));
    block<T> from_blocks = back;
    sample_blocks_to_rows<T>(blocks.data(), samples, size, from_blocks.data(), stride);
    BOOST_REQUIRE(from_blocks.storage == rows.storage);
    blocks.require_canaries();

    block<T> images(samples * pixels * pixel, T(99));
    rows_to_channels_last<T>(rows.data(), stride, samples, channels, pixels, images.data(), pixel);
    for (std::ptrdiff_t i = 0; i < images.size(); ++i)
    {
        const std::ptrdiff_t channel = i % pixel, at = i / pixel % pixels;
        BOOST_REQUIRE_EQUAL(images[i], channel < channels
                                           ? wanted(i / (pixel * pixels), channel * pixels + at)
                                           : T(0));
    }
    block<T> from_images = back;
    channels_last_to_rows<T>(images.data(), pixel, samples, channels, pixels, from_images.data(),
                             stride);
    BOOST_REQUIRE(from_images.storage == rows.storage);
    images.require_canaries();
}

} // namespace

BOOST_AUTO_TEST_CASE(rows_come_back_as_they_were)
{
    for (const int samples : {0, 1, 3, 15, 16, 17, 35})
        for (const int channels : {1, 2, 16, 33})
            for (const int pixels : {1, 5, 16, 49})
            {
                check_rows<float>(samples, channels, pixels);
                check_rows<double>(samples, channels, pixels);
            }
}

BOOST_AUTO_TEST_CASE(samples_are_in_the_lanes_where_channels_do_not_fill_them)
{
    constexpr int lanes = batch<float>::size;
    constexpr window_shape few{
        .channels = lanes - 1, .filters = 2 * lanes, .y = {9, 3}, .x = {9, 3}};
    constexpr window_shape many{.channels = lanes, .filters = lanes, .y = {9, 3}, .x = {9, 3}};
    static_assert(preferred_lanes<float, few> == window_lanes::samples);
    static_assert(preferred_lanes<float, many> == window_lanes::filters);
}
