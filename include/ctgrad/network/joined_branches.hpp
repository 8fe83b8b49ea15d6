// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/branch_parameters.hpp>

namespace ctgrad::detail
{

/// A layer of several branches, all of which get its input; `Join` makes one of their outputs, and takes the
/// gradient apart again.
template <class T, placement In, class Join, class... Branches>
struct joined_branches : branch_parameters<T, Branches...>
{
    static constexpr placement placed_output = Join::template output<Branches...>();
    static constexpr shape output = placed_output.extents;
    static constexpr row_format output_format = placed_output.format;
    static constexpr bool in_place = false;
    /// At least one number, so that passes of training have the context.
    static constexpr int kept = std::max((0 + ... + Branches::kept), row_stride<T>(1));
    static constexpr int scratch = (0 + ... + Branches::scratch);
    static constexpr long long multiply_adds = (0LL + ... + Branches::multiply_adds);

private:
    using base = branch_parameters<T, Branches...>;
    using base::for_each_branch;
    static constexpr std::size_t count = sizeof...(Branches);
    using results =
        std::array<typename std::tuple_element_t<0, std::tuple<Branches...>>::result, count>;

    static constexpr auto state_at = offsets_of(std::array{Branches::state...});
    static constexpr auto kept_at = offsets_of(std::array{Branches::kept...});
    static constexpr auto scratch_at = offsets_of(std::array{Branches::scratch...});

public:
    template <class Rows>
    CTGRAD_ALWAYS_INLINE static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride,
                                           T* y, Rows rows, T* scratch_memory, T* memory = nullptr)
    {
        results outputs{};
        for_each_branch(
            [&]<class Branch, std::size_t I>() CTGRAD_INLINE_LAMBDA
            {
                const auto found =
                    Branch::infer(parameters + base::parameters_at[I], x, x_stride, rows,
                                  scratch_memory + scratch_at[I], memory + state_at[I]);
                outputs[I] = {found.rows, found.stride};
            });
        Join::template join<T, Branches...>(outputs, rows, y);
    }

    static void forward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                        T* kept_values, std::ptrdiff_t rows, const keeping_context<T>& context)
    {
        results outputs{};
        for_each_branch(
            [&]<class Branch, std::size_t I>()
            {
                const auto found = Branch::forward(parameters + base::parameters_at[I], x, x_stride,
                                                   kept_of<I>(kept_values, rows, context), rows,
                                                   context_of<I>(context));
                outputs[I] = {found.rows, found.stride};
            });
        Join::template join<T, Branches...>(outputs, rows, y);
    }

    static void backward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* kept_values,
                         const T* dy, T* dx, T* gradients, std::ptrdiff_t rows,
                         const keeping_context<T>& context)
    {
        results outputs{};
        std::array<T*, count> output_gradients{};
        for_each_branch(
            [&]<class Branch, std::size_t I>()
            {
                T* const own = kept_of<I>(kept_values, rows, context);
                const auto found = Branch::outputs(x, x_stride, own, rows, context.sequences);
                outputs[I] = {found.rows, found.stride};
                if constexpr (!Branch::is_identity)
                {
                    output_gradients[I] = Branch::output_gradients(own, rows, context.sequences);
                }
            });
        // Gradients of an input that is an output go straight there.
        const std::ptrdiff_t numbers = numbers_of_rows<T>(In, rows);
        if (dx != nullptr)
        {
            std::fill_n(dx, numbers, T(0));
        }
        Join::template split<T, Branches...>(outputs, rows, dy, output_gradients, dx);
        for_each_branch(
            [&]<class Branch, std::size_t I>()
            {
                if constexpr (!Branch::is_identity)
                {
                    const T* const more = Branch::backward(
                        parameters + base::parameters_at[I], x, x_stride,
                        kept_of<I>(kept_values, rows, context), gradients + base::parameters_at[I],
                        rows, context_of<I>(context), dx != nullptr);
                    for (std::ptrdiff_t i = 0; i < numbers && dx != nullptr; ++i)
                    {
                        dx[i] += more[i];
                    }
                }
            });
    }

private:
    template <std::size_t I>
    static T* kept_of(T* kept_values, std::ptrdiff_t rows, const keeping_context<T>& context)
    {
        constexpr std::ptrdiff_t block = simd::batch<T>::size;
        constexpr int before = std::max({Branches::steps_before...});
        const std::ptrdiff_t room = (rows + before * context.sequences + block - 1) / block * block;
        return kept_values + room * kept_at[I];
    }

    template <std::size_t I>
    static keeping_context<T> context_of(const keeping_context<T>& context)
    {
        return context.part(mix_bits(context.key + I), state_at[I]);
    }
};

/// The same with a branch that remembers what it has seen of a sequence.
template <class T, placement In, class Join, class... Branches>
struct joined_branches_with_memory : joined_branches<T, In, Join, Branches...>
{
    using base = joined_branches<T, In, Join, Branches...>;
    static constexpr int state = (0 + ... + Branches::state);
    static constexpr int steps_before = std::max({Branches::steps_before...});

    CTGRAD_ALWAYS_INLINE static void step(const T* parameters, const T* x, T* y, T* memory,
                                          T* scratch)
    {
        base::infer(parameters, x, 0, y, one_row{}, scratch, memory);
    }
};

template <class T, placement In, class Join, class... Branches>
using joined_layer = std::conditional_t<(0 + ... + Branches::state) != 0,
                                        joined_branches_with_memory<T, In, Join, Branches...>,
                                        joined_branches<T, In, Join, Branches...>>;

} // namespace ctgrad::detail
