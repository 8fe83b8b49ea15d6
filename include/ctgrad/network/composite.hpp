// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/branch.hpp>
#include <ctgrad/simd/elementwise.hpp>

namespace ctgrad
{

namespace detail
{

/// Number `Layer` and the name of a tensor, "2.weight".
struct numbered_name
{
    std::array<char, 32> characters{};
    int size = 0;

    constexpr numbered_name() = default;
    constexpr numbered_name(int layer, std::string_view name)
    {
        int power = 1;
        while (layer / power > 9)
        {
            power *= 10;
        }
        for (; power > 0; power /= 10)
        {
            add(static_cast<char>('0' + layer / power % 10));
        }
        add('.');
        for (const char character : name)
        {
            add(character);
        }
    }

    constexpr std::string_view view() const
    {
        return {characters.data(), static_cast<std::size_t>(size)};
    }

private:
    constexpr void add(char character) { characters[static_cast<std::size_t>(size++)] = character; }
};

/// A layer of several branches, all of which get its input; `Join` makes one of their outputs, and takes the
/// gradient apart again.
template <class T, placement In, class Join, class... Branches>
struct joined_branches
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
    static constexpr std::size_t count = sizeof...(Branches);
    using results =
        std::array<typename std::tuple_element_t<0, std::tuple<Branches...>>::result, count>;

    /// What lies before each branch's part of a block in which each has so much.
    static constexpr std::array<int, count> offsets(std::array<int, count> sizes)
    {
        std::array<int, count> before{};
        for (std::size_t i = 1; i < count; ++i)
        {
            before[i] = before[i - 1] + sizes[i - 1];
        }
        return before;
    }
    static constexpr auto parameters_at = offsets({Branches::parameters...});
    static constexpr auto state_at = offsets({Branches::state...});
    static constexpr auto kept_at = offsets({Branches::kept...});
    static constexpr auto scratch_at = offsets({Branches::scratch...});

    /// Calls `body.operator()<Branch, Index>()` for each branch.
    CTGRAD_ALWAYS_INLINE static constexpr void for_each_branch(const auto& body)
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) CTGRAD_INLINE_LAMBDA
        { (body.template operator()<Branches, I>(), ...); }(std::make_index_sequence<count>{});
    }

    /// Calls with each layer that has parameters, its place in the block and its number.
    static constexpr void for_each_layer(const auto& body)
    {
        int number = 0;
        for_each_branch(
            [&]<class Branch, std::size_t I>()
            {
                Branch::passes::for_each_layer(
                    [&]<class Layer>(hana::basic_type<Layer> layer, const layer_place& place)
                    {
                        body(layer, parameters_at[I] + place.parameters, number);
                        number += is_conversion<Layer> ? 0 : 1;
                    });
            });
    }

    static constexpr int tensor_count = []
    {
        int tensors = 0;
        for_each_layer([&]<class Layer>(hana::basic_type<Layer>, int, int)
                       { tensors += static_cast<int>(Layer::tensors.size()); });
        return tensors;
    }();

    static constexpr auto names = []
    {
        std::array<numbered_name, static_cast<std::size_t>(tensor_count)> made{};
        std::size_t next = 0;
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int, int number)
            {
                for (const tensor_info& tensor : Layer::tensors)
                {
                    made[next++] = numbered_name(number, tensor.name);
                }
            });
        return made;
    }();

