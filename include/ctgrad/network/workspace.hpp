// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/losses.hpp>
#include <ctgrad/network/network.hpp>

namespace ctgrad
{

/// What a batch cost, and how many of its rows had their largest output in the right place.
struct batch_result
{
    double loss = 0.0;
    std::ptrdiff_t correct = 0;
    std::ptrdiff_t rows = 0;
};

namespace detail
{

/// Loss of a row and gradient of the prediction times a factor.
inline constexpr parameter<"gradient factor"> gradient_factor{1.0};

template <auto Loss>
using loss_program =
    program<Loss, pullback_of<std::remove_cvref_t<decltype(Loss)>,
                              std::remove_cvref_t<decltype(gradient_factor)>, "prediction">{
                      Loss, gradient_factor}>;

template <auto Loss>
constexpr void check_loss()
{
    constexpr bool is_formula = expression<decltype(Loss)>;
    static_assert(is_formula, "a loss is a formula of symbols::prediction and symbols::target; see "
                              "docs/errors.md#loss");
    if constexpr (is_formula)
    {
        constexpr bool known = []
        {
            const name_list& names = variables_of<decltype(Loss)>;
            for (int i = 0; i < names.size; ++i)
            {
                if (names[i] != "prediction" && names[i] != "target")
                {
                    return false;
                }
            }
            return parameters_of<decltype(Loss)>.size == 0;
        }();
        static_assert(known, "a loss has no variables but symbols::prediction and "
                             "symbols::target, and no parameters; see docs/errors.md#loss");
        static_assert(is_row_value<Loss>,
                      "a loss needs one value for a row: take the mean or the sum; see "
                      "docs/errors.md#loss");
    }
}

template <auto Loss, class T, int Size>
T loss_of_row(const T* prediction, const T* target, T factor, T* dprediction)
{
    using loss = loss_program<Loss>;
    std::array<const T*, static_cast<std::size_t>(loss::variables.size)> inputs{};
    for (int i = 0; i < loss::variables.size; ++i)
    {
        inputs[static_cast<std::size_t>(i)] =
            loss::variables[i] == "prediction" ? prediction : target;
    }
    T value;
    simd::evaluator<loss, T, aliasing::none>(inputs, {&value, dprediction}, &factor).run(Size);
    return value;
}

template <class T>
std::ptrdiff_t largest(const T* row, int size)
{
    return std::max_element(row, row + size) - row;
}

} // namespace detail

/// Memory of a training step for one network: rows between the layers, what backward needs of
/// forward, and the gradients of all parameters. Allocated once; a step allocates nothing.
template <class Network>
class training_workspace
{
public:
    using T = typename Network::value_type;

    training_workspace()
        : values_(buffer_offset(memory.buffers)),
          kept_(static_cast<std::size_t>(tile_rows) * memory.kept),
          first_(static_cast<std::size_t>(tile_rows) * memory.widest),
          second_(static_cast<std::size_t>(tile_rows) * memory.widest),
          gradients_(static_cast<std::size_t>(memory.parameters)),
          scratch_(static_cast<std::size_t>(memory.scratch))
    {
    }

    /// How much memory that is.
    static constexpr std::size_t size_in_bytes()
    {
        const std::size_t numbers_of_row =
            static_cast<std::size_t>(memory.kept) + 2 * static_cast<std::size_t>(memory.widest);
        return sizeof(T) * (buffer_offset(memory.buffers) +
                            static_cast<std::size_t>(tile_rows) * numbers_of_row +
                            static_cast<std::size_t>(memory.parameters) +
                            static_cast<std::size_t>(memory.scratch));
    }

    /// Gradients of the mean loss, in the layout of the network's parameter block.
    std::span<T> gradients() { return {gradients_.data(), gradients_.size()}; }

    /// Adds the gradients of the mean loss over these rows to `gradients()`.
    /// `key` is the seed of what is random in this step (dropout).
    /// Errors     throws size_error unless there is a target for each input, of the network's sizes
    template <auto Loss>
    batch_result add_gradients(const Network& net, rows_view<const T> inputs,
                               rows_view<const T> targets, std::uint64_t key)
    {
        detail::check_loss<Loss>();
        check_sizes(inputs, targets);
        batch_result result = add_part<Loss>(net, inputs, targets, key, inputs.rows);
        result.loss /= static_cast<double>(inputs.rows);
        return result;
    }

    /// Adds what these rows contribute to the gradients of the mean loss over a batch of
    /// `batch_rows`; `loss` of the result is their sum. The key is that of the batch plus the number of
    /// rows before these. Sizes are not checked.
    template <auto Loss>
    batch_result add_part(const Network& net, rows_view<const T> inputs, rows_view<const T> targets,
                          std::uint64_t key, std::ptrdiff_t batch_rows)
    {
        batch_result result;
        const T factor = T(1) / static_cast<T>(batch_rows);
        for (std::ptrdiff_t row = 0; row < inputs.rows; row += tile_rows)
        {
            const std::ptrdiff_t count = std::min<std::ptrdiff_t>(tile_rows, inputs.rows - row);
            const rows_view<const T> x = inputs.slice(row, count);
            forward(net, x, mix_bits(key + static_cast<std::uint64_t>(row)));
            take_loss<Loss>(targets.slice(row, count), factor, result);
            backward(net, x, detail::no_update{});
        }
        result.rows = inputs.rows;
        return result;
    }

