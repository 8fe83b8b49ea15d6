// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/branch.hpp>
#include <ctgrad/simd/elementwise.hpp>

namespace ctgrad::detail
{

// How a layer of several branches makes one output of theirs, and takes the gradient apart again.

/// Whether all branches give the same shape.
template <class First, class... Others>
inline constexpr bool same_outputs = ((First::output == Others::output) && ...);

/// The sum of what branches give.
struct add_outputs
{
    template <class First, class... Others>
    static constexpr placement output()
    {
        constexpr bool same = same_outputs<First, Others...>;
        static_assert(same,
                      "what is added up needs one shape: the layers of residual<...>, or of each "
                      "branch of add_up<...>, give as many numbers as the others get; see "
                      "docs/errors.md#branch-shapes");
        return First::output;
    }

    /// Calls with the places of one row, or of everything in other formats, and how many numbers those are.
    template <class T, class First>
    CTGRAD_ALWAYS_INLINE static void for_each_run(auto rows, const auto& body)
    {
        constexpr placement place = First::output;
        if constexpr (place.format == row_format::rows)
        {
            for (std::ptrdiff_t row = 0; row < rows; ++row)
            {
                body(row, place.extents.size());
            }
        }
        else
        {
            body(std::ptrdiff_t{0}, numbers_of_rows<T>(place, rows));
        }
    }

    template <class T, class First, class... Others>
    CTGRAD_ALWAYS_INLINE static void join(const auto& outputs, auto rows, T* y)
    {
        constexpr int stride = row_stride<T>(First::output.extents.size());
        for_each_run<T, First>(
            rows,
            [&](std::ptrdiff_t row, std::ptrdiff_t numbers) CTGRAD_INLINE_LAMBDA
            {
                T* const to = y + row * stride;
                std::copy_n(outputs[0].rows + row * outputs[0].stride, numbers, to);
                for (std::size_t k = 1; k <= sizeof...(Others); ++k)
                {
                    const T* const from = outputs[k].rows + row * outputs[k].stride;
                    for (std::ptrdiff_t i = 0; i < numbers; ++i)
                    {
                        to[i] += from[i];
                    }
                }
            });
    }

    template <class T, class First, class... Others>
    static void split(const auto&, std::ptrdiff_t rows, const T* dy, const auto& output_gradients,
                      T* dx)
    {
        const std::ptrdiff_t numbers = numbers_of_rows<T>(First::output, rows);
        for (T* const gradients : output_gradients)
        {
            if (gradients != nullptr)
            {
                std::copy_n(dy, numbers, gradients);
            }
            else
            {
                for (std::ptrdiff_t i = 0; i < numbers && dx != nullptr; ++i)
                {
                    dx[i] += dy[i];
                }
            }
        }
    }
};

/// What branches give, side by side: the first of several extents becomes longer.
struct concatenate_outputs
{
    template <class First, class... Others>
    static constexpr placement output()
    {
        shape joined = First::output.extents;
        bool fit = true;
        const auto append = [&](shape other)
        {
            fit = fit && other.rank == joined.rank;
            for (std::size_t i = 1; i < static_cast<std::size_t>(joined.rank); ++i)
            {
                fit = fit && other.extents[i] == joined.extents[i];
            }
            joined.extents[0] += other.extents[0];
        };
        (append(Others::output.extents), ...);
        return {fit ? joined : shape{}};
    }

    template <class T, class... Branches>
    CTGRAD_ALWAYS_INLINE static void join(const auto& outputs, auto rows, T* y)
    {
        constexpr std::array sizes{Branches::output.extents.size()...};
        constexpr int size = (0 + ... + Branches::output.extents.size());
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            T* to = y + row * row_stride<T>(size);
            for (std::size_t k = 0; k < sizes.size(); ++k)
            {
                to = std::copy_n(outputs[k].rows + row * outputs[k].stride, sizes[k], to);
            }
        }
    }

