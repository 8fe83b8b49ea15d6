// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE products
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"

#include <ctgrad/simd/product_row.hpp>
#include <ctgrad/simd/products.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <random>
#include <span>
#include <vector>

using namespace ctgrad::simd;

namespace
{

constexpr int canary = -12345;

// A block of rows, exactly as long as promised to the kernels, so that a sanitizer sees a read
// beyond it; begins off any alignment. Everything outside the rows' columns is a canary.
template <class T>
struct block
{
    std::vector<T> storage;
    std::ptrdiff_t rows, columns, stride;

    block(std::ptrdiff_t rows_, std::ptrdiff_t columns_, std::ptrdiff_t stride_)
        : storage(static_cast<std::size_t>(rows_ > 0 ? (rows_ - 1) * stride_ + columns_ + 1 : 1),
                  T(canary)),
          rows(rows_),
          columns(columns_),
          stride(stride_)
    {
    }

    T* data() { return storage.data() + 1; }
    T& at(std::ptrdiff_t row, std::ptrdiff_t column) { return data()[row * stride + column]; }

    template <class F>
    void fill(F&& f)
    {
        for (std::ptrdiff_t row = 0; row < rows; ++row)
            for (std::ptrdiff_t column = 0; column < columns; ++column)
                at(row, column) = static_cast<T>(f(row, column));
    }

    void require_canaries()
    {
        BOOST_REQUIRE_EQUAL(storage[0], T(canary));
        for (std::ptrdiff_t row = 0; row + 1 < rows; ++row)
            for (std::ptrdiff_t column = columns; column < stride; ++column)
                BOOST_REQUIRE_EQUAL(at(row, column), T(canary));
    }
};

// Gets each part of a gradient once.
template <class T>
struct update_to_add
{
    mutable std::vector<T> sums;
    const T* weights;

    void operator()(const T* some, std::span<const T> gradients) const
    {
        for (std::size_t i = 0; i < gradients.size(); ++i)
            sums.at(static_cast<std::size_t>(some - weights) + i) += gradients[i];
    }

    std::array<const T*, 2> reads(const T* some) const { return {some, some}; }
};

// The kernels sum up to `terms` products in any order with up to 8 partial sums, each operation
// rounded to half an epsilon: the error bound of Higham (2002), chapter 3.
template <class T>
struct reference
{
    long double sum = 0, magnitude = 0;
    int terms = 0;

    void add(long double term)
    {
        sum += term;
        magnitude += std::fabs(term);
        ++terms;
    }

