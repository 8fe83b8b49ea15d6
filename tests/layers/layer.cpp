// SPDX-License-Identifier: BSL-1.0
// Layers of a user, which need nothing but what layers/layer.hpp says.
#define BOOST_TEST_MODULE layer
#include <boost/test/unit_test.hpp>

#include "../network/gradients.hpp"

#include <array>

using namespace ctgrad;

namespace of_a_user
{

/// A learnt number added to each element, where the rows lie.
template <class T, auto Layer, shape In>
struct offset_implementation
{
    static constexpr shape output = In;
    static constexpr bool in_place = true;
    static constexpr int size = In.size();
    static constexpr int stride = row_stride<T>(size);
    static constexpr int kept = 0;
    static constexpr std::array tensors{tensor_info{"offset", 1, size, size}};

    static void initialise(T* parameters, random_engine&)
    {
        std::fill_n(parameters, size, static_cast<T>(Layer.initial));
    }
    static void export_tensors(const T* parameters, T* to) { std::copy_n(parameters, size, to); }
    static void import_tensors(const T* from, T* parameters)
    {
        std::copy_n(from, size, parameters);
    }
    static void infer(const T* parameters, T* xy, std::ptrdiff_t rows)
    {
        for (std::ptrdiff_t i = 0; i < rows * stride; ++i)
        {
            xy[i] += i % stride < size ? parameters[i % stride] : T(0);
        }
    }
    static void forward(const T* parameters, T* xy, T*, std::ptrdiff_t rows, pass_context)
    {
        infer(parameters, xy, rows);
    }
    static void backward(const T*, const T*, T* dxy, T* gradients, std::ptrdiff_t rows)
    {
        for (std::ptrdiff_t i = 0; i < rows * stride; ++i)
        {
            if (i % stride < size)
            {
                gradients[i % stride] += dxy[i];
            }
        }
    }
};

struct offset
{
    static constexpr std::string_view name = "offset";
    double initial = 0.0;

    template <class T, auto Layer, shape In, auto Next>
    using implementation = offset_implementation<T, Layer, In>;
};

/// Sums of neighbours: a row half as long, elsewhere.
template <class T, shape In>
struct pair_sums_implementation
{
    static constexpr shape output{In.size() / 2};
    static constexpr bool in_place = false;
    static constexpr int units = output.size();
    static constexpr int kept = 0;
    static constexpr std::array<tensor_info, 0> tensors{};

    static void initialise(T*, random_engine&) {}
    static void export_tensors(const T*, T*) {}
    static void import_tensors(const T*, T*) {}
    static void infer(const T*, const T* x, std::ptrdiff_t x_stride, T* y, std::ptrdiff_t rows)
    {
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            for (int i = 0; i < units; ++i)
            {
                y[row * row_stride<T>(units) + i] =
                    x[row * x_stride + 2 * i] + x[row * x_stride + 2 * i + 1];
            }
        }
        clear_padding(y, units, rows);
    }
    static void backward(const T*, const T*, std::ptrdiff_t, const T* dy, T* dx, T*,
                         std::ptrdiff_t rows)
    {
        for (std::ptrdiff_t row = 0; row < rows && dx != nullptr; ++row)
        {
            T* const dx_row = dx + row * row_stride<T>(In.size());
            std::fill_n(dx_row, In.size(), T(0)); // one without a neighbour
            for (int i = 0; i < 2 * units; ++i)
            {
                dx_row[i] = dy[row * row_stride<T>(units) + i / 2];
            }
        }
        if (dx != nullptr)
        {
            clear_padding(dx, In.size(), rows);
        }
    }
};

struct pair_sums
{
    static constexpr std::string_view name = "pair_sums";

    template <class T, auto Layer, shape In, auto Next>
    using implementation = pair_sums_implementation<T, In>;
};

} // namespace of_a_user

static_assert(layer<of_a_user::offset{}>);
static_assert(layer<of_a_user::pair_sums{}>);
static_assert(layer<dense{.units = 1}>);
static_assert(layer<sin(variable<"x">{})>);
static_assert(!layer<3>);
static_assert(!layer<shape(3)>);

static_assert(row_stride<float>(1) == simd::batch<float>::size);
static_assert(row_stride<double>(simd::batch<double>::size) == simd::batch<double>::size);
static_assert(row_stride<double>(simd::batch<double>::size + 1) == 2 * simd::batch<double>::size);

BOOST_AUTO_TEST_CASE(padding_is_cleared_and_nothing_else)
{
    constexpr int size = simd::batch<float>::size + 1;
    constexpr int stride = row_stride<float>(size);
    std::vector<float> rows(3 * stride, 1.0f);
    clear_padding(rows.data(), size, 2);
    for (int i = 0; i < 3 * stride; ++i)
    {
        const bool is_padding = i < 2 * stride && i % stride >= size;
        BOOST_TEST(rows[static_cast<std::size_t>(i)] == (is_padding ? 0.0f : 1.0f));
    }
    std::vector<float> whole(simd::batch<float>::size, 1.0f);
    clear_padding(whole.data(), simd::batch<float>::size, 1);
    BOOST_TEST(whole == std::vector<float>(simd::batch<float>::size, 1.0f));
}

BOOST_AUTO_TEST_CASE(a_layer_of_a_user_is_a_layer)
{
    using net = network<input{5}, of_a_user::offset{.initial = 0.5}, of_a_user::pair_sums{}>;
    const net model;
    BOOST_TEST(net::architecture() == "input 5; 0 offset offset 1x5");
    BOOST_TEST(
        (model.predict(std::vector{1.0f, 2.0f, 3.0f, 4.0f, 5.0f}) == std::array{4.0f, 8.0f}));
}

BOOST_AUTO_TEST_CASE(a_layer_of_a_user_learns)
{
    constexpr of_a_user::offset offset{};
    constexpr of_a_user::pair_sums pair_sums{};
    constexpr auto swish = variable<"x">{} * sigmoid(variable<"x">{});
    for (const std::ptrdiff_t rows : {1, 5, 130})
    {
        BOOST_TEST(
            (wrong_gradients<basic_network<double, input{3}, offset, swish, dense{9}, offset, swish,
                                           pair_sums, offset, dense{2}>>(rows) == ""));
        BOOST_TEST((wrong_gradients<basic_network<double, input{6}, pair_sums, dense{10}, swish,
                                                  pair_sums, pair_sums>>(rows) == ""));
    }
}
