// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/activation.hpp>
#include <ctgrad/tensor/stack_buffers.hpp>

#include <initializer_list>
#include <utility>

namespace ctgrad
{

namespace detail
{

inline constexpr variable<"x"> normalised_input;
inline constexpr parameter<"mean"> batch_mean{0.0, per_channel};
inline constexpr parameter<"variance"> batch_variance{1.0, per_channel};

/// What a channel becomes, by its mean and variance.
template <double Epsilon>
inline constexpr auto batch_norm_formula =
    parameter<"scale">{1.0, per_channel} *
        ((normalised_input - batch_mean) / sqrt(batch_variance + Epsilon)) +
    parameter<"shift">{0.0, per_channel};

} // namespace detail

template <class T, auto Layer, shape In>
struct batch_norm_implementation;

/// Takes each unit, or each channel of an image, to mean 0 and variance 1 over the rows that go through the
/// layers at once: those of a batch, of a large one at most 128, with threads those of a thread's part. Then
/// to a scale and shift that are learnt. Inference takes means of such means and variances over the training
/// set instead: `fit` finds them after each epoch, a loop of one's own by `calibrate` (train/calibrate.hpp).
/// Shapes     x (B, ...) -> y of the same shape; scale, mean, variance, shift: one for each channel, of a flat
///            input for each unit. Of several extents the first are the channels: an image of one channel is
///            input{1, 28, 28}
/// Gradients  also through mean and variance of the batch; mean and variance of inference have none
/// Cost       three passes over the rows in training; those of images are row after row
/// Source     Ioffe, Szegedy (2015), Batch normalization; Hoffer, Hubara, Soudry (2017) for parts of a batch;
///            Wu, Johnson (2021), Rethinking "batch" in BatchNorm, section 3, for what inference takes
struct batch_norm
{
    static constexpr std::string_view name = "batch_norm";

    double epsilon = 1e-5;