    void require_equal(T value, const char* what, std::ptrdiff_t row, std::ptrdiff_t column) const
    {
        const long double epsilon = std::numeric_limits<T>::epsilon();
        const long double error = std::fabs(static_cast<long double>(value) - sum);
        if (!(error <= (terms + 9) * epsilon / 2 * magnitude))
            BOOST_FAIL(what << " at " << row << ", " << column << ": " << value << " is not "
                            << sum);
    }
};

template <class T, int Inputs, int Units>
void check_products(std::ptrdiff_t rows, std::ptrdiff_t extra)
{
    BOOST_TEST_INFO_SCOPE("inputs " << Inputs << ", units " << Units << ", rows " << rows
                                    << ", strides longer by " << extra);
    using layout = panels<T, Inputs, Units>;
    using transposed_layout = panels<T, Units, Inputs>;
    constexpr int width = batch<T>::size;
    constexpr int padded = layout::padded_units, padded_inputs = transposed_layout::padded_units;
    std::mt19937 bits(static_cast<unsigned>(rows * 1000 + Inputs));
    std::uniform_real_distribution<T> uniform(T(-1), T(1));
    const auto random = [&](auto...) { return uniform(bits); };

    block<T> x(rows, Inputs, Inputs + extra);
    x.fill(random);
    block<T> weights(1, layout::size, layout::size);
    weights.fill([](auto...) { return 0; });
    const auto weight = [&](int input, int unit) -> T&
    { return weights.at(0, layout::offset(input, unit)); };
    for (int input = 0; input < Inputs; ++input)
        for (int unit = 0; unit < Units; ++unit)
            weight(input, unit) = random();
    block<T> bias(1, padded, padded);
    bias.fill([&](auto, auto unit) { return unit < Units ? random() : T(0); });

    for (const bool with_bias : {true, false})
    {
        block<T> y(rows, padded, padded + extra * width);
        product_forward<T, Inputs, Units>(x.data(), x.stride, rows, weights.data(),
                                          with_bias ? bias.data() : nullptr, y.data(), y.stride);
        for (std::ptrdiff_t row = 0; row < rows; ++row)
            for (int unit = 0; unit < padded; ++unit)
            {
                reference<T> sum;
                if (with_bias)
                    sum.add(bias.at(0, unit));
                if (unit < Units)
                    for (int input = 0; input < Inputs; ++input)
                        sum.add(static_cast<long double>(x.at(row, input)) * weight(input, unit));
                sum.require_equal(y.at(row, unit), "y", row, unit);
            }
        y.require_canaries();
        if (rows == 1)
        {
            block<T> alone(1, padded, padded);
            product_row<T, Inputs, Units>(x.data(), weights.data(),
                                          with_bias ? bias.data() : nullptr, alone.data());
            for (int unit = 0; unit < padded; ++unit)
            {
                reference<T> sum;
                sum.add(y.at(0, unit));
                sum.terms = 2 * Inputs;
                sum.magnitude = Inputs + 1; // of numbers up to 1
                sum.require_equal(alone.at(0, unit), "y of one row", 0, unit);
            }
            alone.require_canaries();
        }
    }

    block<T> dz(rows, padded, padded + extra * width);
    dz.fill([&](auto, auto unit) { return unit < Units ? random() : T(0); });

    // The gradients are added to what is there.
    block<T> dweights(1, layout::size, layout::size);
    dweights.fill([](auto, auto i) { return T(i % 17) / 16; });
    block<T> dbias(1, padded, padded);
    dbias.fill([](auto, auto i) { return T(i % 5) / 4; });
    block<T> dweights_before = dweights, dbias_before = dbias;
    product_weight_gradient<T, Inputs, Units>(x.data(), x.stride, dz.data(), dz.stride, rows,
                                              dweights.data());
    product_bias_gradient<T, Inputs, Units>(dz.data(), dz.stride, rows, dbias.data());
    for (int unit = 0; unit < layout::stored_units; ++unit)
        for (int input = 0; input < Inputs; ++input)
        {
            const int at = layout::offset(input, unit);
            reference<T> sum;
            sum.add(dweights_before.at(0, at));
            for (std::ptrdiff_t row = 0; row < rows; ++row)
                sum.add(static_cast<long double>(x.at(row, input)) * dz.at(row, unit));
            sum.require_equal(dweights.at(0, at), "dweights", input, unit);
        }
    for (int i = Inputs * layout::stored_units; i < layout::size; ++i)
        BOOST_REQUIRE_EQUAL(dweights.at(0, i), dweights_before.at(0, i));
    for (int unit = 0; unit < padded; ++unit)
    {
        reference<T> sum;
        sum.add(dbias_before.at(0, unit));
        for (std::ptrdiff_t row = 0; row < rows; ++row)
            sum.add(dz.at(row, unit));
        sum.require_equal(dbias.at(0, unit), "dbias", 0, unit);
    }
    dweights.require_canaries();
    dbias.require_canaries();

    if (rows <= detail::gradient_rows)
    {
        update_to_add<T> added{std::vector<T>(layout::size), weights.data()};
        product_weight_update<T, Inputs, Units>(x.data(), x.stride, dz.data(), dz.stride, rows,
                                                weights.data(), added);
        block<T> zero = dweights_before;
        zero.fill([](auto, auto) { return T(0); });
        product_weight_gradient<T, Inputs, Units>(x.data(), x.stride, dz.data(), dz.stride, rows,
                                                  zero.data());
        for (int i = 0; i < layout::size; ++i)
            BOOST_REQUIRE_EQUAL(added.sums[static_cast<std::size_t>(i)], zero.at(0, i));
    }

    block<T> dx(rows, padded_inputs, padded_inputs + extra * width);
    product_input_gradient<T, Inputs, Units>(dz.data(), dz.stride, rows, weights.data(), dx.data(),
                                             dx.stride);
    for (std::ptrdiff_t row = 0; row < rows; ++row)
        for (int input = 0; input < padded_inputs; ++input)
        {
            reference<T> sum;
            if (input < Inputs)
                for (int unit = 0; unit < Units; ++unit)
                    sum.add(static_cast<long double>(dz.at(row, unit)) * weight(input, unit));
            sum.require_equal(dx.at(row, input), "dx", row, input);
        }
    dx.require_canaries();
}

template <class T, int Inputs, int Units>
void check_shape(std::initializer_list<int> counts = {0, 1, 2, 3, 5, 7, 16, 63, 64})
{
    for (const int rows : counts)
        for (const int extra : {0, 3})
            check_products<T, Inputs, Units>(rows, extra);
}

template <class T>
void check_shapes()
{
    check_shape<T, 1, 1>();
    check_shape<T, 3, 5>({0, 1, 2, 3, 5, 7, 16, 63, 64, 127, 128, 129, 300});
    check_shape<T, 20, 3>();
    check_shape<T, 5, 20>();
    check_shape<T, 16, 16>();
    check_shape<T, 17, 31>();
    check_shape<T, 64, 10>();
    check_shape<T, 33, 48>();
    check_shape<T, 100, 127>({0, 1, 2, 3, 7, 64, 131});
    check_shape<T, 783, 127>({1, 6, 13});
    // Several blocks of inputs, several parts of transposed weights.
    check_shape<T, 1030, 300>({1, 29});
    check_shape<T, 3, 1030>({1, 29});
}

} // namespace

