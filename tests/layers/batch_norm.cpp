// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE batch_norm
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/check_gradients.hpp"
#include "../network/naive.hpp"
#include "placed_rows.hpp"

#include <limits>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;

constexpr placement flat{shape(5)};
constexpr placement in_blocks{shape(3, 2, 2), row_format::sample_blocks};
constexpr placement signals_in_blocks{shape(2, 9), row_format::sample_blocks};
constexpr placement channels_last{shape(9, 2, 3), row_format::channels_last};
constexpr placement pixel_with_channels{shape(3, 1, 1), row_format::channels_last};

template <class T, placement... In>
void for_each_placement(const auto& body)
{
    for (const std::ptrdiff_t rows : {1, 7, 131})
        (body.template operator()<T, In>(rows), ...);
}

/// Each format; rows that are whole blocks, and others.
template <class T>
void for_each_format(const auto& body)
{
    for_each_placement<T, flat, in_blocks, signals_in_blocks, channels_last, pixel_with_channels>(
        body);
}

/// The layer as its definition says, in double, over rows one behind the other.
struct naive_batch_norm
{
    int channels;
    int pixels;
    std::vector<double> scale;
    std::vector<double> shift;
    std::vector<double> mean = std::vector<double>(scale.size());
    std::vector<double> variance = std::vector<double>(scale.size());

    std::size_t channel_of(std::size_t index) const
    {
        return index / static_cast<std::size_t>(pixels) % static_cast<std::size_t>(channels);
    }

    void find_statistics(const std::vector<double>& values)
    {
        const double count = static_cast<double>(values.size()) / static_cast<double>(channels);
        std::ranges::fill(mean, 0.0);
        std::ranges::fill(variance, 0.0);
        for (std::size_t i = 0; i < values.size(); ++i)
            mean[channel_of(i)] += values[i] / count;
        for (std::size_t i = 0; i < values.size(); ++i)
        {
            const double away = values[i] - mean[channel_of(i)];
            variance[channel_of(i)] += away * away / count;
        }
    }

    double result(double value, std::size_t channel) const
    {
        return scale[channel] * (value - mean[channel]) / std::sqrt(variance[channel] + 1e-5) +
               shift[channel];
    }

    /// A sum of results by statistics of these rows, each times a number.
    double weighted_sum(const std::vector<double>& values, const std::vector<double>& factors)
    {
        find_statistics(values);
        double sum = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            sum += factors[i] * result(values[i], channel_of(i));
        return sum;
    }
};

/// One problem in one format, and the layer's parameters for it.
template <class T, placement In>
struct placed_problem
{
    using layer = batch_norm_implementation<T, batch_norm{}, In>;
    using rows_type = placed_rows<T, In>;
    static constexpr std::size_t channels = rows_type::channels;
    /// What lies beside the numbers of rows and must not matter. Lanes without a sample are finite.
    static constexpr T beside =
        In.format == row_format::sample_blocks ? T(1000) : std::numeric_limits<T>::quiet_NaN();

    std::ptrdiff_t rows;
    std::vector<T> values = numbers_of<T>(size(), -1, 3, 1);
    naive_batch_norm naive{rows_type::channels, rows_type::pixels, numbers(channels, 1, 2, 2),
                           numbers(channels, -1, 1, 3)};
    aligned_buffer<T> parameters{stored_parameters<layer>()};
    aligned_buffer<T> kept{static_cast<std::size_t>(
        (rows + rows_type::lanes - 1) / rows_type::lanes * rows_type::lanes * layer::kept)};

    explicit placed_problem(std::ptrdiff_t row_count) : rows(row_count)
    {
        set_parameters(std::vector<double>(channels, 100), std::vector<double>(channels, 100));
    }

    std::size_t size() const
    {
        return static_cast<std::size_t>(rows) * static_cast<std::size_t>(In.extents.size());
    }

    /// Those of inference, which training must not look at.
    void set_parameters(const std::vector<double>& mean, const std::vector<double>& variance)
    {
        std::vector<T> stored;
        for (const std::vector<double>& tensor : {naive.scale, mean, variance, naive.shift})
            for (const double number : tensor)
                stored.push_back(static_cast<T>(number));
        layer::import_tensors(stored.data(), parameters.data());
    }

    std::vector<double> exact_values() const { return {values.begin(), values.end()}; }

