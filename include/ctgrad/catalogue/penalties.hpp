// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/optimisers.hpp>
#include <ctgrad/symbolic/derivative.hpp>

namespace ctgrad
{

namespace detail
{

/// An update rule with a formula put in for the gradient.
template <class Formula, class... Names>
constexpr auto with_gradient(const update_rule<Names...>& rule, const Formula& gradient)
{
    return hana::unpack(rule.assignments,
                        [&](const auto&... assigned)
                        {
                            return update(
                                binding<std::remove_cvref_t<decltype(assigned)>::name,
                                        decltype(assigned.value(symbols::dweight = gradient))>{
                                    assigned.value(symbols::dweight = gradient)}...);
                        });
}

} // namespace detail

/// An optimiser whose gradient is a formula of `dweight` and `weight`; made by `with_gradient`.
template <auto Gradient, class Optimiser>
struct changed_gradient
{
    static constexpr auto rule = detail::with_gradient(Optimiser::rule, Gradient);
    static constexpr bool each_tensor = detail::is_for_each_tensor<Optimiser>();

    Optimiser changed;

    constexpr auto settings() const { return changed.settings(); }
};

/// An optimiser that takes another gradient: of each weight, as in
/// `with_gradient<clamp(dweight, -1, 1)>(adam{})`, or with a look at all of them, as in
/// `with_gradient<dweight * minimum(1, 5 / norm(dweight))>(adam{})`.
/// Source     Pascanu, Mikolov, Bengio (2013), On the difficulty of training recurrent neural
///            networks, algorithm 1 (clipping by norm)
template <auto Gradient, optimiser Optimiser>
constexpr auto with_gradient(const Optimiser& chosen)
{
    return changed_gradient<Gradient, Optimiser>{chosen};
}

/// An optimiser that minimises a penalty of each weight beside the loss:
/// `penalise<5e-5 * square(weight)>(sgd{})` for L2, `1e-5 * abs(weight)` for L1, a sum of both for
/// the elastic net. The loss that training reports is without it.
/// Source     Goodfellow, Bengio, Courville (2016), section 7.1
template <auto Penalty, optimiser Optimiser>
constexpr auto penalise(const Optimiser& chosen)
{
    constexpr auto gradient = symbols::dweight + derivative(Penalty, symbols::weight);
    return changed_gradient<gradient, Optimiser>{chosen};
}

} // namespace ctgrad
