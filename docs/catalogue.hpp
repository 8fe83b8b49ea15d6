// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/activations.hpp>

/// The part of the axis that a picture shows.
struct window
{
    double low = -4.0;
    double high = 4.0;
};

/// Calls `visit<formula>(name)` for each activation of one variable, in the order of the gallery, with
/// a window where that is another; names as in docs/accuracy.md. A new function of the catalogue is a
/// line here.
template <class Visitor>
void visit_activations(Visitor visit)
{
    using namespace ctgrad;
    using namespace ctgrad::activations;
    constexpr window wide{-8, 8};
    visit.template operator()<identity>("identity");
    visit.template operator()<binary_step>("binary_step");
    visit.template operator()<activations::relu>("relu");
    visit.template operator()<relu6>("relu6", wide);
    visit.template operator()<clipped_relu(3.0)>("clipped_relu(3)");
    visit.template operator()<thresholded_relu()>("thresholded_relu(1)");
    visit.template operator()<threshold(1.0, -1.0)>("threshold(1, -1)");
    visit.template operator()<bounded_relu(0.1, 2.0, 1.0)>("bounded_relu(0.1, 2, 1)");
    visit.template operator()<leaky_relu()>("leaky_relu(0.01)");
    visit.template operator()<parametric_relu>("parametric_relu");
    visit.template operator()<randomized_relu()>("randomized_relu");
    visit.template operator()<s_shaped_relu(-1.0, 0.2, 1.0, 2.0)>("s_shaped_relu(-1, 0.2, 1, 2)");
    visit.template operator()<squared_relu>("squared_relu");
    visit.template operator()<absolute_value>("absolute_value");
    visit.template operator()<elu()>("elu(1)");
    visit.template operator()<celu(2.0)>("celu(2)");
    visit.template operator()<selu>("selu");
    visit.template operator()<isrlu()>("isrlu");
    visit.template operator()<softplus()>("softplus(1)");
    visit.template operator()<squareplus()>("squareplus");
    visit.template operator()<sparse_plus>("sparse_plus");
    visit.template operator()<bent_identity>("bent_identity");
    visit.template operator()<swish()>("swish(1)");
    visit.template operator()<silu>("silu");
    visit.template operator()<learnable_swish>("learnable_swish");
    visit.template operator()<gelu_sigmoid>("gelu_sigmoid");
    visit.template operator()<gelu>("gelu");
    visit.template operator()<gelu_tanh>("gelu_tanh");
    visit.template operator()<mish>("mish");
    visit.template operator()<serf>("serf");
    visit.template operator()<lisht>("lisht");
    visit.template operator()<elish>("elish");
    visit.template operator()<hard_swish>("hard_swish");
    visit.template operator()<activations::sigmoid>("sigmoid");
    visit.template operator()<hard_sigmoid>("hard_sigmoid");
    visit.template operator()<sparse_sigmoid>("sparse_sigmoid");
    visit.template operator()<log_sigmoid>("log_sigmoid");
    visit.template operator()<activations::tanh>("tanh");
    visit.template operator()<lecun_tanh>("lecun_tanh");
    visit.template operator()<hard_tanh>("hard_tanh");
    visit.template operator()<hard_tanh_between(-0.5, 2.0)>("hard_tanh_between(-0.5, 2)");
    visit.template operator()<tanhshrink>("tanhshrink");
    visit.template operator()<soft_shrink()>("soft_shrink(0.5)");
    visit.template operator()<hard_shrink()>("hard_shrink(0.5)");
    visit.template operator()<softsign>("softsign");
    visit.template operator()<arctan>("arctan");
    visit.template operator()<isru()>("isru");
    visit.template operator()<square_nonlinearity>("square_nonlinearity");
    visit.template operator()<gaussian>("gaussian");
    visit.template operator()<sine>("sine", wide);
    visit.template operator()<snake()>("snake", wide);
    visit.template operator()<growing_cosine>("growing_cosine", wide);
    visit.template operator()<exponential>("exponential");
    visit.template operator()<quadratic_unit>("quadratic_unit");
    visit.template operator()<cube>("cube");
}