    /// Rows whose padding must not matter.
    rows_type placed(const std::vector<T>& from, T padding) const
    {
        rows_type made(rows, padding);
        made.for_each([&](T& number, std::size_t i, std::size_t) { number = from[i]; });
        return made;
    }
};

/// Rounding of some thousand sums of numbers around 1.
template <class T>
constexpr double most = 100 * std::numeric_limits<T>::epsilon();

/// What comes between the layers of a network for rows in formats that differ.
template <class Network>
constexpr int conversions_in()
{
    int count = 0;
    Network::passes::for_each_layer([&]<class Layer>(hana::basic_type<Layer>, const layer_place&)
                                    { count += detail::is_conversion<Layer>; });
    return count;
}

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
    basic_network<T, input{2}, batch_norm{}> units;
    basic_network<T, input{2, 1, 3}, batch_norm{}> image;
    BOOST_TEST(units.architecture() == "input 2; 0 batch_norm scale 1x2; 0 batch_norm mean 1x2; "
                                       "0 batch_norm variance 1x2; 0 batch_norm shift 1x2");
    // At first it changes next to nothing.
    BOOST_TEST(std::abs(units.predict(std::array{T(3), T(-2)})[0] - 3) < T(1e-4));
    units.import_parameters(stored);
    image.import_parameters(stored);
    const auto allowed = std::numeric_limits<T>::epsilon() * 50;
    const std::array<T, 6> in{T(1), T(2), T(3), T(-4), T(5), T(60)};
    const auto rows = units.predict(std::array{in[1], in[4]});
    BOOST_TEST(std::abs(rows[0] - normalised(0, in[1])) <= allowed);
    BOOST_TEST(std::abs(rows[1] - normalised(1, in[4])) <= allowed);
    const auto pixels = image.predict(in);
    for (std::size_t i = 0; i < 6; ++i)
        BOOST_TEST(std::abs(pixels[i] - normalised(i / 3, in[i])) <=
                   allowed * std::max(T(1), std::abs(pixels[i])));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(inference_of_rows_in_each_format, T, element_types)
{
    for_each_format<T>(
        []<class, placement In>(std::ptrdiff_t rows)
        {
            using layer = batch_norm_implementation<T, batch_norm{}, In>;
            placed_problem<T, In> problem(rows);
            problem.naive.mean = numbers(problem.channels, -1, 1, 4);
            problem.naive.variance = numbers(problem.channels, 1, 2, 5);
            problem.set_parameters(problem.naive.mean, problem.naive.variance);
            auto xy = problem.placed(problem.values, problem.beside);
            layer::infer(problem.parameters.data(), xy.data(), rows);
            double furthest = 0;
            xy.for_each(
                [&](T found, std::size_t i, std::size_t channel)
                {
                    const double expected = problem.naive.result(problem.values[i], channel);
                    furthest = std::max(furthest, std::abs(static_cast<double>(found) - expected));
                });
            BOOST_TEST(furthest <= most<T>);
        });
}

BOOST_AUTO_TEST_CASE_TEMPLATE(statistics_are_over_the_rows_and_nothing_else, T, element_types)
{
    for_each_format<T>(
        []<class, placement In>(std::ptrdiff_t rows)
        {
            using layer = batch_norm_implementation<T, batch_norm{}, In>;
            placed_problem<T, In> problem(rows);
            problem.naive.find_statistics(problem.exact_values());
            auto xy = problem.placed(problem.values, problem.beside);
            std::array<T, placed_problem<T, In>::channels> mean, variance;
            layer::find_statistics(xy.data(), rows, mean.data(), variance.data());
            for (std::size_t i = 0; i < problem.channels; ++i)
            {
                BOOST_TEST(std::abs(mean[i] - problem.naive.mean[i]) <= most<T>);
                BOOST_TEST(std::abs(variance[i] - problem.naive.variance[i]) <= most<T>);
            }
            layer::forward(problem.parameters.data(), xy.data(), problem.kept.data(), rows, {});
            double furthest = 0;
            // Of one row the variance may be 0: then a mean that is rounded is taken times 300.
            const double allowed = 320 * most<T>;
            xy.for_each(
                [&](T& found, std::size_t i, std::size_t channel)
                {
                    const double expected = problem.naive.result(problem.values[i], channel);
                    furthest = std::max(furthest, std::abs(static_cast<double>(found) - expected));
                    found = 0;
                });
            BOOST_TEST(furthest <= allowed);
            if (In.format == row_format::sample_blocks)
            {
                // A formula behind it may make infinities of numbers that are no sample's.
                BOOST_TEST(std::ranges::count(xy.buffer, T(0)) == std::ssize(xy.buffer));
            }
        });
}

