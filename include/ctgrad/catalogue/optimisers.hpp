// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/update_rule.hpp>

namespace ctgrad
{

namespace symbols
{

/// A weight and the gradient of the loss by it. Every other variable of an update rule is a state:
/// one number for each weight, 0 at first.
inline constexpr variable<"weight"> weight;
inline constexpr variable<"dweight"> dweight;
inline constexpr variable<"first_moment"> first_moment;
inline constexpr variable<"second_moment"> second_moment;

/// Counts updates from 1.
inline constexpr parameter<"step"> step{1.0};

/// Settings of optimisers; an optimiser gives them their values.
inline constexpr parameter<"learning_rate"> learning_rate{1e-3};
inline constexpr parameter<"beta1"> beta1{0.9};
inline constexpr parameter<"beta2"> beta2{0.999};
inline constexpr parameter<"epsilon"> epsilon{1e-8};
inline constexpr parameter<"weight_decay"> weight_decay{0.01};

} // namespace symbols

/// Has a constant `rule`, made by `update`, and `settings()`, a list of values for its parameters.
template <class Type>
concept optimiser = requires(const Type& chosen) {
    Type::rule.assignments;
    hana::unpack(chosen.settings(), [](const auto&...) {});
};

namespace detail
{

/// Whether reductions of the rule are over each parameter tensor, not over the whole block.
template <class Optimiser>
constexpr bool is_for_each_tensor()
{
    if constexpr (requires { Optimiser::each_tensor; })
    {
        return Optimiser::each_tensor;
    }
    else
    {
        return false;
    }
}

} // namespace detail

namespace rules
{

using namespace symbols;

/// Stochastic gradient descent.
inline constexpr auto sgd = update(weight = weight - learning_rate * dweight);

/// Gradient descent with momentum.
/// Source     Polyak (1964), in the form of Sutskever et al. (2013) without lookahead
inline constexpr auto velocity = beta1 * first_moment + dweight;
inline constexpr auto momentum =
    update(weight = weight - learning_rate * velocity, first_moment = velocity);

/// Gradient descent with Nesterov's momentum.
/// Source     Sutskever et al. (2013), in the form of PyTorch: the gradient is taken where the weight
///            is, and the step looks ahead
inline constexpr auto nesterov =
    update(weight = weight - learning_rate * (dweight + beta1 * velocity), first_moment = velocity);

/// Source     Duchi, Hazan, Singer (2011), figure 1, with diagonal matrices
inline constexpr auto squares = second_moment + square(dweight);
inline constexpr auto adagrad = update(
    weight = weight - learning_rate * dweight / (sqrt(squares) + epsilon), second_moment = squares);

/// Source     Hinton (2012), Neural networks for machine learning, lecture 6e
inline constexpr auto mean_square = beta2 * second_moment + (1 - beta2) * square(dweight);
inline constexpr auto rmsprop =
    update(weight = weight - learning_rate * dweight / (sqrt(mean_square) + epsilon),
           second_moment = mean_square);

/// Source     Kingma, Ba (2015), algorithm 1
inline constexpr auto adam_first = beta1 * first_moment + (1 - beta1) * dweight;
inline constexpr auto adam_second = beta2 * second_moment + (1 - beta2) * square(dweight);
inline constexpr auto adam_direction =
    adam_first / (1 - pow(beta1, step)) / (sqrt(adam_second / (1 - pow(beta2, step))) + epsilon);
inline constexpr auto adam = update(weight = weight - learning_rate * adam_direction,
                                    first_moment = adam_first, second_moment = adam_second);

/// Adam with decay of the weights themselves.
/// Source     Loshchilov, Hutter (2019), algorithm 2
inline constexpr auto adamw =
    update(weight = weight - learning_rate * (adam_direction + weight_decay * weight),
           first_moment = adam_first, second_moment = adam_second);

/// Source     Chen et al. (2023), Symbolic discovery of optimization algorithms, algorithm 2
inline constexpr auto lion_direction = sign(beta1 * first_moment + (1 - beta1) * dweight);
inline constexpr auto lion =
    update(weight = weight - learning_rate * (lion_direction + weight_decay * weight),
           first_moment = beta2 * first_moment + (1 - beta2) * dweight);

/// Source     You et al. (2020), Large batch optimization for deep learning, algorithm 2
inline constexpr auto lamb_direction = adam_direction + weight_decay * weight;
inline constexpr auto lamb_trust = where(
    norm(weight) > 0, where(norm(lamb_direction) > 0, norm(weight) / norm(lamb_direction), 1), 1);
inline constexpr auto lamb = update(weight = weight - learning_rate * lamb_trust * lamb_direction,
                                    first_moment = adam_first, second_moment = adam_second);

} // namespace rules

/// weight -= learning_rate * gradient.
struct sgd
{
    static constexpr auto rule = rules::sgd;

    double learning_rate = 0.1;

