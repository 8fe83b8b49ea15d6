// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/activation.hpp>
#include <ctgrad/layers/batch_norm_programs.hpp>
#include <ctgrad/layers/channel_runs.hpp>
#include <ctgrad/tensor/stack_buffers.hpp>

namespace ctgrad
{

namespace detail
{

/// In whatever format an image comes, if it is not rows.
constexpr placement place_batch_norm(placement given, pass_size size)
{
    if (given.extents.is_flat())
    {
        return {given.extents};
    }
    if (given.format != row_format::rows)
    {
        return given;
    }
    return {given.extents,
            size == pass_size::one_row ? row_format::channels_last : row_format::sample_blocks};
}

} // namespace detail

template <class T, auto Layer, placement In>
struct batch_norm_implementation;

/// Takes each unit, or each channel of an image, to mean 0 and variance 1 over the rows that go through the
/// layers at once: those of a batch, of a large one at most 128, with threads those of a thread's part. Then
/// to a scale and shift that are learnt. Inference takes means of such means and variances over the training
/// set instead: `fit` finds them after each epoch, a loop of one's own by `calibrate` (train/calibrate.hpp).
/// Shapes     x (B, ...) -> y of the same shape; scale, mean, variance, shift: one for each channel, of a flat
///            input for each unit. Of several extents the first are the channels: an image of one channel is
///            input{1, 28, 28}
/// Gradients  also through mean and variance of the batch; mean and variance of inference have none
/// Cost       three passes over the rows forward in training, two back
/// Source     Ioffe, Szegedy (2015), Batch normalization; Hoffer, Hubara, Soudry (2017) for parts of a batch;
///            Wu, Johnson (2021), Rethinking "batch" in BatchNorm, section 3, for what inference takes
struct batch_norm
{
    static constexpr std::string_view name = "batch_norm";

    double epsilon = 1e-5;

    template <class T, auto Layer, placement Given>
    static constexpr placement takes(pass_size size)
    {
        return detail::place_batch_norm(Given, size);
    }

