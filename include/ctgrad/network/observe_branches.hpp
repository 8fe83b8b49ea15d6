// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/branches_of.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>

#include <vector>

namespace ctgrad::detail
{

/// Shows an observer (network/pipeline_passes.hpp) the layers that a layer holds: takes the layer's rows
/// through them, as its own pass will do, which does not show them.
template <class Layer, class T>
    requires(!std::same_as<branches_of<Layer>, branch_list<>>)
void observe_branches(const T* parameters, const auto& in, std::ptrdiff_t rows,
                      const keeping_context<T>& context, const auto& observer)
{
    keeping_context<T> own = context;
    // What is remembered of sequences changes on the way, so it is a copy.
    std::vector<T> memory(static_cast<std::size_t>(context.sequences * state_size<Layer>));
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
                                    rows, own.part(mix_bits(context.key + index), state), observer);
        }
        parameters += Branch::parameters;
        state += Branch::state;
        ++index;
    };
    [&]<class... Branches>(branch_list<Branches...>)
    { (pass(hana::basic_type<Branches>{}), ...); }(branches_of<Layer>{});
}

/// Other layers hold none.
template <class Layer>
void observe_branches(const auto&...)
{
}

} // namespace ctgrad::detail
