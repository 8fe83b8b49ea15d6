// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/architecture.hpp>
#include <ctgrad/network/composite.hpp>
#include <ctgrad/network/prediction_buffers.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>
#include <ctgrad/tensor/matrix_view.hpp>

#include <string>
#include <tuple>
#include <vector>

namespace ctgrad
{

/// Layers one after another, for one element type. Shapes, offsets and sizes are constants of the
/// type; all parameters lie in one aligned block. Inference neither allocates nor throws nor locks,
/// so one network serves several threads.
template <class T, input Input, auto... Layers>
class basic_network
{
    static_assert(Input.extents.is_positive(),
                  "a network's input needs positive extents: input{784} or input{28, 28}; see "
                  "docs/errors.md#input-extents");

public:
    using value_type = T;
    /// The implementations of the layers, with what is between them; their parameters are the same for
    /// one row and for many.
    template <pass_size Size>
    using layers_for = typename detail::place_layers<
        T, placement{Input.extents}, row_format::rows,
        (detail::looks_at_pass_size<Layers> || ...) ? Size : pass_size::many_rows,
        std::make_index_sequence<sizeof...(Layers)>, Layers...>::type;
    using layers = layers_for<pass_size::many_rows>;

    static constexpr shape input_shape = Input.extents;
    static constexpr int input_size = input_shape.size();
    /// All passes through them.
    template <pass_size Size>
    using passes_for = detail::pipeline_passes<T, placement{Input.extents}, layers_for<Size>>;
    using passes = passes_for<pass_size::many_rows>;
    template <pass_size Size>
    static constexpr auto memory_for = passes_for<Size>::memory;
    static constexpr const auto& memory = passes::memory;
    static constexpr int output_size = layers::size > 0 ? memory.layers.back().output_size
                                                        : input_size;
    /// Whether a layer remembers what it has seen: then samples are steps of a sequence.
    static constexpr bool has_state = memory.state > 0;
    /// Learnable numbers, without padding.
    static constexpr int parameter_count = memory.logical_parameters;

    /// Rows that `predict` takes at once: as keep its buffers within 256 KiB, at least a block of rows if
    /// there are any, and at most 64.
    static constexpr int tile_rows = []
    {
        constexpr int block = memory.has_blocks ? simd::batch<T>::size : 1;
        const int row = memory.widest_in_turn[0] + memory.widest_in_turn[1];
        const int rows = (1 << 18) / (static_cast<int>(sizeof(T)) * std::max(row, 1));
        return std::clamp(rows / block * block, block, 64);
    }();

    static_assert(memory.buffers > 0,
                  "a network needs at least one layer that computes something; see "
                  "docs/errors.md#empty-network");

    /// Draws the initial parameters; the same seed gives the same bits.
    explicit basic_network(seed origin = {})
        : block_(static_cast<std::size_t>(memory.parameters)),
          state_(static_cast<std::size_t>(memory.state))
    {
        random_engine engine(mix_bits(origin.value));
        for_each_layer([&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
                       { Layer::initialise(block_.data() + place.parameters, engine); });
    }

    /// The parameter block, with padding (which is zero).
    std::span<T> parameters() { return {block_.data(), block_.size()}; }
    std::span<const T> parameters() const { return {block_.data(), block_.size()}; }

    /// The tensors in the order of export_parameters, each row-major.
    static constexpr auto parameter_tensors()
    {
        constexpr int count = []
        {
            int tensors = 0;
            for_each_layer([&]<class Layer>(hana::basic_type<Layer>, const layer_place&)
                           { tensors += static_cast<int>(Layer::tensors.size()); });
            return tensors;
        }();
        constexpr std::array<std::string_view, sizeof...(Layers)> names{name_of<Layers>()...};
        std::array<parameter_tensor, static_cast<std::size_t>(count)> table{};
        std::size_t next = 0;
        int index = 0;
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place&)
            {
                for (const tensor_info& tensor : Layer::tensors)
                {
                    table[next++] = {index,          names[static_cast<std::size_t>(index)],
                                     tensor.name,    tensor.rows,
                                     tensor.columns, tensor.role};
                }
                index += detail::is_conversion<Layer> ? 0 : 1;
            });
        return table;
    }