    template <class T, auto Layer, shape In, auto Next>
    using implementation = batch_norm_implementation<T, Layer, In>;
};

template <class T, auto Layer, shape In>
struct batch_norm_implementation
    : activation_implementation<T, detail::batch_norm_formula<Layer.epsilon>, In>
{
private:
    using base = activation_implementation<T, detail::batch_norm_formula<Layer.epsilon>, In>;
    using base::size;
    using base::stride;

    static constexpr bool is_flat = In.is_flat();
    /// Pieces of a row, each with statistics of its own; a flat row is one, with those of each element.
    static constexpr int segments = is_flat ? 1 : In.extents[0];
    static constexpr int segment = size / segments;

    static constexpr int place_of(std::string_view name)
    {
        int place = 0;
        for (const tensor_info& tensor : base::tensors)
        {
            if (tensor.name == name)
            {
                return place;
            }
            place += tensor.stored;
        }
        return -1;
    }

public:
    /// Where means and variances begin among the parameters, and how many there are of each.
    static constexpr int mean_place = place_of("mean");
    static constexpr int variance_place = place_of("variance");
    static constexpr int channels = is_flat ? size : segments;

    /// Mean and variance of each channel over some rows.
    static void find_statistics(const T* x, std::ptrdiff_t rows, T* mean, T* variance)
    {
        std::fill_n(mean, channels, T(0));
        std::fill_n(variance, channels, T(0));
        add_up<input>(x, rows, mean, mean);
        scale_all(share(rows), mean);
        add_up<square(input - number<"mean">{})>(x, rows, mean, variance);
        scale_all(share(rows), variance);
    }

    static void forward(const T* parameters, T* xy, T* kept_values, std::ptrdiff_t rows,
                        pass_context context)
    {
        detail::with_buffers<block>(
            [&](block& own)
            {
                take_statistics(own, parameters, xy, rows);
                base::forward(own.numbers, xy, kept_values, rows, context);
            });
    }

    static void backward(const T* parameters, const T* x, T* dxy, T* gradients, std::ptrdiff_t rows)
    {
        struct blocks
        {
            block own;
            block found;
        };
        detail::with_buffers<blocks>(
            [&](blocks& both)
            {
                take_statistics(both.own, parameters, x, rows);
                std::fill_n(both.found.numbers, stored, T(0));
                base::backward(both.own.numbers, x, dxy, both.found.numbers, rows);
                go_through_statistics(x, both.own.numbers, both.found.numbers, dxy, rows);
                for (int i = 0; i < stored; ++i)
                {
                    gradients[i] += both.found.numbers[i];
                }
            });
    }

private:
    static constexpr int stored = stored_parameters<base>();

    /// One for each element of a flat row, or one for the segment.
    template <fixed_string Name>
    using number = std::conditional_t<is_flat, variable<Name>, parameter<Name>>;
    static constexpr auto input = detail::normalised_input;
    static constexpr auto gradient_through_statistics =
        variable<"dx">{} + number<"dmean">{} + number<"dvariance">{} * (input - number<"mean">{});

    /// Numbers of all parameters.
    struct block
    {
        alignas(64) T numbers[stored];
    };

    /// The parameters with mean and variance of these rows in place of their own.
    static void take_statistics(block& own, const T* parameters, const T* x, std::ptrdiff_t rows)
    {
        std::copy_n(parameters, stored, own.numbers);
        find_statistics(x, rows, own.numbers + mean_place, own.numbers + variance_place);
    }

    /// Adds what goes back through mean and variance, which the rows have in common, and then sets their
    /// gradients to zero: they are no parameters that are learnt.
    static void go_through_statistics(const T* x, const T* own, T* found, T* dxy,
                                      std::ptrdiff_t rows)
    {
        T* const dmean = found + mean_place;
        T* const dvariance = found + variance_place;
        scale_all(share(rows), dmean);
        scale_all(2 * share(rows), dvariance);
        for_each_segment(rows,
                         [&](std::ptrdiff_t at, int channel)
                         {
                             run<program<gradient_through_statistics>>(
                                 {dxy + at}, {{"x", x + at},
                                              {"dx", dxy + at},
                                              {"mean", own + mean_place + channel},
                                              {"dmean", dmean + channel},
                                              {"dvariance", dvariance + channel}});
                         });
        clear_padding(dxy, size, rows);
        std::fill_n(dmean, channels, T(0));
        std::fill_n(dvariance, channels, T(0));
    }

    /// What one number contributes to a mean over some rows.
    static constexpr T share(std::ptrdiff_t rows)
    {
        return T(1) / static_cast<T>(rows * (size / channels));
    }

    static void scale_all(T factor, T* of_channels)
    {
        for (int i = 0; i < channels; ++i)
        {
            of_channels[i] *= factor;
        }
    }

    static void for_each_segment(std::ptrdiff_t rows, const auto& body)
    {
        for (std::ptrdiff_t row = 0; row < rows; ++row)
        {
            for (int channel = 0; channel < segments; ++channel)
            {
                body(row * stride + channel * segment, channel);
            }
        }
    }

    /// Adds a formula of input and mean to the sums of all channels.
    template <auto Term>
    static void add_up(const T* x, std::ptrdiff_t rows, const T* mean, T* sums)
    {
        for_each_segment(rows,
                         [&](std::ptrdiff_t at, int channel)
                         {
                             if constexpr (is_flat)
                             {
                                 run<program<variable<"so far">{} + Term>>(
                                     {sums}, {{"so far", sums}, {"x", x + at}, {"mean", mean}});
                             }
                             else
                             {
                                 T total;
                                 run<program<sum(Term)>>({&total},
                                                         {{"x", x + at}, {"mean", mean + channel}});
                                 sums[channel] += total;
                             }
                         });
    }

    /// Runs a program over a segment; places of its variables and of what is one number for all of it.
    template <class Program>
    static void run(detail::pointers_to_outputs<Program, T> outputs,
                    std::initializer_list<std::pair<std::string_view, const T*>> places)
    {
        detail::pointers_to_inputs<Program, T> inputs{};
        std::array<T, static_cast<std::size_t>(Program::parameters.size)> numbers{};
        for (const auto& [name, data] : places)
        {
            const int variable = Program::variables.find(name);
            const int parameter = Program::parameters.find(name);
            if (variable >= 0)
            {
                inputs[static_cast<std::size_t>(variable)] = data;
            }
            if (parameter >= 0)
            {
                numbers[static_cast<std::size_t>(parameter)] = *data;
            }
        }
        detail::run_program<Program, T, aliasing::exact>(inputs, outputs, numbers.data(), segment);
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool has_epsilon = Layer.epsilon > 0;
    static_assert(has_epsilon, "batch_norm needs a positive epsilon, such as 1e-5; see "
                               "docs/errors.md#batch-norm");
};

} // namespace ctgrad
