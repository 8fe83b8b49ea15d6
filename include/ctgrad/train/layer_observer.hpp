// SPDX-License-Identifier: BSL-1.0
#pragma once

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
        {
            if constexpr (!is_conversion<Layer>)
            {
                layer_facts& own = facts_[next_];
                next_ = (next_ + 1) % facts_.size(); // behind the last layer comes another pass
                if constexpr (is_formula_layer<Layer>)
                {
                    own.statistics.template add<Layer>(parameters, in.rows, rows, flat_below_);
                }
                if constexpr (!std::same_as<branches_of<Layer>, branch_list<>>)
                {
                    look_into<state_size<Layer>>(parameters, in, rows, context,
                                                 branches_of<Layer>{});
                }
            }
        };
    }

private:
    /// Takes rows through layers that are held by one, as its own pass will do, which does not show them.
    template <int State, class... Branches>
    void look_into(const T* parameters, const auto& in, std::ptrdiff_t rows,
                   const keeping_context<T>& context, branch_list<Branches...>)
    {
        keeping_context<T> own = context;
        // What is remembered of sequences changes on the way, so it is a copy.
        std::vector<T> memory(static_cast<std::size_t>(context.sequences * State));
        if (context.memory != nullptr)
        {
            std::copy_n(context.memory, memory.size(), memory.begin());
            own.memory = memory.data();
        }
        std::uint64_t index = 0;
        int state = 0;
        const auto pass = [&]<class Branch>(hana::basic_type<Branch>)
        {
            if constexpr (!Branch::is_identity)
            {
                constexpr std::ptrdiff_t block = simd::batch<T>::size;
                const std::ptrdiff_t room =
                    (rows + Branch::steps_before * context.sequences + block - 1) / block * block;
                aligned_buffer<T> values(static_cast<std::size_t>(room * Branch::memory.values()));
                aligned_buffer<T> kept(static_cast<std::size_t>(room * Branch::memory.kept));
                Branch::passes::forward(parameters, in.rows, in.stride,
                                        {values.data(), kept.data(), nullptr, nullptr, room, room},
                                        rows, own.part(mix_bits(context.key + index), state),
                                        function());
            }
            parameters += Branch::parameters;
            state += Branch::state;
            ++index;
        };
        (pass(hana::basic_type<Branches>{}), ...);
    }

    double flat_below_;
    std::vector<layer_facts> facts_ = facts_of_layers<Network, Named>();
    std::size_t next_ = 0;
};

} // namespace ctgrad::detail