    /// How many numbers of the parameter block belong to each tensor, with the padding behind it.
    static std::vector<std::size_t> stored_tensor_sizes()
    {
        std::vector<std::size_t> sizes;
        std::size_t used = 0;
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
            {
                // Layers begin at cache lines: what is skipped belongs to the tensor before.
                if (!sizes.empty())
                {
                    sizes.back() += static_cast<std::size_t>(place.parameters) - used;
                }
                used = static_cast<std::size_t>(place.parameters);
                for (const tensor_info& tensor : Layer::tensors)
                {
                    sizes.push_back(static_cast<std::size_t>(tensor.stored));
                    used += sizes.back();
                }
            });
        if (!sizes.empty())
        {
            sizes.back() += static_cast<std::size_t>(memory.parameters) - used;
        }
        return sizes;
    }

    /// Copies all parameters out, row-major and without padding.
    /// Errors     throws size_error unless `values` has parameter_count elements
    void export_parameters(std::span<T> values) const
    {
        check_parameter_count(values.size());
        export_block(block_.data(), values.data());
    }

    /// The same for any block as long as that of the parameters, such as an optimiser's state.
    static void export_block(const T* block, T* to)
    {
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
            {
                Layer::export_tensors(block + place.parameters, to);
                to += logical_parameters<Layer>();
            });
    }

    /// Copies all parameters in, row-major and without padding.
    /// Errors     throws size_error unless `values` has parameter_count elements
    void import_parameters(std::span<const T> values)
    {
        check_parameter_count(values.size());
        import_block(values.data(), block_.data());
    }

    /// The same for any block; its padding stays as it is.
    static void import_block(const T* from, T* block)
    {
        for_each_layer(
            [&]<class Layer>(hana::basic_type<Layer>, const layer_place& place)
            {
                Layer::import_tensors(from, block + place.parameters);
                from += logical_parameters<Layer>();
            });
    }

    /// Outputs for some rows of input. Rows go through all layers in tiles that stay in cache, on
    /// the stack.
    /// Shapes     in (rows, input_size) with any stride, out (rows, output_size) with any stride
    /// Errors     none; allocates nothing
    CTGRAD_ALWAYS_INLINE void predict(rows_view<const T> in, rows_view<T> out) const noexcept
    {
        static_assert(!has_state,
                      "a network with memory takes one step of a sequence after the other: "
                      "net.step(x), or net.predict_sequence(in, out) from the first step; see "
                      "docs/errors.md#network-with-memory");
        // In line, as views are passed in memory: what is read there right after it was written waits
        // for all that came before.
        if (in.rows == 1)
        {
            predict_row(in.data, out.data);
        }
        else
        {
            predict_rows(in, out);
        }
    }

    /// Outputs for rows that follow each other: one row, or as many as the spans hold.
    /// Errors     throws size_error when the lengths are not those of equally many rows
    void predict(std::span<const T> in, std::span<T> out) const
    {
        const std::ptrdiff_t count = rows_in(in, out);
        predict(rows_view<const T>{in.data(), count, input_size},
                rows_view<T>{out.data(), count, output_size});
    }

    /// Output for one row.
    std::array<T, static_cast<std::size_t>(output_size)> predict(std::span<const T> row) const
    {
        std::array<T, static_cast<std::size_t>(output_size)> out;
        predict(row, std::span<T>(out));
        return out;
    }

    /// Output for the next step of a sequence. What layers remember lies in the network itself: for
    /// several sequences at once each has a copy of it. Without such layers, the same as `predict`.
    /// Errors     throws size_error unless there are input_size inputs; allocates nothing
    std::array<T, static_cast<std::size_t>(output_size)> step(std::span<const T> row)
    {
        std::array<T, static_cast<std::size_t>(output_size)> out;
        process(row, out);
        return out;
    }

    /// Outputs for the next steps, as many as the spans hold.
    /// Errors     throws size_error when the lengths are not those of equally many steps
    CTGRAD_ALWAYS_INLINE void process(std::span<const T> in, std::span<T> out)
    {
        const std::ptrdiff_t steps = rows_in(in, out);
        for (std::ptrdiff_t i = 0; i < steps; ++i)
        {
            take_step(in.data() + i * input_size, out.data() + i * output_size, state_.data());
        }
    }

    /// Forgets the sequence so far.
    void reset() noexcept { std::ranges::fill(state(), T(0)); }

    /// What the layers remember, which may be kept and put back.
    std::span<T> state() { return {state_.data(), state_.size()}; }
    std::span<const T> state() const { return {state_.data(), state_.size()}; }

    /// Outputs for a whole sequence, whatever the network has seen before.
    /// Shapes     in (steps, input_size) with any stride, out (steps, output_size) with any stride
    /// Errors     none; allocates nothing
    void predict_sequence(rows_view<const T> in, rows_view<T> out) const noexcept
    {
        alignas(64) std::array<T, static_cast<std::size_t>(std::max(memory.state, 1))> state{};
        for (std::ptrdiff_t i = 0; i < in.rows; ++i)
        {
            take_step(in.data + i * in.stride, out.data + i * out.stride, state.data());
        }
    }

    /// Calls `body(hana::basic_type<Implementation>, const layer_place&)` for each layer.
    static constexpr void for_each_layer(const auto& body) { passes::for_each_layer(body); }

    /// A line that says what the network is: element type apart, equal for equal networks.
    static std::string architecture()
    {
        return detail::architecture_text(input_shape, parameter_tensors());
    }