    template <class T, class... Branches>
    static void split(const auto&, std::ptrdiff_t rows, const T* dy, const auto& output_gradients,
                      T* dx)
    {
        constexpr std::array sizes{Branches::output.extents.size()...};
        constexpr int size = (0 + ... + Branches::output.extents.size());
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            const T* from = dy + row * row_stride<T>(size);
            for (std::size_t k = 0; k < sizes.size(); ++k)
            {
                const std::ptrdiff_t at = row * row_stride<T>(sizes[k]);
                if (T* const gradients = output_gradients[k])
                {
                    std::copy_n(from, sizes[k], gradients + at);
                }
                else
                {
                    for (int i = 0; i < sizes[k] && dx != nullptr; ++i)
                    {
                        dx[at + i] += from[i];
                    }
                }
                from += sizes[k];
            }
        }
        for (std::size_t k = 0; k < sizes.size(); ++k)
        {
            if (output_gradients[k] != nullptr)
            {
                clear_padding(output_gradients[k], sizes[k], rows);
            }
        }
    }
};

/// A formula of what branches give, one for each variable.
template <auto Formula>
struct combine_outputs
{
    template <class First, class... Others>
    static constexpr placement output()
    {
        constexpr bool same = same_outputs<First, Others...>;
        static_assert(same, "branches of combine<formula, ...> give the same shape; see "
                            "docs/errors.md#branch-shapes");
        return First::output;
    }

    template <class T, class... Branches>
    CTGRAD_ALWAYS_INLINE static void join(const auto& outputs, auto rows, T* y)
    {
        constexpr int size = size_of<Branches...>;
        using forward_program = program<Formula>;
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            pointers_to_inputs<forward_program, T> inputs{};
            for (std::size_t k = 0; k < inputs.size(); ++k)
            {
                inputs[k] = outputs[k].rows + row * outputs[k].stride;
            }
            run_program<forward_program, T>(inputs, {y + row * row_stride<T>(size)}, nullptr, size);
        }
    }

    template <class T, class... Branches>
    static void split(const auto& outputs, std::ptrdiff_t rows, const T* dy,
                      const auto& output_gradients, T* dx)
    {
        constexpr int size = size_of<Branches...>;
        constexpr int stride = row_stride<T>(size);
        using backward_program = typename programs<Formula>::backward;
        constexpr const name_list& variables = variables_of<decltype(Formula)>;
        // An output that is the input itself has its gradient added to the others'.
        alignas(64) T of_input[sizeof...(Branches)][stride];
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            pointers_to_inputs<backward_program, T> inputs{};
            pointers_to_outputs<backward_program, T> gradients{};
            const auto place = [&](std::string_view name, const T* data)
            {
                const int index = backward_program::variables.find(name);
                if (index >= 0)
                {
                    inputs[static_cast<std::size_t>(index)] = data;
                }
            };
            place(incoming<Formula>::name.view(), dy + row * stride);
            for (std::size_t k = 0; k < gradients.size(); ++k)
            {
                place(variables[static_cast<int>(k)], outputs[k].rows + row * outputs[k].stride);
                gradients[k] = output_gradients[k] != nullptr ? output_gradients[k] + row * stride
                                                              : of_input[k];
            }
            run_program<backward_program, T>(inputs, gradients, nullptr, size);
            for (std::size_t k = 0; k < gradients.size() && dx != nullptr; ++k)
            {
                for (int i = 0; i < size && output_gradients[k] == nullptr; ++i)
                {
                    dx[row * stride + i] += of_input[k][i];
                }
            }
        }
        for (T* const gradients : output_gradients)
        {
            if (gradients != nullptr)
            {
                clear_padding(gradients, size, rows);
            }
        }
    }

private:
    template <class First, class... Others>
    static constexpr int size_of = First::output.extents.size();
};

} // namespace ctgrad::detail
