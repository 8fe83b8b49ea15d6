// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/tensor_role.hpp>
#include <ctgrad/layers/row_format.hpp>
#include <ctgrad/tensor/random.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ctgrad
{

/// A parameter tensor of a layer: what a file stores of it, and how much room it has in the block.
struct tensor_info
{
    std::string_view name;
    int rows = 0;
    int columns = 0;
    /// Numbers in the parameter block, with padding.
    int stored = 0;
    tensor_role role = tensor_role::other;
};

/// What an implementation of a layer that learns nothing has in place of parameters.
template <class T>
struct without_parameters
{
    static constexpr std::array<tensor_info, 0> tensors{};

    static void initialise(T*, random_engine&) {}
    static void export_tensors(const T*, T*) {}
    static void import_tensors(const T*, T*) {}
};

/// Sets to zero what lies between the end of each row and the next.
template <class T>
void clear_padding(T* rows, int size, std::ptrdiff_t count)
{
    const int stride = row_stride<T>(size);
    for (std::ptrdiff_t row = 0; row < count && stride != size; ++row)
    {
        std::fill(rows + row * stride + size, rows + (row + 1) * stride, T(0));
    }
}

/// The same in any format: behind a pixel's channels, and where the last block has lanes without a sample.
template <class T, placement In>
void clear_padding(T* numbers, std::ptrdiff_t rows)
{
    constexpr int size = In.extents.size();
    constexpr int pixel = row_stride<T>(In.channels());
    constexpr int lanes = simd::batch<T>::size;
    if constexpr (In.format == row_format::rows)
    {
        clear_padding(numbers, size, rows);
    }
    else if constexpr (In.format == row_format::sample_blocks)
    {
        const std::ptrdiff_t samples = rows % lanes;
        T* const block = numbers + (rows - samples) * size;
        for (int i = 0; samples > 0 && i < size; ++i)
        {
            std::fill(block + i * lanes + samples, block + (i + 1) * lanes, T(0));
        }
    }
    else if constexpr (pixel > In.channels())
    {
        for (std::ptrdiff_t i = 0; i < rows * In.pixels(); ++i)
        {
            std::fill(numbers + i * pixel + In.channels(), numbers + (i + 1) * pixel, T(0));
        }
    }
}

/// What a training pass knows besides the data: where random numbers come from.
struct pass_context
{
    /// Differs for each layer, step and part of a batch.
    std::uint64_t key = 0;
};

/// The same for layers that keep something of their input and output.
template <class T>
struct keeping_context
{
    std::uint64_t key = 0;
    /// Of how many sequences the rows are steps, if layers have memory: those of all sequences at the first
    /// step, then at the second, and so on.
    std::ptrdiff_t sequences = 0;
    /// What the layer remembers of all sequences; becomes what it is behind the last step.
    T* memory = nullptr;
    T* scratch = nullptr;

    /// The same for a part whose memory begins behind so many numbers of each sequence.
    constexpr keeping_context part(std::uint64_t own_key, int state) const
    {
        return {own_key, sequences, memory == nullptr ? nullptr : memory + sequences * state,
                scratch};
    }
};

// A layer is a structural value, such as dense{.units = 10}, whose type has
//
//     static constexpr std::string_view name;
//     template <class T, auto Layer, shape In, auto Next> using implementation = ...;
//
// An implementation has no state. It belongs to one element type, one value of the layer, one shape
// of input and the formula that follows (`no_activation` if none does), and says
//
//     static constexpr shape output;            shape of one sample behind the layer
//     static constexpr bool in_place;           whether it changes rows where they lie
//     static constexpr int kept;                numbers per row kept from forward to backward
//     static constexpr auto tensors;            std::array of tensor_info, in the block's order
//     initialise(parameters, engine)
//     export_tensors(parameters, to), import_tensors(from, parameters)    row-major, no padding
//
// and its passes over `rows` rows; rows of library-owned buffers are row_stride<T>(size) apart:
//
//     in place:  infer(parameters, xy, rows)
//                forward(parameters, xy, kept, rows, context)
//                backward(parameters, kept, dxy, gradients, rows)
//     otherwise: infer(parameters, x, x_stride, y, rows)
//                backward(parameters, x, x_stride, dy, dx, gradients, rows)            dx may be null
//
// Rows come and go in row_format::rows, unless the layer says how it wants them:
//
//     template <class T, auto Layer, placement Given> static constexpr placement takes(pass_size)
//     static constexpr bool looks_at_pass_size;                       if that makes a difference
//     template <class T, auto Layer, placement In, auto Next> using placed_implementation = ...;
//
// Then the implementation has `static constexpr row_format output_format` too. What rows and pixels are
// padded with does not matter on the way forward, but lanes of a block without a sample are finite in training;
// in gradients all of that is zero.
// An implementation may have `static constexpr int scratch`, numbers of memory, aligned to 64 bytes,
// that any of its passes gets as one more argument, the last.
//
// If most of its work is multiplications, it has `static constexpr long long multiply_adds` for the
// forward pass of one sample, which a summary of the network counts.
//
// backward adds to the gradients, which have the layout of the parameters.
//
// A layer that need not keep gradients may also have, for at most 128 rows,
//
//     learn(parameters, x, x_stride, dy, dx, rows, update)                          dx may be null
//
// which calls update(weights, gradients) once for each part of its parameters, from `weights` on, when
// nothing else needs their values.
//
// A layer that is not in place but keeps something (`kept` is not 0) has passes of training with it:
//
//     forward(parameters, x, x_stride, y, kept, rows, keeping_context)
//     backward(parameters, x, x_stride, kept, dy, dx, gradients, rows, keeping_context)    dx may be null
//
// A layer with memory, which sees a sequence step by step, is one of those and says
//
//     static constexpr int state;               numbers of memory of one sequence, 0 at first
//     static constexpr int steps_before;        steps for which `kept` has room before the first
//     step(parameters, x, y, memory, scratch)                      one step of one sequence, not `infer`
//
// Two neighbours may go over rows together: network/steps.hpp says which, and by what.
//
// A layer that is quicker for one row, in line, may also have
//
//     in place:  infer_row(parameters, xy)
//     otherwise: infer_row(parameters, x, y)

/// A layer's implementation for one network.
template <auto Layer, class T, shape In, auto Next>
using implementation_of =
    typename std::remove_cvref_t<decltype(Layer)>::template implementation<T, Layer, In, Next>;

/// The format of what a layer gives.
template <class Implementation>
inline constexpr row_format output_format = row_format::rows;
template <class Implementation>
    requires requires { Implementation::output_format; }
inline constexpr row_format output_format<Implementation> = Implementation::output_format;

/// Numbers of memory that the passes of a layer need for themselves.
template <class Implementation>
inline constexpr int scratch_size = 0;
template <class Implementation>
    requires requires { Implementation::scratch; }
inline constexpr int scratch_size<Implementation> = Implementation::scratch;

/// Whether a layer remembers what it has seen of a sequence.
template <class Implementation>
concept has_memory = requires { Implementation::state; };

/// Numbers of that memory.
template <class Implementation>
inline constexpr int state_size = 0;
template <has_memory Implementation>
inline constexpr int state_size<Implementation> = Implementation::state;

/// Steps of a sequence for which a layer keeps something before the first.
template <class Implementation>
inline constexpr int steps_before = 0;
template <has_memory Implementation>
inline constexpr int steps_before<Implementation> = Implementation::steps_before;

/// Whether a layer keeps something of its input and output, which are different rows.
template <class Implementation>
inline constexpr bool keeps_values = !Implementation::in_place && Implementation::kept > 0;

/// Multiplications, each with an addition, of the forward pass of one sample.
template <class Implementation>
inline constexpr long long multiply_adds_of = 0;
template <class Implementation>
    requires requires { Implementation::multiply_adds; }
inline constexpr long long multiply_adds_of<Implementation> = Implementation::multiply_adds;

/// Stands for the absence of a formula behind a layer.
struct no_activation
{
};

template <class Implementation>
constexpr int stored_parameters()
{
    int stored = 0;
    for (const tensor_info& tensor : Implementation::tensors)
    {
        stored += tensor.stored;
    }
    return stored;
}

template <class Implementation>
constexpr int logical_parameters()
{
    int count = 0;
    for (const tensor_info& tensor : Implementation::tensors)
    {
        count += tensor.rows * tensor.columns;
    }
    return count;
}

namespace detail
{

/// A number of rows that the compiler knows to be one.
using one_row = std::integral_constant<std::ptrdiff_t, 1>;

/// Takes rows through a layer that changes them in place.
template <class Layer, class T, class Rows>
CTGRAD_ALWAYS_INLINE void infer(const T* parameters, T* xy, Rows rows)
{
    if constexpr (std::same_as<Rows, one_row> && requires { Layer::infer_row(parameters, xy); })
    {
        Layer::infer_row(parameters, xy);
    }
    else
    {
        Layer::infer(parameters, xy, rows);
    }
}

/// Takes rows through any other layer.
template <class Layer, class T, class Rows>
CTGRAD_ALWAYS_INLINE void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                                Rows rows, [[maybe_unused]] T* scratch)
{
    if constexpr (scratch_size<Layer> > 0)
    {
        Layer::infer(parameters, x, x_stride, y, rows, scratch);
    }
    else if constexpr (std::same_as<Rows, one_row> &&
                       requires { Layer::infer_row(parameters, x, y); })
    {
        Layer::infer_row(parameters, x, y);
    }
    else
    {
        Layer::infer(parameters, x, x_stride, y, rows);
    }
}

/// Stands for an update that comes later.
struct no_update
{
};

/// Gives the gradients of a layer's parameters to `update`, and sets them to zero.
template <class Layer, class T, class Update>
void give_gradients(const T* parameters, T* gradients, const Update& update)
{
    constexpr int stored = stored_parameters<Layer>();
    if constexpr (stored > 0 && !std::same_as<Update, no_update>)
    {
        const std::span<T> all(gradients, static_cast<std::size_t>(stored));
        update(parameters, std::span<const T>(all));
        std::ranges::fill(all, T(0));
    }
}

/// Takes gradients through a layer that changes rows in place.
template <class Layer, class T>
void backward(const T* parameters, const T* kept, T* dxy, T* gradients, std::ptrdiff_t rows,
              const auto& update)
{
    Layer::backward(parameters, kept, dxy, gradients, rows);
    give_gradients<Layer>(parameters, gradients, update);
}

/// Takes gradients through any other layer.
template <class Layer, class T, class Update>
void backward(const T* parameters, const T* x, std::ptrdiff_t x_stride, const T* dy, T* dx,
              T* gradients, std::ptrdiff_t rows, [[maybe_unused]] T* scratch, const Update& update)
{
    constexpr bool learns =
        requires { Layer::learn(parameters, x, x_stride, dy, dx, rows, update); };
    if constexpr (learns && !std::same_as<Update, no_update>)
    {
        Layer::learn(parameters, x, x_stride, dy, dx, rows, update);
    }
    else
    {
        if constexpr (scratch_size<Layer> > 0)
        {
            Layer::backward(parameters, x, x_stride, dy, dx, gradients, rows, scratch);
        }
        else
        {
            Layer::backward(parameters, x, x_stride, dy, dx, gradients, rows);
        }
        give_gradients<Layer>(parameters, gradients, update);
    }
}

} // namespace detail

} // namespace ctgrad