public:
    static constexpr auto tensors = []
    {
        std::array<tensor_info, static_cast<std::size_t>(tensor_count)> made{};
        std::size_t next = 0;
        int stored = 0;
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int place, int)
            {
                // Layers begin at cache lines: what is skipped belongs to the tensor before.
                if (next > 0)
                {
                    made[next - 1].stored += place - stored;
                    stored = place;
                }
                for (const tensor_info& tensor : Layer::tensors)
                {
                    made[next] = tensor;
                    made[next].name = names[next].view();
                    stored += tensor.stored;
                    ++next;
                }
            });
        return made;
    }();

    static void initialise(T* parameters, random_engine& engine)
    {
        for_each_layer([&]<class Layer>(hana::basic_type<Layer>, int place, int)
                       { Layer::initialise(parameters + place, engine); });
    }

    static void export_tensors(const T* parameters, T* to)
    {
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int place, int)
            {
                Layer::export_tensors(parameters + place, to);
                to += logical_parameters<Layer>();
            });
    }

    static void import_tensors(const T* from, T* parameters)
    {
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, int place, int)
            {
                Layer::import_tensors(from, parameters + place);
                from += logical_parameters<Layer>();
            });
    }

    template <class Rows>
    CTGRAD_ALWAYS_INLINE static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride,
                                           T* y, Rows rows, T* scratch_memory, T* memory = nullptr)
    {
        results outputs{};
        for_each_branch(
            [&]<class Branch, std::size_t I>() CTGRAD_INLINE_LAMBDA
            {
                const auto found =
                    Branch::infer(parameters + parameters_at[I], x, x_stride, rows,
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
                const auto found = Branch::forward(parameters + parameters_at[I], x, x_stride,
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
                        parameters + parameters_at[I], x, x_stride,
                        kept_of<I>(kept_values, rows, context), gradients + parameters_at[I], rows,
                        context_of<I>(context), dx != nullptr);
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
        return {mix_bits(context.key + I), context.sequences,
                context.memory + context.sequences * state_at[I], context.scratch};
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

} // namespace detail

template <auto... Layers>
struct chain;

namespace detail
{

/// The branch that a layer is, with all layers of a chain.
template <class T, placement In, row_format Out, pass_size Size, auto Layer,
          class Type = std::remove_cvref_t<decltype(Layer)>>
struct branch_of
{
    using type = branch<T, In, Out, Size, Layer>;
};

template <class T, placement In, row_format Out, pass_size Size, auto Layer, auto... Layers>
struct branch_of<T, In, Out, Size, Layer, chain<Layers...>>
{
    using type = branch<T, In, Out, Size, Layers...>;
};

/// A layer that is made of others.
template <auto... Layers>
struct holder
{
    static constexpr bool holds_layers = true;
    static constexpr bool looks_at_pass_size = (detail::looks_at_pass_size<Layers> || ...);
};

} // namespace detail

/// Layers one behind the other as one layer, and as a branch of others: `chain<dense{32}, swish>{}`.
template <auto... Layers>
struct chain : detail::holder<Layers...>
{
    static constexpr std::string_view name = "chain";

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return Given;
    }

    template <class T, placement In, pass_size Size>
    using sized_implementation =
        detail::joined_layer<T, In, detail::add_outputs,
                             detail::branch<T, In, In.format, Size, Layers...>>;
};

/// x plus what layers make of it: `residual<dense{64}, relu, dense{64}>{}`.
/// Shapes     x (B, ...) -> y of the same shape, which the layers must give
/// Errors     compile time: the layers give another shape than they get
/// Source     He, Zhang, Ren, Sun (2016), Deep residual learning for image recognition
template <auto... Layers>
struct residual : detail::holder<Layers...>
{
    static constexpr std::string_view name = "residual";

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return Given;
    }

    template <class T, placement In, pass_size Size>
    using sized_implementation =
        detail::joined_layer<T, In, detail::add_outputs, detail::branch<T, In, In.format, Size>,
                             detail::branch<T, In, In.format, Size, Layers...>>;
};

/// The sum of several branches, each a layer or a `chain<...>{}`: `add_up<dense{8}, chain<...>{}>{}`.
/// Shapes     x (B, ...) -> y of the shape that all branches give
/// Errors     compile time: branches of different shapes
template <auto... Branches>
struct add_up : detail::holder<Branches...>
{
    static constexpr std::string_view name = "add_up";

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return Given;
    }

    template <class T, placement In, pass_size Size>
    using sized_implementation =
        detail::joined_layer<T, In, detail::add_outputs,
                             typename detail::branch_of<T, In, In.format, Size, Branches>::type...>;
};

/// A formula of what several branches give, with one branch for each variable in the order of
/// `variables_of`: `combine<swiglu, dense{64}, dense{64}>{}` is a gated unit.
/// Shapes     x (B, ...) -> y of the shape that all branches give
/// Errors     compile time: as many branches as variables, of one shape; no parameters, a value for each
///            element. A branch that is the input itself is `chain<>{}`
template <auto Formula, auto... Branches>
struct combine : detail::holder<Branches...>
{
    static constexpr std::string_view name = "combine";

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return {Given.extents};
    }

    template <class T, placement In, pass_size Size>
    struct checked
        : detail::joined_layer<
              T, In, detail::combine_outputs<Formula>,
              typename detail::branch_of<T, In, row_format::rows, Size, Branches>::type...>
    {
        static constexpr bool has_variables = variable_count<Formula> == sizeof...(Branches) &&
                                              parameter_count<Formula> == 0 &&
                                              !is_row_value<Formula>;
        static_assert(
            has_variables,
            "combine<formula, branches...> needs a formula with one variable for each branch, "
            "no parameters and a value for each element; see "
            "docs/errors.md#combine-variables");
    };

    template <class T, placement In, pass_size Size>
    using sized_implementation = checked<T, In, Size>;
};

/// What several branches give, side by side; of images their channels: `concatenate<a, b>{}`.
/// Shapes     x (B, ...) -> y (B, sum of the first extents, ...)
/// Errors     compile time: branches whose other extents differ
template <auto... Branches>
struct concatenate : detail::holder<Branches...>
{
    static constexpr std::string_view name = "concatenate";

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size)
    {
        return {Given.extents};
    }

    template <class T, placement In, pass_size Size>
    struct checked
        : detail::joined_layer<
              T, In, detail::concatenate_outputs,
              typename detail::branch_of<T, In, row_format::rows, Size, Branches>::type...>
    {
        static constexpr bool fit = checked::output.rank > 0;
        static_assert(fit,
                      "branches of concatenate<...> give shapes that differ in the first extent at "
                      "most; see docs/errors.md#branch-shapes");
    };

    template <class T, placement In, pass_size Size>
    using sized_implementation = checked<T, In, Size>;
};

} // namespace ctgrad
