// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/observe_branches.hpp>
#include <ctgrad/train/layer_facts.hpp>

#include <vector>

namespace ctgrad::detail
{

/// Sees the pre-activations of all formulas of a network on their way through passes of training, also of
/// those within layers that hold layers. `Named` has the names of the layers.
template <class Network, class Named = Network>
class layer_observer
{
    using T = typename Network::value_type;

public:
    /// Slopes that are smaller are flat.
    explicit layer_observer(double flat_below) : flat_below_(flat_below) {}

    std::vector<layer_facts>& facts() { return facts_; }

    /// What passes call before each layer.
    auto function()
    {
        return [this]<class Layer>(hana::basic_type<Layer>, const layer_place&, const T* parameters,
                                   const auto& in, std::ptrdiff_t rows,
                                   const keeping_context<T>& context)
        { this->template look_at<Layer>(parameters, in, rows, context); };
    }

private:
    template <class Layer>
    void look_at(const T* parameters, const auto& in, std::ptrdiff_t rows,
                 const keeping_context<T>& context)
    {
        if constexpr (!is_conversion<Layer>)
        {
            layer_facts& own = facts_[next_];
            next_ = (next_ + 1) % facts_.size(); // behind the last layer comes another pass
            if constexpr (is_formula_layer<Layer>)
            {
                own.statistics.template add<Layer>(parameters, in.rows, rows, flat_below_);
            }
            observe_branches<Layer>(parameters, in, rows, context, function());
        }
    }

    double flat_below_;
    std::vector<layer_facts> facts_ = facts_of_layers<Network, Named>();
    std::size_t next_ = 0;
};

} // namespace ctgrad::detail