BOOST_AUTO_TEST_CASE(gradients_of_rows_in_each_format)
{
    for_each_format<double>(
        []<class, placement In>(std::ptrdiff_t rows)
        {
            using layer = batch_norm_implementation<double, batch_norm{}, In>;
            placed_problem<double, In> problem(rows);
            const std::size_t channels = problem.channels;
            const std::vector<double> dy = numbers(problem.size(), -1, 1, 6);
            auto xy = problem.placed(problem.values, problem.beside);
            auto dxy = problem.placed(dy, 0);
            aligned_buffer<double> gradients(problem.parameters.size());
            layer::forward(problem.parameters.data(), xy.data(), problem.kept.data(), rows, {});
            layer::backward(problem.parameters.data(), problem.kept.data(), dxy.data(),
                            gradients.data(), rows);

            std::vector<double> values = problem.exact_values();
            // h^4 / 30 of the fifth derivative, which for a variance of 0 is large: that of one row.
            const auto difference = [&](double& moved)
            {
                constexpr double h = 1e-4;
                const double origin = moved;
                const auto sum_at = [&](double step)
                {
                    moved = origin + step;
                    return problem.naive.weighted_sum(values, dy);
                };
                const double found =
                    (8 * (sum_at(h) - sum_at(-h)) - (sum_at(2 * h) - sum_at(-2 * h))) / (12 * h);
                moved = origin;
                return found;
            };
            std::vector<double> exported(4 * channels);
            layer::export_tensors(gradients.data(), exported.data());
            for (std::size_t i = 0; i < channels; ++i)
            {
                BOOST_TEST(std::abs(exported[i] - difference(problem.naive.scale[i])) < 1e-8);
                BOOST_TEST(exported[channels + i] == 0);
                BOOST_TEST(exported[2 * channels + i] == 0);
                BOOST_TEST(std::abs(exported[3 * channels + i] -
                                    difference(problem.naive.shift[i])) < 1e-8);
            }
            dxy.for_each(
                [&](double& found, std::size_t i, std::size_t)
                {
                    if (i % (1 + problem.size() / 40) == 0)
                        BOOST_TEST(std::abs(found - difference(values[i])) < 1e-6);
                    found = 0;
                });
            // The padding has none.
            BOOST_TEST(std::ranges::count(dxy.buffer, 0.0) == std::ssize(dxy.buffer));
        });
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    check_gradients<input{3}, dense{5}, batch_norm{}, tanh(x), dense{2}>();
    check_gradients<input{3}, batch_norm{}, dense{2}>();
    check_gradients<input{2, 3, 2}, conv2d{.filters = 3, .padding = same_size}, batch_norm{},
                    tanh(x), flatten{}, dense{2}>();
    check_gradients<input{3}, residual<dense{3}, batch_norm{}>{}, dense{2}>();
}

BOOST_AUTO_TEST_CASE(gradients_of_images)
{
    constexpr conv2d few{.filters = 3, .padding = same_size};
    constexpr conv2d many{.filters = 9, .padding = same_size};
    check_gradients<input{2, 3, 2}, batch_norm{}, flatten{}, dense{2}>();
    check_gradients<input{9, 2, 2}, many, batch_norm{}, tanh(x), many, flatten{}, dense{2}>();
    check_gradients<input{2, 2, 2}, few, batch_norm{}, tanh(x), many, batch_norm{}, average_pool{},
                    flatten{}, dense{2}>();
    check_gradients<input{3, 2, 2}, residual<few, batch_norm{}, tanh(x), few>{}, batch_norm{}>();
}

BOOST_AUTO_TEST_CASE(images_stay_as_they_come)
{
    constexpr conv2d first{.filters = 3};
    constexpr conv2d second{.filters = 64};
    static_assert(conversions_in<network<input{2, 9, 9}, first, batch_norm{}, tanh(x), second,
                                         batch_norm{}, second>>() ==
                  conversions_in<network<input{2, 9, 9}, first, tanh(x), second, second>>());
    static_assert(conversions_in<network<input{2, 9, 9}, batch_norm{}, first>>() == 2);
}
