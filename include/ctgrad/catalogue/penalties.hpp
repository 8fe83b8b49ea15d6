// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/tensor_settings.hpp>
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

/// The name of the parameter by which tensors take part in a penalty: one that the rule does not have.
template <class Optimiser>
inline constexpr auto share_name = []
{
    fixed_string name("share of penalty 0");
    const auto is_taken = [&]
    {
        return hana::unpack(
            Optimiser::rule.assignments,
            [&](const auto&... assigned)
            {
                return ((parameters_of<std::remove_cvref_t<decltype(assigned.value)>>.find(
                             name.view()) >= 0) ||
                        ...);
            });
    };
    while (is_taken())
    {
        ++name.characters[name.view().size() - 1];
    }
    return name;
}();

} // namespace detail

/// An optimiser whose gradient is a formula of `dweight` and `weight`; made by `with_gradient`.
template <auto Gradient, class Optimiser>
struct changed_gradient
{
    static constexpr auto rule = detail::with_gradient(Optimiser::rule, Gradient);
    static constexpr bool each_tensor = detail::is_for_each_tensor<Optimiser>();

    Optimiser changed;

    constexpr auto settings() const { return changed.settings(); }
    constexpr auto settings(const auto& tensor) const
        requires requires { changed.settings(tensor); }
    {
        return changed.settings(tensor);
    }
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
/// the elastic net, of all parameters. The loss that training reports is without it.
/// Source     Goodfellow, Bengio, Courville (2016), section 7.1
template <auto Penalty, optimiser Optimiser>
constexpr auto penalise(const Optimiser& chosen)
{
    constexpr auto gradient = symbols::dweight + derivative(Penalty, symbols::weight);
    return changed_gradient<gradient, Optimiser>{chosen};
}

/// The same for some parameter tensors only, those of which `is_penalised` says so: of weights, and not of
/// biases, by `is_weight`, or of a layer. It may say by how much as well, as a factor:
/// `penalise<1e-5 * abs(weight)>(adam{}, [](const parameter_tensor& tensor) { return tensor.layer == 0; })`.
template <auto Penalty, optimiser Optimiser, class Predicate>
constexpr auto penalise(const Optimiser& chosen, Predicate is_penalised)
{
    using share = parameter<detail::share_name<Optimiser>>;
    constexpr auto gradient = symbols::dweight + share{} * derivative(Penalty, symbols::weight);
    return settings_by_tensor(
        changed_gradient<gradient, Optimiser>{chosen}, [is_penalised](const auto& tensor)
        { return list(share{} = static_cast<double>(is_penalised(tensor))); });
}

} // namespace ctgrad
