// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE row_formulas
#include <boost/test/unit_test.hpp>

#include "../element_types.hpp"
#include "../network/gradients.hpp"

#include <ctgrad/layers/row_formulas.hpp>

using namespace ctgrad;

namespace
{

constexpr variable<"r"> r;
constexpr variable<"angle"> angle;
constexpr variable<"unused"> unused;
constexpr parameter<"scale"> scale{2.0};

constexpr auto polar = list(scale * r * cos(angle), scale* r* sin(angle), r + 1);

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(results_are_those_of_the_formulas, T, element_types)
{
    using net_type = basic_network<T, input{3}, row_formulas<polar, angle, unused, r>{}>;
    static_assert(net_type::output_size == 3 && net_type::parameter_count == 1);
    net_type net;
    BOOST_TEST(net.parameters()[0] == T(2));
    net.import_parameters(std::array{T(3)});
    // With strides of their own.
    for (const std::ptrdiff_t rows : {1, 63, 64, 65, 200})
    {
        const auto count = static_cast<std::size_t>(rows);
        const auto values = numbers(5 * count, -1, 1, 3);
        const std::vector<T> in(values.begin(), values.end());
        std::vector<T> out(4 * count, T(7));
        net.predict(rows_view<const T>{in.data(), rows, 3, 5},
                    rows_view<T>{out.data(), rows, 3, 4});
        const T most = std::numeric_limits<T>::epsilon() * 8;
        for (std::size_t row = 0; row < count; ++row)
        {
            const T* const x = in.data() + 5 * row;
            const T* const y = out.data() + 4 * row;
            BOOST_TEST(std::abs(y[0] - 3 * x[2] * std::cos(x[0])) <= most);
            BOOST_TEST(std::abs(y[1] - 3 * x[2] * std::sin(x[0])) <= most);
            BOOST_TEST(y[2] == x[2] + 1);
            BOOST_TEST(y[3] == T(7));
        }
    }
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    using first = basic_network<double, input{3}, row_formulas<polar, angle, unused, r>{}>;
    using between =
        basic_network<double, input{2}, dense{3}, row_formulas<polar, angle, unused, r>{},
                      row_formulas<r * angle, r, unused, angle>{}>;
    for (const std::ptrdiff_t rows : {1, 63, 131})
    {
        BOOST_TEST(wrong_gradients<first>(rows) == "");
        BOOST_TEST(wrong_gradients<between>(rows) == "");
    }
}

BOOST_AUTO_TEST_CASE(a_fast_form_has_fast_formulas)
{
    using precise = network<input{2}, row_formulas<sin(r) * angle, r, angle>{}>;
    using quick = fast_network<input{2}, row_formulas<sin(r) * angle, r, angle>{}>;
    static_assert(!std::is_same_v<precise, quick>);
    const std::array at{0.5f, 2.0f};
    BOOST_TEST(std::abs(precise{}.predict(at)[0] - quick{}.predict(at)[0]) < 1e-4f);
}