    template <class T, auto Layer, placement In, auto Next>
    using placed_implementation = batch_norm_implementation<T, Layer, In>;
};

/// Its parameters are those of the formula.
template <class T, auto Layer, placement In>
struct batch_norm_implementation
    : activation_implementation<T, detail::batch_norm_programs<Layer.epsilon>::formula, In.extents>
{
private:
    using base = activation_implementation<T, detail::batch_norm_programs<Layer.epsilon>::formula,
                                           In.extents>;
    using programs = detail::batch_norm_programs<Layer.epsilon>;
    using runs = detail::channel_runs<T, In>;
    using numbers = typename runs::numbers;

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
    /// Where means and variances of inference begin among the parameters, and how many there are of each.
    static constexpr int mean_place = place_of("mean");
    static constexpr int variance_place = place_of("variance");
    static constexpr int channels = runs::channels;

private:
    static constexpr int scale_place = place_of("scale");
    static constexpr int shift_place = place_of("shift");
    /// Means and variances of the batch are kept before the rows, of which there is room for a block at least.
    static constexpr int tensor_room = row_stride<T>(channels);
    static constexpr int kept_statistics = 2 * tensor_room;

public:
    static constexpr row_format output_format = In.format;
    static constexpr auto tensors = []
    {
        auto made = base::tensors;
        for (tensor_info& tensor : made)
        {
            const bool is_found = tensor.name == "mean" || tensor.name == "variance";
            tensor.role = is_found ? tensor_role::statistic : tensor_role::other;
        }
        return made;
    }();
    static constexpr int kept = row_room<T>(In) + kept_statistics / simd::batch<T>::size;

    /// Mean and variance of each channel over some rows.
    static void find_statistics(const T* x, std::ptrdiff_t rows, T* mean, T* variance)
    {
        for_each_group(
            [&](int group, group_numbers& own)
            {
                take_statistics(x, rows, group, own);
                runs::put(own.mean, group, mean);
                runs::put(own.variance, group, variance);
            });
    }

    static void infer(const T* parameters, T* xy, std::ptrdiff_t rows)
    {
        for_each_group(
            [&](int group, group_numbers& own)
            {
                runs::take(parameters + mean_place, group, own.mean);
                runs::take(parameters + variance_place, group, own.variance);
                find_line(parameters, group, own);
                runs::for_each_position(
                    rows, group,
                    [&](std::ptrdiff_t at) CTGRAD_INLINE_LAMBDA
                    {
                        runs::template run<typename programs::values, "x", "mean", "slope",
                                           "shift">(
                            {xy + at, own.mean.of_lane, own.slope.of_lane, own.shift.of_lane},
                            {xy + at});
                    });
            });
    }

    /// Of one row nothing is the same for several numbers.
    static void infer_row(const T* parameters, T* xy)
        requires(In.extents.is_flat())
    {
        base::infer(parameters, xy, 1);
    }

    static void forward(const T* parameters, T* xy, T* kept_values, std::ptrdiff_t rows,
                        pass_context)
    {
        T* const x = kept_values + kept_statistics;
        for_each_group(
            [&](int group, group_numbers& own)
            {
                take_statistics(xy, rows, group, own);
                runs::put(own.mean, group, kept_values);
                runs::put(own.variance, group, kept_values + tensor_room);
                find_line(parameters, group, own);
                runs::for_each_position(
                    rows, group,
                    [&](std::ptrdiff_t at) CTGRAD_INLINE_LAMBDA
                    {
                        runs::template run<typename programs::values_and_input, "x", "mean",
                                           "slope", "shift">(
                            {xy + at, own.mean.of_lane, own.slope.of_lane, own.shift.of_lane},
                            {xy + at, x + at});
                    });
            });
        if constexpr (In.format == row_format::sample_blocks)
        {
            // Lanes without a sample are far from the mean, and what follows may become infinite.
            clear_padding<T, In>(xy, rows);
        }
    }

    static void backward(const T* parameters, const T* kept_values, T* dxy, T* gradients,
                         std::ptrdiff_t rows)
    {
        const T* const x = kept_values + kept_statistics;
        for_each_group(
            [&](int group, group_numbers& own)
            {
                runs::take(kept_values, group, own.mean);
                runs::take(kept_values + tensor_room, group, own.variance);
                find_line(parameters, group, own);
                find_gradients(x, dxy, rows, group, own);
                runs::add(own.dscale, group, gradients + scale_place);
                runs::add(own.dshift, group, gradients + shift_place);
                runs::for_each_position(
                    rows, group,
                    [&](std::ptrdiff_t at) CTGRAD_INLINE_LAMBDA
                    {
                        runs::template run<typename programs::input_gradient, "x", "dy", "mean",
                                           "slope", "dmean", "dvariance">(
                            {x + at, dxy + at, own.mean.of_lane, own.slope.of_lane,
                             own.dmean.of_lane, own.dvariance.of_lane},
                            {dxy + at});
                    });
            });
        clear_padding<T, In>(dxy, rows);
    }

private:
    /// What is the same for all numbers of a channel, of a group of channels.
    struct group_numbers
    {
        numbers mean;
        numbers variance;
        numbers scale;
        numbers slope;
        numbers shift;
        numbers dscale;
        numbers dshift;
        /// Shares of each number of the channel.
        numbers dmean;
        numbers dvariance;
        typename runs::template sums<1> sum;
        typename runs::template sums<2> sums_of_gradients;
    };

    static void for_each_group(const auto& body)
    {
        detail::with_buffers<group_numbers>(
            [&](group_numbers& own)
            {
                for (int group = 0; group < runs::groups; ++group)
                {
                    body(group, own);
                }
            });
    }

    static void take_statistics(const T* x, std::ptrdiff_t rows, int group, group_numbers& own)
    {
        take_mean<typename programs::sum_of_input>(x, rows, group, own, own.mean);
        take_mean<typename programs::sum_of_squares>(x, rows, group, own, own.variance);
    }

    template <class Sum>
    static void take_mean(const T* x, std::ptrdiff_t rows, int group, group_numbers& own,
                          numbers& found)
    {
        runs::add_up(rows, group, own.sum,
                     [&](std::ptrdiff_t at, auto& sums) CTGRAD_INLINE_LAMBDA
                     {
                         T* const sum = sums[0].of_lane;
                         runs::template run<Sum, "sum", "x", "mean">(
                             {sum, x + at, own.mean.of_lane}, {sum});
                     });
        found = own.sum.total[0];
        scale_by(share(rows), found);
    }

    /// What one number contributes to a mean over some rows.
    static constexpr T share(std::ptrdiff_t rows)
    {
        return T(1) / static_cast<T>(rows * runs::pixels);
    }

    static void scale_by(T factor, numbers& all)
    {
        for (T& number : all.of_lane)
        {
            number *= factor;
        }
    }

    /// The line for mean and variance.
    static void find_line(const T* parameters, int group, group_numbers& own)
    {
        runs::take(parameters + scale_place, group, own.scale);
        runs::take(parameters + shift_place, group, own.shift);
        runs::template run<typename programs::slope_of_channel, "scale", "variance">(
            {own.scale.of_lane, own.variance.of_lane}, {own.slope.of_lane});
    }

    /// Gradients of all that is the same for a channel.
    static void find_gradients(const T* x, const T* dy, std::ptrdiff_t rows, int group,
                               group_numbers& own)
    {
        runs::add_up(rows, group, own.sums_of_gradients,
                     [&](std::ptrdiff_t at, auto& sums) CTGRAD_INLINE_LAMBDA
                     {
                         T* const dslope = sums[0].of_lane;
                         T* const dshift = sums[1].of_lane;
                         runs::template run<typename programs::sums_of_gradients, "x", "dy", "mean",
                                            "dslope", "dshift">(
                             {x + at, dy + at, own.mean.of_lane, dslope, dshift}, {dslope, dshift});
                     });
        const auto& [dslope, dshift] = own.sums_of_gradients.total;
        own.dshift = dshift;
        runs::template run<typename programs::gradients_of_channel, "dslope", "dshift", "scale",
                           "variance", "slope">(
            {dslope.of_lane, dshift.of_lane, own.scale.of_lane, own.variance.of_lane,
             own.slope.of_lane},
            {own.dscale.of_lane, own.dvariance.of_lane, own.dmean.of_lane});
        scale_by(share(rows), own.dmean);
        scale_by(2 * share(rows), own.dvariance);
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool has_epsilon = Layer.epsilon > 0;
    static_assert(has_epsilon, "batch_norm needs a positive epsilon, such as 1e-5; see "
                               "docs/errors.md#batch-norm");
};

} // namespace ctgrad
