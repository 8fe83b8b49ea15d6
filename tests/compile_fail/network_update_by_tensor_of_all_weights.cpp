// SPDX-License-Identifier: BSL-1.0
// Settings that depend on the tensor, and a norm over all tensors at once.
// EXPECT: settings by tensor need an update rule of each weight, or of each tensor (for_each_tensor): a reduction over all weights has no tensor; see docs/errors.md#update-rule
#include <ctgrad/catalogue/penalties.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

using namespace ctgrad;
using symbols::dweight;

constexpr auto clipped = with_gradient<dweight * minimum(1, 5 / norm(dweight))>(adamw{});
#ifdef CORRECTED
constexpr auto decaying = decay_only(for_each_tensor(clipped), is_weight);
#else
constexpr auto decaying = decay_only(clipped, is_weight);
#endif

using classifier = network<input{784}, dense{10}>;

void train(classifier& net, const data_set<float>& data)
{
    fit(net, data, {}, cross_entropy, decaying);
}