    /// Gradients of the mean loss over at most `tile_rows` rows, each given away as soon as nothing else
    /// needs its weight: `update(weights, some)`, once for each part of the network's parameter block,
    /// may change the weights. `gradients()` have to be zero, and stay so.
    /// Sizes are not checked.
    template <auto Loss>
    batch_result give_gradients(const Network& net, rows_view<const T> inputs,
                                rows_view<const T> targets, std::uint64_t key, const auto& update)
    {
        detail::check_loss<Loss>();
        batch_result result;
        forward(net, inputs, mix_bits(key));
        take_loss<Loss>(targets, T(1) / static_cast<T>(inputs.rows), result);
        backward(net, inputs, update);
        result.rows = inputs.rows;
        result.loss /= static_cast<double>(inputs.rows);
        return result;
    }

    /// Errors     throws size_error unless there is a target for each input, of the network's sizes
    static void check_sizes(rows_view<const T> inputs, rows_view<const T> targets)
    {
        if (inputs.columns != Network::input_size || targets.columns != Network::output_size ||
            inputs.rows != targets.rows)
        {
            const auto name = [](std::ptrdiff_t rows, std::ptrdiff_t columns)
            { return std::to_string(rows) + " rows of " + std::to_string(columns); };
            throw size_error("ctgrad: a network of " + std::to_string(Network::input_size) +
                             " inputs and " + std::to_string(Network::output_size) +
                             " outputs cannot learn from " + name(inputs.rows, inputs.columns) +
                             " inputs and " + name(targets.rows, targets.columns) + " targets");
        }
    }

    /// How many rows go through all layers at once.
    static constexpr std::ptrdiff_t tile_rows = 128;

private:
    static constexpr auto memory = Network::memory;

    static constexpr std::size_t buffer_offset(int buffer)
    {
        std::size_t offset = 0;
        for (int i = 0; i < buffer; ++i)
        {
            offset += static_cast<std::size_t>(tile_rows) *
                      static_cast<std::size_t>(memory.buffer_strides[static_cast<std::size_t>(i)]);
        }
        return offset;
    }

    T* buffer(int index) { return values_.data() + buffer_offset(index); }

    /// Whether a layer before this one has something to learn, so that it needs a gradient.
    static constexpr bool is_learnt_before(int parameters) { return parameters > 0; }

    void forward(const Network& net, rows_view<const T> inputs, std::uint64_t key)
    {
        if constexpr (memory.copies_input)
        {
            constexpr int stride = row_stride<T>(Network::input_size);
            for (std::ptrdiff_t row = 0; row < inputs.rows; ++row)
            {
                std::copy_n(inputs.data + row * inputs.stride, Network::input_size,
                            buffer(0) + row * stride);
            }
        }
        std::uint64_t layer_key = key;
        Network::for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
            {
                const T* const parameters = net.parameters().data() + place.parameters;
                layer_key = mix_bits(layer_key);
                if constexpr (!Layer::in_place)
                {
                    const input_rows x = input_of(place, inputs);
                    detail::infer<Layer>(parameters, x.data, x.stride, buffer(place.output_buffer),
                                         inputs.rows, scratch_.data());
                }
                else if constexpr (!detail::passes_nothing<Layer>)
                {
                    Layer::forward(parameters, buffer(place.output_buffer),
                                   kept_.data() + tile_rows * place.kept, inputs.rows,
                                   pass_context{layer_key});
                }
            });
    }

    template <auto Loss>
    void take_loss(rows_view<const T> targets, T factor, batch_result& result)
    {
        constexpr int size = Network::output_size;
        constexpr int stride = row_stride<T>(size);
        const T* const predictions = buffer(memory.layers.back().output_buffer);
        for (std::ptrdiff_t row = 0; row < targets.rows; ++row)
        {
            const T* const prediction = predictions + row * stride;
            const T* const target = targets.data + row * targets.stride;
            result.loss += static_cast<double>(detail::loss_of_row<Loss, T, size>(
                prediction, target, factor, first_.data() + row * stride));
            result.correct +=
                detail::largest(prediction, size) == detail::largest(target, size) ? 1 : 0;
        }
        clear_padding(first_.data(), size, targets.rows);
    }

    void backward(const Network& net, rows_view<const T> inputs, const auto& update)
    {
        T* dy = first_.data();
        T* dx = second_.data();
        Network::for_each_layer_backwards(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
            {
                const T* const parameters = net.parameters().data() + place.parameters;
                T* const gradients = gradients_.data() + place.parameters;
                if constexpr (!Layer::in_place)
                {
                    const input_rows x = input_of(place, inputs);
                    const bool wanted = is_learnt_before(place.parameters);
                    detail::backward<Layer>(parameters, x.data, x.stride, dy, wanted ? dx : nullptr,
                                            gradients, inputs.rows, scratch_.data(), update);
                    std::swap(dy, dx);
                }
                else if constexpr (!detail::passes_nothing<Layer>)
                {
                    if (is_learnt_before(place.parameters) || stored_parameters<Layer>() > 0)
                    {
                        detail::backward<Layer>(parameters, kept_.data() + tile_rows * place.kept,
                                                dy, gradients, inputs.rows, update);
                    }
                }
            });
    }

    struct input_rows
    {
        const T* data;
        std::ptrdiff_t stride;
    };

    input_rows input_of(const layer_place& place, rows_view<const T> inputs)
    {
        if (place.input_buffer < 0)
        {
            return {inputs.data, inputs.stride};
        }
        return {buffer(place.input_buffer), row_stride<T>(place.input_size)};
    }

    aligned_buffer<T> values_;
    aligned_buffer<T> kept_;
    aligned_buffer<T> first_;
    aligned_buffer<T> second_;
    aligned_buffer<T> gradients_;
    aligned_buffer<T> scratch_;
};

} // namespace ctgrad
