// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE elementwise
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/elementwise.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <tuple>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr variable<"y"> y;
constexpr parameter<"beta"> beta{1.5};
constexpr parameter<"gamma"> shift{-0.25};

constexpr auto swish = x * sigmoid(beta * x);
constexpr auto gated = y * sigmoid(beta * x) + shift * square(y);
constexpr auto linear = 2 * x;

template <class T>
constexpr std::size_t width = static_cast<std::size_t>(simd::batch<T>::size);

/// The kernels round some dozen times; interpretation is in double and rounds at the end.
template <class T>
constexpr double tolerance = 32.0 * std::numeric_limits<T>::epsilon();

template <class T>
std::vector<T> numbers(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<T> uniform(-3, 3);
    std::vector<T> result(count);
    for (T& value : result)
    {
        value = uniform(random);
    }
    return result;
}

template <class T>
bool is_close(T got, double wanted)
{
    return std::abs(static_cast<double>(got) - wanted) <= tolerance<T> * (1 + std::abs(wanted));
}

/// An array between guards that nobody may write, at every alignment.
template <class T>
struct guarded
{
    static constexpr std::size_t margin = 40;
    static constexpr T guard = T(-77);
    std::vector<T> memory;
    std::size_t offset;
    std::size_t count;

    guarded(std::size_t length, std::size_t shifted)
        : memory(length + 2 * margin, guard), offset(margin + shifted), count(length)
    {
    }

    explicit guarded(const std::vector<T>& values, std::size_t shifted)
        : guarded(values.size(), shifted)
    {
        std::copy(values.begin(), values.end(), memory.begin() + std::ptrdiff_t(offset));
    }

    std::span<T> span() { return {memory.data() + offset, count}; }
    T operator[](std::size_t i) const { return memory[offset + i]; }

    bool is_intact() const
    {
        for (std::size_t i = 0; i < memory.size(); ++i)
        {
            if ((i < offset || i >= offset + count) && memory[i] != guard)
            {
                return false;
            }
        }
        return true;
    }
};