private:
    template <auto Layer>
    static constexpr std::string_view name_of()
    {
        if constexpr (expression<decltype(Layer)>)
        {
            return "activation";
        }
        else
        {
            return decltype(Layer)::name;
        }
    }

    static void check_parameter_count(std::size_t found)
    {
        if (found != static_cast<std::size_t>(parameter_count))
        {
            throw size_error("ctgrad: the network has " + std::to_string(parameter_count) +
                             " parameters, but the array has " + std::to_string(found));
        }
    }

    /// How many rows there are.
    CTGRAD_ALWAYS_INLINE static std::ptrdiff_t rows_in(std::span<const T> in, std::span<T> out)
    {
        const std::size_t rows = in.size() / static_cast<std::size_t>(input_size);
        if (in.size() != rows * static_cast<std::size_t>(input_size) ||
            out.size() != rows * static_cast<std::size_t>(output_size))
        {
            throw_size_error(in.size(), out.size());
        }
        return static_cast<std::ptrdiff_t>(rows);
    }

    [[noreturn, gnu::cold]] static void throw_size_error(std::size_t in, std::size_t out)
    {
        throw size_error("ctgrad: the network takes rows of " + std::to_string(input_size) +
                         " inputs and gives rows of " + std::to_string(output_size) +
                         " outputs, but has " + std::to_string(in) + " inputs and " +
                         std::to_string(out) + " outputs");
    }

    template <pass_size Size>
    using buffers_for =
        detail::prediction_buffers<T, passes_for<Size>, Size == pass_size::one_row ? 1 : tile_rows>;

    void predict_rows(rows_view<const T> in, rows_view<T> out) const noexcept
    {
        detail::with_buffers<buffers_for<pass_size::many_rows>>(
            [&](auto& buffers)
            {
                for (std::ptrdiff_t row = 0; row < in.rows; row += tile_rows)
                {
                    const std::ptrdiff_t count = std::min<std::ptrdiff_t>(tile_rows, in.rows - row);
                    const rows_view<const T> tile = in.slice(row, count);
                    if (count == 1)
                    {
                        // The bits of a row alone.
                        predict_row(tile.data, out.slice(row, count).data);
                    }
                    else
                    {
                        predict_tile<pass_size::many_rows>(tile, count, out.slice(row, count),
                                                           buffers);
                    }
                }
            });
    }

    /// The same for one row, with all that is small in line.
    void predict_row(const T* in, T* out) const noexcept
    {
        detail::with_buffers<buffers_for<pass_size::one_row>>(
            [&](auto& buffers) CTGRAD_INLINE_LAMBDA
            {
                predict_tile<pass_size::one_row>({in, 1, input_size}, detail::one_row{},
                                                 {out, 1, output_size}, buffers);
            });
    }

    /// The same for one step of a sequence.
    void take_step(const T* in, T* out, T* state) const noexcept
    {
        detail::with_buffers<buffers_for<pass_size::one_row>>(
            [&](auto& buffers) CTGRAD_INLINE_LAMBDA
            {
                predict_tile<pass_size::one_row>({in, 1, input_size}, detail::one_row{},
                                                 {out, 1, output_size}, buffers, state);
            });
    }

    /// `rows` is the number of rows, or one_row, which may be one step of a sequence with that state.
    template <pass_size Size, class Rows>
    CTGRAD_ALWAYS_INLINE void predict_tile(rows_view<const T> in, Rows rows, rows_view<T> out,
                                           buffers_for<Size>& buffers,
                                           [[maybe_unused]] T* state = nullptr) const noexcept
    {
        const auto y =
            passes_for<Size>::infer(block_.data(), in.data, in.stride, rows, buffers.first,
                                    buffers.second, buffers.scratch, state);
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            std::copy_n(y.rows + row * y.stride, output_size, out.data + row * out.stride);
        }
    }

    aligned_buffer<T> block_;
    aligned_buffer<T> state_;
};

/// A network of float: `network<input{784}, dense{128}, swish, dense{10}>`.
template <input Input, auto... Layers>
using network = basic_network<float, Input, Layers...>;

/// The same network with all formulas in the fast tier (symbolic/tier.hpp). It has the same parameters,
/// so one may be trained and the other used.
template <input Input, auto... Layers>
using fast_network = basic_network<float, Input, detail::in_fast_form<Layers>()...>;

} // namespace ctgrad
