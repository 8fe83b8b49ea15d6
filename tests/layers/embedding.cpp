// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE embedding
#include <boost/test/unit_test.hpp>

#include "../network/gradients.hpp"

#include <limits>

using namespace ctgrad;

BOOST_AUTO_TEST_CASE(words_have_vectors)
{
    using net_type = network<input{2}, embedding{.words = 4, .size = 3}>;
    net_type net;
    std::vector<float> vectors(12);
    for (std::size_t i = 0; i < 12; ++i)
        vectors[i] = static_cast<float>(i);
    net.import_parameters(vectors);
    std::vector<float> exported(12);
    net.export_parameters(exported);
    BOOST_TEST((exported == vectors));
    const auto of = [&](float a, float b) { return net.predict(std::array{a, b}); };
    BOOST_TEST((of(2, 0) == std::array<float, 6>{6, 7, 8, 0, 1, 2}));
    BOOST_TEST((of(1.9f, 3) == std::array<float, 6>{3, 4, 5, 9, 10, 11}));
    const float infinity = std::numeric_limits<float>::infinity();
    BOOST_TEST((of(-1, 4) == std::array<float, 6>{0, 1, 2, 9, 10, 11}));
    BOOST_TEST((of(-infinity, infinity) == std::array<float, 6>{0, 1, 2, 9, 10, 11}));
    BOOST_TEST((of(std::nanf(""), 1e30f) == std::array<float, 6>{0, 1, 2, 9, 10, 11}));
    // Many rows, with a stride.
    std::vector<float> words(3 * 100), out(7 * 100);
    for (std::size_t i = 0; i < 300; ++i)
        words[i] = static_cast<float>(i % 5);
    net.predict(rows_view<const float>{words.data(), 100, 2, 3},
                rows_view<float>{out.data(), 100, 6, 7});
    for (std::size_t row = 0; row < 100; ++row)
        for (std::size_t k = 0; k < 6; ++k)
        {
            const std::size_t word = std::min<std::size_t>((3 * row + k / 3) % 5, 3);
            BOOST_TEST(out[7 * row + k] == vectors[3 * word + k % 3]);
        }
}

BOOST_AUTO_TEST_CASE(gradients_are_those_of_finite_differences)
{
    constexpr variable<"x"> x;
    for (const std::ptrdiff_t rows : {1, 9, 130})
    {
        using net_type =
            basic_network<double, input{2}, embedding{.words = 5, .size = 3}, tanh(x), dense{2}>;
        learning_problem<net_type> problem(rows);
        for (std::size_t i = 0; i < problem.inputs.size(); ++i)
            problem.inputs[i] = static_cast<double>(i * i % 5);
        const std::string wrong = problem.wrong_gradients<mean_squared_error>();
        BOOST_TEST(wrong.empty(), rows << " rows: " << wrong);
    }
    // Of a layer before it nothing comes back, but of one beside it.
    using branched = basic_network<double, input{2}, dense{2},
                                   concatenate<chain<>{}, embedding{.words = 3, .size = 2}>{}>;
    learning_problem<branched> problem(5);
    const auto gradients = problem.gradients<mean_squared_error>();
    BOOST_TEST(std::ranges::all_of(gradients, [](double g) { return std::isfinite(g); }));
}