BOOST_AUTO_TEST_CASE(products_are_those_of_the_definition_in_float) { check_shapes<float>(); }

// Compilers need minutes for each type with the address sanitizer; other builds have both.
#if !defined(CTGRAD_WITH_SANITIZERS)
BOOST_AUTO_TEST_CASE(products_are_those_of_the_definition_in_double) { check_shapes<double>(); }
#endif

// The last block of a gradient may be as short as one row, and blocks follow each other without
// a gap: sums of ones count the rows.
BOOST_AUTO_TEST_CASE(the_gradient_of_many_rows_counts_each_row_once)
{
    using layout = panels<float, 2, 3>;
    for (std::ptrdiff_t rows = 0; rows < 400; ++rows)
    {
        block<float> x(rows, 2, 2), dz(rows, layout::padded_units, layout::padded_units);
        x.fill([](auto...) { return 1; });
        dz.fill([](auto, auto unit) { return unit < 3 ? 1 : 0; });
        block<float> gradient(1, layout::size, layout::size);
        gradient.fill([](auto...) { return 0; });
        product_weight_gradient<float, 2, 3>(x.data(), x.stride, dz.data(), dz.stride, rows,
                                             gradient.data());
        for (int unit = 0; unit < layout::stored_units; ++unit)
            for (int input = 0; input < 2; ++input)
                BOOST_REQUIRE_EQUAL(gradient.at(0, layout::offset(input, unit)),
                                    unit < 3 ? static_cast<float>(rows) : 0.0f);
    }
}

#if defined(__FMA__) || defined(__aarch64__)
// Where the architecture has a fused multiply-add, the products use it.
BOOST_AUTO_TEST_CASE(products_are_fused)
{
    const float x[] = {1 + 0x1p-12f};
    using layout = panels<float, 1, 1>;
    std::vector<float> weights(layout::size), bias(layout::padded_units), y(layout::padded_units);
    weights[0] = 1 - 0x1p-12f;
    bias[0] = -1;
    product_forward<float, 1, 1>(x, 1, 1, weights.data(), bias.data(), y.data(),
                                 layout::padded_units);
    BOOST_TEST(y[0] == -0x1p-24f);
}
#endif