template <class T>
void for_every_length(auto&& body)
{
    for (std::size_t length = 0; length <= 2 * width<T> + 3; ++length)
    {
        for (const std::size_t shifted : {std::size_t(0), std::size_t(1), std::size_t(3)})
        {
            body(length, shifted);
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(forward_at_every_length_and_alignment, T, element_types)
{
    for_every_length<T>(
        [](std::size_t length, std::size_t shifted)
        {
            guarded<T> in(numbers<T>(length, 1), shifted);
            guarded<T> out(length, 2 * shifted);
            forward<swish>(std::span<const T>(in.span()), out.span());
            BOOST_TEST(out.is_intact());
            for (std::size_t i = 0; i < length; ++i)
            {
                BOOST_TEST(is_close(out[i], swish(static_cast<double>(in[i]))));
            }
        });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(backward_at_every_length_and_alignment, T, element_types)
{
    constexpr auto slope = derivative(swish, x);
    for_every_length<T>(
        [&](std::size_t length, std::size_t shifted)
        {
            guarded<T> in(numbers<T>(length, 1), shifted);
            guarded<T> dout(numbers<T>(length, 2), 0);
            guarded<T> din(length, shifted + 1);
            backward<swish>(in.span(), dout.span(), din.span());
            BOOST_TEST(din.is_intact());
            for (std::size_t i = 0; i < length; ++i)
            {
                BOOST_TEST(is_close(din[i], static_cast<double>(dout[i]) *
                                                slope(static_cast<double>(in[i]))));
            }
        });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(value_and_derivative_at_every_length, T, element_types)
{
    constexpr auto slope = derivative(swish, x);
    for_every_length<T>(
        [&](std::size_t length, std::size_t shifted)
        {
            guarded<T> in(numbers<T>(length, 1), shifted);
            guarded<T> out(length, 1);
            guarded<T> dout(length, 2 * shifted);
            value_and_derivative<swish>(in.span(), out.span(), dout.span());
            BOOST_TEST(out.is_intact());
            BOOST_TEST(dout.is_intact());
            for (std::size_t i = 0; i < length; ++i)
            {
                BOOST_TEST(is_close(out[i], swish(static_cast<double>(in[i]))));
                BOOST_TEST(is_close(dout[i], slope(static_cast<double>(in[i]))));
            }
        });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(in_place, T, element_types)
{
    const std::size_t length = 2 * width<T> + 3;
    const auto in = numbers<T>(length, 1);
    const auto incoming = numbers<T>(length, 2);
    std::vector<T> out(length);
    std::vector<T> din(length);
    forward<swish>(in, out);
    backward<swish>(in, incoming, din);

    auto same = in;
    forward<swish>(same, same);
    BOOST_TEST(same == out);
    auto over_incoming = incoming;
    backward<swish>(in, over_incoming, over_incoming);
    BOOST_TEST(over_incoming == din);
    auto over_input = in;
    backward<swish>(over_input, incoming, over_input);
    BOOST_TEST(over_input == din);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(several_variables, T, element_types)
{
    for (std::size_t length = 0; length <= 2 * width<T> + 3; ++length)
    {
        // The order of mention: y, then x.
        const auto at_y = numbers<T>(length, 1);
        const auto at_x = numbers<T>(length, 2);
        const auto incoming = numbers<T>(length, 3);
        std::vector<T> out(length);
        std::vector<T> again(length);
        std::vector<T> by_y(length);
        std::vector<T> by_x(length);
        std::vector<T> dy(length);
        std::vector<T> dx(length);
        forward<gated>(std::tie(at_y, at_x), out);
        value_and_derivative<gated>(std::tie(at_y, at_x), again, std::tie(by_y, by_x));
        backward<gated>(std::tie(at_y, at_x), incoming, std::tie(dy, dx));
        for (std::size_t i = 0; i < length; ++i)
        {
            const double a = static_cast<double>(at_y[i]);
            const double b = static_cast<double>(at_x[i]);
            const double seed = static_cast<double>(incoming[i]);
            BOOST_TEST(is_close(out[i], gated(a, b)));
            BOOST_TEST(is_close(again[i], gated(a, b)));
            BOOST_TEST(is_close(by_y[i], derivative(gated, y)(a, b)));
            BOOST_TEST(is_close(by_x[i], derivative(gated, x)(a, b)));
            BOOST_TEST(is_close(dy[i], seed * derivative(gated, y)(a, b)));
            BOOST_TEST(is_close(dx[i], seed * derivative(gated, x)(a, b)));
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(parameters, T, element_types)
{
    const std::size_t length = 2 * width<T> + 3;
    const auto in = numbers<T>(length, 1);
    const std::array<T, 1> other{T(0.5)};
    static_assert(initial_parameters<swish, T>() == std::array<T, 1>{T(1.5)});
    static_assert(initial_parameters<gated, T>() == std::array<T, 2>{T(1.5), T(-0.25)});
    std::vector<T> out(length);
    std::vector<T> dout(length);
    forward<swish>(in, out, other);
    for (std::size_t i = 0; i < length; ++i)
    {
        BOOST_TEST(is_close(out[i], swish(x = static_cast<double>(in[i]), beta = 0.5)));
    }
    value_and_derivative<swish>(in, out, dout, other);
    for (std::size_t i = 0; i < length; ++i)
    {
        const double at = static_cast<double>(in[i]);
        BOOST_TEST(is_close(out[i], swish(x = at, beta = 0.5)));
        BOOST_TEST(is_close(dout[i], derivative(swish, x)(x = at, beta = 0.5)));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(parameters_that_something_is_put_in_for, T, element_types)
{
    constexpr auto fixed = swish(beta = 2.0);
    constexpr auto renamed = swish(beta = 2.0 * shift);
    static_assert(initial_parameters<fixed, T>().empty());
    static_assert(initial_parameters<renamed, T>() == std::array<T, 1>{T(-0.25)});
    const std::size_t length = 2 * width<T> + 3;
    const auto in = numbers<T>(length, 1);
    std::vector<T> out(length);
    std::vector<T> dout(length);
    value_and_derivative<fixed>(in, out, dout);
    for (std::size_t i = 0; i < length; ++i)
    {
        const double at = static_cast<double>(in[i]);
        BOOST_TEST(is_close(out[i], swish(x = at, beta = 2.0)));
        BOOST_TEST(is_close(dout[i], derivative(swish, x)(x = at, beta = 2.0)));
    }
    forward<renamed>(in, out);
    for (std::size_t i = 0; i < length; ++i)
    {
        BOOST_TEST(is_close(out[i], swish(x = static_cast<double>(in[i]), beta = -0.5)));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(parameter_gradients_are_sums_and_are_added, T, element_types)
{
    for (std::size_t length = 0; length <= 2 * width<T> + 3; ++length)
    {
        const auto at_y = numbers<T>(length, 1);
        const auto at_x = numbers<T>(length, 2);
        const auto incoming = numbers<T>(length, 3);
        std::vector<T> dy(length);
        std::vector<T> dx(length);
        constexpr auto parameters = initial_parameters<gated, T>();
        std::array<T, 2> gradients{T(10), T(20)};
        backward<gated>(std::tie(at_y, at_x), incoming, std::tie(dy, dx), parameters, gradients);
        double by_beta = 10;
        double by_shift = 20;
        for (std::size_t i = 0; i < length; ++i)
        {
            const double a = static_cast<double>(at_y[i]);
            const double b = static_cast<double>(at_x[i]);
            by_beta += static_cast<double>(incoming[i]) * derivative(gated, beta)(a, b);
            by_shift += static_cast<double>(incoming[i]) * derivative(gated, shift)(a, b);
        }
        // One rounding more for each element.
        const double allowed = (1 + static_cast<double>(length)) * tolerance<T>;
        BOOST_TEST(std::abs(static_cast<double>(gradients[0]) - by_beta) <= 10 * allowed);
        BOOST_TEST(std::abs(static_cast<double>(gradients[1]) - by_shift) <= 20 * allowed);
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(slopes_that_are_numbers_fill_the_array, T, element_types)
{
    const std::size_t length = width<T> + 1;
    const auto in = numbers<T>(length, 1);
    const auto incoming = numbers<T>(length, 2);
    std::vector<T> out(length);
    std::vector<T> slope(length);
    value_and_derivative<linear>(in, out, slope);
    BOOST_TEST(slope == std::vector<T>(length, T(2)));
    std::vector<T> din(length, T(7));
    forward<derivative(linear, x)>(in, din);
    BOOST_TEST(din == std::vector<T>(length, T(2)));
    constexpr auto step = where(x > 0, 1, 0);
    din.assign(length, T(7));
    backward<step>(in, incoming, din);
    BOOST_TEST(din == std::vector<T>(length, T(0)));
    backward<linear>(in, incoming, din);
    for (std::size_t i = 0; i < length; ++i)
    {
        BOOST_TEST(din[i] == 2 * incoming[i]);
    }
}

template <auto Formula, class T>
void check_waves_far_out(const auto& exact, T frequency)
{
    const T largest = std::numeric_limits<T>::max();
    const std::vector<T> in{T(0.5), largest / 3, -largest, largest};
    std::vector<T> out(in.size());
    std::array<T, 1> parameter{frequency};
    forward<Formula>(in, out, std::span(parameter.data(), std::size_t(parameter_count<Formula>)));
    for (std::size_t i = 0; i < in.size(); ++i)
    {
        using wide = std::conditional_t<sizeof(T) == 4, double, long double>;
        BOOST_TEST(std::abs(out[i] - T(exact(wide(in[i])))) < T(1e-5));
    }
}

// 2 a x may be too large for a number; a sine of it is not.
BOOST_AUTO_TEST_CASE_TEMPLATE(derivatives_of_waves_far_out, T, element_types)
{
    constexpr parameter<"a"> a{1.0};
    constexpr auto plain = derivative(x + square(sin(x)), x);
    constexpr auto learnt = derivative(x + square(sin(a * x)) / a, x);
    const auto slope = [](auto at) { return 1 + std::sin(2 * at); };
    check_waves_far_out<plain, T>(slope, T(1));
    check_waves_far_out<fast(plain), T>(slope, T(1));
    check_waves_far_out<learnt, T>([](auto at) { return 1 + std::sin(6 * at); }, T(3));
    check_waves_far_out<sin(2 * a * x), T>([](auto at) { return std::sin(6 * at); }, T(3));
    check_waves_far_out<derivative(sin(2 * x), x), T>([](auto at) { return 2 * std::cos(2 * at); },
                                                      T(1));
}

BOOST_AUTO_TEST_CASE(wrong_lengths_are_named)
{
    std::vector<float> four(4);
    std::vector<float> five(5);
    const auto says = [](const std::string& words)
    {
        return [words](const size_error& error)
        { return std::string(error.what()).find(words) != std::string::npos; };
    };
    BOOST_CHECK_EXCEPTION(forward<swish>(four, five), size_error,
                          says("the output must have 4 elements"));
    BOOST_CHECK_EXCEPTION(forward<gated>(std::tie(four, five), four), size_error,
                          says("each input must have 4"));
    BOOST_CHECK_EXCEPTION(backward<swish>(four, five, four), size_error,
                          says("the incoming gradient must have 4"));
    BOOST_CHECK_EXCEPTION(backward<swish>(four, four, five), size_error,
                          says("each gradient must have 4"));
    BOOST_CHECK_EXCEPTION(value_and_derivative<swish>(four, five, four), size_error,
                          says("the output must have 4"));
    BOOST_CHECK_EXCEPTION(value_and_derivative<swish>(four, four, five), size_error,
                          says("each derivative must have 4"));
    BOOST_CHECK_EXCEPTION(forward<sum(x)>(four, five), size_error,
                          says("the output of a reduction must have 1 elements"));
    std::vector<float> none;
    BOOST_CHECK_EXCEPTION(forward<swish>(four, four, none), size_error,
                          says("the list of parameters must have 1"));
    BOOST_CHECK_EXCEPTION(value_and_derivative<swish>(four, four, four, none), size_error,
                          says("the list of parameters must have 1"));
    BOOST_CHECK_EXCEPTION(backward<swish>(four, four, four, none, none), size_error,
                          says("the list of parameters must have 1"));
}

} // namespace