    constexpr auto settings() const { return list(symbols::learning_rate = learning_rate); }
};

/// velocity = momentum * velocity + gradient; weight -= learning_rate * velocity.
struct momentum
{
    static constexpr auto rule = rules::momentum;

    double learning_rate = 0.01;
    double momentum = 0.9;

    constexpr auto settings() const
    {
        return list(symbols::learning_rate = learning_rate, symbols::beta1 = momentum);
    }
};

/// Momentum that looks ahead.
struct nesterov
{
    static constexpr auto rule = rules::nesterov;

    double learning_rate = 0.01;
    double momentum = 0.9;

    constexpr auto settings() const
    {
        return list(symbols::learning_rate = learning_rate, symbols::beta1 = momentum);
    }
};

/// Steps scaled by all gradients so far.
struct adagrad
{
    static constexpr auto rule = rules::adagrad;

    double learning_rate = 0.01;
    double epsilon = 1e-10;

    constexpr auto settings() const
    {
        return list(symbols::learning_rate = learning_rate, symbols::epsilon = epsilon);
    }
};

/// Steps scaled by a running mean of squared gradients.
struct rmsprop
{
    static constexpr auto rule = rules::rmsprop;

    double learning_rate = 1e-3;
    double decay = 0.99;
    double epsilon = 1e-8;

    constexpr auto settings() const
    {
        return list(symbols::learning_rate = learning_rate, symbols::beta2 = decay,
                    symbols::epsilon = epsilon);
    }
};

/// Adam: steps scaled by running moments of the gradient.
struct adam
{
    static constexpr auto rule = rules::adam;
    /// Division and root by estimate in float: the step is within 2e-4 of its length, the moments are exact.
    static constexpr bool fast_steps = true;

    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;

    constexpr auto settings() const
    {
        return list(symbols::learning_rate = learning_rate, symbols::beta1 = beta1,
                    symbols::beta2 = beta2, symbols::epsilon = epsilon);
    }
};

/// Adam with decoupled weight decay.
struct adamw
{
    static constexpr auto rule = rules::adamw;
    /// Division and root by estimate in float: the step is within 2e-4 of its length, the moments are exact.
    static constexpr bool fast_steps = true;

    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0.01;

    constexpr auto settings() const
    {
        return list(symbols::learning_rate = learning_rate, symbols::beta1 = beta1,
                    symbols::beta2 = beta2, symbols::epsilon = epsilon,
                    symbols::weight_decay = weight_decay);
    }
};

/// Steps of the same size for each weight, in the direction of a running mean of gradients. Takes a
/// learning rate 3 to 10 times smaller than Adam's.
struct lion
{
    static constexpr auto rule = rules::lion;

    double learning_rate = 1e-4;
    double beta1 = 0.9;
    double beta2 = 0.99;
    double weight_decay = 0.01;

    constexpr auto settings() const
    {
        return list(symbols::learning_rate = learning_rate, symbols::beta1 = beta1,
                    symbols::beta2 = beta2, symbols::weight_decay = weight_decay);
    }
};

/// AdamW with the step of each tensor as long as the tensor itself, times the learning rate: for large
/// batches.
struct lamb
{
    static constexpr auto rule = rules::lamb;
    static constexpr bool each_tensor = true;

    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-6;
    double weight_decay = 0.01;

    constexpr auto settings() const
    {
        return list(symbols::learning_rate = learning_rate, symbols::beta1 = beta1,
                    symbols::beta2 = beta2, symbols::epsilon = epsilon,
                    symbols::weight_decay = weight_decay);
    }
};

/// An optimiser whose rule looks at each parameter tensor by itself: `norm(weight)` is that of the
/// tensor, not that of all weights; made by `for_each_tensor`.
template <optimiser Optimiser>
struct tensor_optimiser
{
    static constexpr auto rule = Optimiser::rule;
    static constexpr bool each_tensor = true;

    Optimiser chosen;

    constexpr auto settings() const { return chosen.settings(); }
    constexpr auto settings(const auto& tensor) const
        requires requires { chosen.settings(tensor); }
    {
        return chosen.settings(tensor);
    }
};

/// `for_each_tensor(with_gradient<dweight / norm(dweight)>(sgd{}))`.
template <optimiser Optimiser>
constexpr auto for_each_tensor(const Optimiser& chosen)
{
    return tensor_optimiser<Optimiser>{chosen};
}

/// An optimiser from a user's rule. Its parameters have their initial values, or those given by
/// name: `optimise_by<lion>(learning_rate = 1e-4)`.
template <auto Rule, class... Settings>
struct custom_optimiser
{
    static constexpr auto rule = Rule;

    hana::basic_tuple<Settings...> values;

    constexpr const auto& settings() const { return values; }
};

template <auto Rule, class... Settings>
constexpr auto optimise_by(const Settings&... settings)
{
    return custom_optimiser<Rule, Settings...>{hana::make_basic_tuple(settings...)};
}

} // namespace ctgrad
