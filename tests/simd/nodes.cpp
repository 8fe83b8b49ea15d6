// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE simd_nodes
#include <boost/test/unit_test.hpp>

#include "lanes.hpp"

#include <ctgrad/simd/nodes.hpp>

#include <cmath>
#include <numeric>
#include <vector>

using namespace ctgrad_test;
using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr parameter<"a"> a{2.0};

template <class Program, class T>
using nodes_of = simd::node_evaluator<Program, T, aliasing::none, typename batch<T>::arch_type>;

/// One vector of a formula without reductions.
template <auto Formula, class T>
void compute(auto place, const std::vector<T>& in, std::vector<T>& out, T parameter)
{
    using nodes = nodes_of<program<Formula>, T>;
    constexpr const auto& plan = nodes::plan;
    nodes of_row({in.data()}, {out.data()}, &parameter);
    of_row.compute_uniforms(std::ptrdiff_t(in.size()),
                            row_loops::indices_of<row_loops::uniforms_of_stage(plan, 0)>());
    typename nodes::slots local;
    of_row.template load_inputs<0>(local, place);
    of_row.compute_nodes(&local, row_loops::indices<0>{},
                         row_loops::indices_of<row_loops::elements_of_pass(plan, 0, true)>());
    of_row.template store_outputs<0>(local, place);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_vector_of_a_row, T, element_types)
{
    constexpr int size = batch<T>::size;
    std::vector<T> in(std::size_t(size + 1));
    std::iota(in.begin(), in.end(), T(1));
    const auto expected = [&](std::size_t i) { return in[i] * T(3) - std::log(T(3)); };
    std::vector<T> out(in.size());
    compute<x * a - log(a)>(simd::whole_vector<batch<T>>{1}, in, out, T(3));
    BOOST_TEST(out[0] == 0);
    for (std::size_t i = 1; i < in.size(); ++i)
    {
        BOOST_TEST(std::abs(out[i] - expected(i)) <= 4 * std::numeric_limits<T>::epsilon() * in[i]);
    }
    out.assign(in.size(), T(0));
    compute<x * a - log(a)>(simd::incomplete_vector<batch<T>>{1, 1}, in, out, T(3));
    BOOST_TEST(std::abs(out[1] - expected(1)) <= 4 * std::numeric_limits<T>::epsilon() * in[1]);
    BOOST_TEST(std::accumulate(out.begin(), out.end(), T(0)) == out[1]);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(what_is_one_value_for_the_row, T, element_types)
{
    using nodes = nodes_of<program<mean(x) * a>, T>;
    constexpr const auto& plan = nodes::plan;
    constexpr auto sums = row_loops::indices_of<row_loops::reductions_of_pass(plan, 0)>();
    const T parameter = 2;
    T value = 0;
    nodes of_row({nullptr}, {&value}, &parameter);
    of_row.compute_uniforms(4, row_loops::indices_of<row_loops::uniforms_of_stage(plan, 0)>());
    [&]<int I>(row_loops::indices<I>) { of_row.template put_total<I>(T(12)); }(sums);
    of_row.compute_uniforms(4, row_loops::indices_of<row_loops::uniforms_of_stage(plan, 1)>());
    of_row.write_row_values(row_loops::indices<0>{});
    BOOST_TEST(value == T(6));
}

} // namespace
