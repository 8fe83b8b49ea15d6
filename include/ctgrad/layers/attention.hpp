// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/initialise.hpp>
#include <ctgrad/layers/linear_maps.hpp>
#include <ctgrad/layers/placed_parameters.hpp>
#include <ctgrad/simd/elementwise.hpp>

#include <numbers>

namespace ctgrad
{

template <class T, auto Layer, shape In>
struct attention_implementation;

/// Causal self-attention: each step of a sequence looks at itself and the `context` - 1 steps before it.
/// What says where a step lies is a bias that falls with the distance, at another rate for each head, so
/// sequences may be longer than any that were trained on.
/// Shapes     at each step x (B, In) -> y (B, Heads Size), the heads side by side; a dense layer behind it
///            mixes them
/// Parameters weight (3 Heads Size, In) and bias (3 Heads Size): queries, keys, values
/// Errors     compile time: the input must be flat, heads, size and context at least 1
/// Cost       6 In Heads Size + 4 context Heads Size flops a step, twice that backward; the keys and values
///            of `context` steps are remembered
/// Source     Vaswani et al. (2017), Attention is all you need; Press, Smith, Lewis (2022) for the bias
struct attention
{
    static constexpr std::string_view name = "attention";

    int heads = 1;
    int size = 0;
    int context = 64;

    template <class T, auto Layer, shape In, auto Next>
    using implementation = attention_implementation<T, Layer, In>;
};

namespace detail
{

/// How much of each step a head takes, from their scores.
inline constexpr auto share_of_score = exp(variable<"score">{}) / sum(exp(variable<"score">{}));
using share_program = program<share_of_score>;
/// The same, and the gradients of the scores from those of the shares.
using share_and_gradient_program =
    program<share_of_score, pullback_of<std::remove_cvref_t<decltype(share_of_score)>,
                                        variable<"dshare">, "score">{share_of_score, {}}>;

/// a . b of a few numbers.
template <int Size, class T>
CTGRAD_ALWAYS_INLINE T dot(const T* a, const T* b)
{
    using vector = simd::batch<T>;
    constexpr int whole = Size / vector::size * vector::size;
    T sum(0);
    if constexpr (whole > 0)
    {
        vector sums = vector::load(a) * vector::load(b);
        for (int i = vector::size; i < whole; i += vector::size)
        {
            sums = multiply_add(vector::load(a + i), vector::load(b + i), sums);
        }
        sum = reduce_add(sums);
    }
    for (int i = whole; i < Size; ++i)
    {
        sum += a[i] * b[i];
    }
    return sum;
}

/// y += factor x, of a few numbers.
template <int Size, class T>
CTGRAD_ALWAYS_INLINE void add_scaled(T factor, const T* x, T* y)
{
    using vector = simd::batch<T>;
    constexpr int whole = Size / vector::size * vector::size;
    const vector factors(factor);
    for (int i = 0; i < whole; i += vector::size)
    {
        multiply_add(factors, vector::load(x + i), vector::load(y + i)).store(y + i);
    }
    for (int i = whole; i < Size; ++i)
    {
        y[i] += factor * x[i];
    }
}

} // namespace detail

template <class T, auto Layer, shape In>
struct attention_implementation
    : detail::placed_parameters<T, attention_implementation<T, Layer, In>>
{
    static constexpr int inputs = In.size() > 0 ? In.size() : 1;
    static constexpr int heads = Layer.heads > 0 ? Layer.heads : 1;
    static constexpr int size = Layer.size > 0 ? Layer.size : 1;
    static constexpr int context = Layer.context > 0 ? Layer.context : 1;
    static constexpr int units = heads * size;
    static constexpr shape output{units};
    static constexpr bool in_place = false;

private:
    static constexpr int stride = row_stride<T>(units);
    static constexpr int pair_stride = 2 * stride;
    static constexpr int input_stride = row_stride<T>(inputs);
    static constexpr int scores_stride = row_stride<T>(context);
    static constexpr int header = row_stride<T>(2);

    using query_map = detail::linear_maps<T, inputs, 1, units, stride, xsimd::default_arch>;
    using pair_map = detail::linear_maps<T, inputs, 2, units, stride, xsimd::default_arch>;

    struct block
    {
        static constexpr int pairs = query_map::stored;
        static constexpr int bias = pairs + pair_map::stored;
    };

public:
    /// One step after the other: how many steps there have been, up to `context`, the place of the next,
    /// and a ring of pairs of keys and values.
    static constexpr int state = header + context * pair_stride;
    static constexpr int steps_before = context - 1;
    /// Queries, pairs and the gradients of both; the scores of each head; how many steps came before.
    static constexpr int kept =
        2 * (stride + pair_stride) + heads * scores_stride + row_stride<T>(1);
    static constexpr long long multiply_adds =
        3LL * inputs * units + 2LL * std::int64_t{context} * units;

    static constexpr std::array tensors{
        tensor_info{"weight", 3 * units, inputs, block::bias, tensor_role::weight},
        tensor_info{"bias", 1, 3 * units, 3 * stride}};

    static void initialise(T* parameters, random_engine& engine)
    {
        std::vector<T> values(static_cast<std::size_t>(3) * units * (inputs + 1));
        draw_weights(std::span<T>(values).first(static_cast<std::size_t>(3) * units * inputs),
                     initialiser::glorot_uniform, inputs, units, engine);
        attention_implementation::import_tensors(values.data(), parameters);
    }

    static void for_each_parameter(const auto& body)
    {
        query_map::for_each_weight([&](int in_file, int in_panels) { body(in_file, in_panels); });
        pair_map::for_each_weight([&](int in_file, int in_panels)
                                  { body(units * inputs + in_file, block::pairs + in_panels); });
        for (int map = 0; map < 3; ++map)
        {
            for (int unit = 0; unit < units; ++unit)
            {
                body(3 * units * inputs + map * units + unit, block::bias + map * stride + unit);
            }
        }
    }

    static void step(const T* parameters, const T* x, T* y, T* memory, T*)
    {
        const T* const bias = parameters + block::bias;
        const int now = static_cast<int>(memory[1]);
        const int steps = std::min(static_cast<int>(memory[0]) + 1, context);
        T* const ring = memory + header;
        alignas(64) T query[stride];
        query_map::forward_row(x, parameters, bias, query);
        pair_map::forward_row(x, parameters + block::pairs, bias + stride,
                              ring + now * pair_stride);
        memory[0] = static_cast<T>(steps);
        memory[1] = static_cast<T>(now + 1 < context ? now + 1 : 0);
        std::fill_n(y, stride, T(0));
        alignas(64) T scores[scores_stride];
        // The oldest first, as in training.
        const auto pair = [&](int index)
        {
            const int place = now - (steps - 1) + index;
            return ring + (place < 0 ? place + context : place) * pair_stride;
        };
        for (int head = 0; head < heads; ++head)
        {
            attend(query + head * size, head, steps, pair, scores, y + head * size);
        }
    }

    static void forward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                        T* kept_values, std::ptrdiff_t rows, const keeping_context<T>& passing)
    {
        const history past{kept_values, rows, passing.sequences};
        const std::ptrdiff_t sequences = passing.sequences;
        const std::ptrdiff_t steps = rows / sequences;
        const T* const bias = parameters + block::bias;
        T* const memory = passing.memory;
        const auto before = static_cast<std::ptrdiff_t>(*memory);
        const std::ptrdiff_t remembered = steps_before * sequences * pair_stride;
        std::copy_n(memory + header, remembered, past.pairs(-steps_before, 0));
        // Kept for backward too, which has no memory.
        *past.steps_remembered() = *memory;
        query_map::forward(x, x_stride, rows, parameters, bias, past.query(0, 0), stride);
        pair_map::forward(x, x_stride, rows, parameters + block::pairs, bias + stride,
                          past.pairs(0, 0), pair_stride);
        std::fill_n(y, rows * stride, T(0));
        for_each_head(steps, sequences, before,
                      [&](std::ptrdiff_t step, std::ptrdiff_t sequence, int head, int seen)
                      {
                          const auto pair = [&](int index)
                          { return past.pairs(step - (seen - 1) + index, sequence); };
                          attend(past.query(step, sequence) + head * size, head, seen, pair,
                                 past.scores(step, sequence, head),
                                 y + (step * sequences + sequence) * stride + head * size);
                      });
        std::copy_n(past.pairs(steps - steps_before, 0), remembered, memory + header);
        *memory = static_cast<T>(std::min<std::ptrdiff_t>(before + steps, steps_before));
    }

    static void backward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* kept_values,
                         const T* dy, T* dx, T* gradients, std::ptrdiff_t rows,
                         const keeping_context<T>& passing)
    {
        const history past{kept_values, rows, passing.sequences};
        const std::ptrdiff_t sequences = passing.sequences;
        const std::ptrdiff_t steps = rows / sequences;
        const auto before = static_cast<std::ptrdiff_t>(*past.steps_remembered());
        std::fill_n(past.dquery(0, 0), rows * (stride + pair_stride), T(0));
        for_each_head(steps, sequences, before,
                      [&](std::ptrdiff_t step, std::ptrdiff_t sequence, int head, int seen)
                      {
                          differentiate(past, step, sequence, head, seen,
                                        dy + (step * sequences + sequence) * stride + head * size);
                      });
        const T* const dquery = past.dquery(0, 0);
        const T* const dpairs = past.dpairs(0, 0);
        query_map::weight_gradient(x, x_stride, dquery, stride, rows, gradients);
        pair_map::weight_gradient(x, x_stride, dpairs, pair_stride, rows, gradients + block::pairs);
        simd::product_bias_gradient<T, 1, stride>(dquery, stride, rows, gradients + block::bias);
        simd::product_bias_gradient<T, 1, pair_stride>(dpairs, pair_stride, rows,
                                                       gradients + block::bias + stride);
        if (dx != nullptr)
        {
            std::fill_n(dx, rows * input_stride, T(0));
            query_map::add_input_gradient(dquery, stride, rows, parameters, dx, input_stride);
            pair_map::add_input_gradient(dpairs, pair_stride, rows, parameters + block::pairs, dx,
                                         input_stride);
        }
    }

private:
    /// What training keeps; pairs begin `steps_before` steps earlier than all else.
    struct history
    {
        T* kept_values;
        std::ptrdiff_t rows;
        std::ptrdiff_t sequences;

        T* pairs(std::ptrdiff_t t, std::ptrdiff_t sequence) const
        {
            return kept_values +
                   ((t + attention_implementation::steps_before) * sequences + sequence) *
                       pair_stride;
        }
        T* query(std::ptrdiff_t t, std::ptrdiff_t sequence) const
        {
            return pairs(rows / sequences, 0) + (t * sequences + sequence) * stride;
        }
        T* dquery(std::ptrdiff_t t, std::ptrdiff_t sequence) const
        {
            return query(rows / sequences, 0) + (t * sequences + sequence) * stride;
        }
        T* dpairs(std::ptrdiff_t t, std::ptrdiff_t sequence) const
        {
            return dquery(rows / sequences, 0) + (t * sequences + sequence) * pair_stride;
        }
        T* scores(std::ptrdiff_t t, std::ptrdiff_t sequence, int head) const
        {
            return dpairs(rows / sequences, 0) +
                   ((t * sequences + sequence) * heads + head) * scores_stride;
        }
        /// One number behind all that.
        T* steps_remembered() const { return scores(rows / sequences, 0, 0); }
    };

    /// Calls with each head of each step, and how many steps it sees.
    static void for_each_head(std::ptrdiff_t steps, std::ptrdiff_t sequences, std::ptrdiff_t before,
                              const auto& body)
    {
        for (std::ptrdiff_t t = 0; t < steps; ++t)
        {
            const int seen = static_cast<int>(std::min<std::ptrdiff_t>(before + t + 1, context));
            for (std::ptrdiff_t sequence = 0; sequence < sequences; ++sequence)
            {
                for (int head = 0; head < heads; ++head)
                {
                    body(t, sequence, head, seen);
                }
            }
        }
    }

    static constexpr T scale = static_cast<T>(1 / constant_math::sqrt(size));

    /// How fast the bias of each head falls: 2^(-8 / heads), its square, ...
    static constexpr auto slopes = []
    {
        std::array<T, static_cast<std::size_t>(heads)> made{};
        for (int head = 0; head < heads; ++head)
        {
            made[static_cast<std::size_t>(head)] =
                static_cast<T>(constant_math::exp(-8 * std::numbers::ln2 * (head + 1) / heads));
        }
        return made;
    }();

    /// Adds to y what a head finds in so many pairs, of which the last is the newest. Leaves their scores.
    static void attend(const T* query, int head, int count, const auto& pair, T* scores, T* y)
    {
        const T slope = slopes[static_cast<std::size_t>(head)];
        for (int i = 0; i < count; ++i)
        {
            scores[i] = detail::dot<size>(query, pair(i) + head * size) * scale -
                        slope * static_cast<T>(count - 1 - i);
        }
        alignas(64) T shares[scores_stride];
        detail::run_program<detail::share_program, T>({scores}, {shares}, nullptr, count);
        // Not in y, which may be anywhere: these stay in registers.
        alignas(64) T sums[size]{};
        for (int i = 0; i < count; ++i)
        {
            detail::add_scaled<size>(shares[i], pair(i) + stride + head * size, sums);
        }
        detail::add_scaled<size>(T(1), sums, y);
    }

    /// Nothing goes back to the steps before the first.
    static void differentiate(const history& past, std::ptrdiff_t t, std::ptrdiff_t sequence,
                              int head, int count, const T* dy)
    {
        const T* const query = past.query(t, sequence) + head * size;
        T* const dquery = past.dquery(t, sequence) + head * size;
        const auto then = [&](int index) { return t - (count - 1) + index; };
        alignas(64) T dshares[scores_stride];
        for (int i = 0; i < count; ++i)
        {
            dshares[i] =
                detail::dot<size>(dy, past.pairs(then(i), sequence) + stride + head * size);
        }
        alignas(64) T shares[scores_stride];
        alignas(64) T dscores[scores_stride];
        detail::run_program<detail::share_and_gradient_program, T>(
            {past.scores(t, sequence, head), dshares}, {shares, dscores}, nullptr, count);
        alignas(64) T sums[size]{};
        for (int i = 0; i < count; ++i)
        {
            detail::add_scaled<size>(dscores[i], past.pairs(then(i), sequence) + head * size, sums);
        }
        detail::add_scaled<size>(scale, sums, dquery);
        for (int i = 0; i < count; ++i)
        {
            const T dscore = dscores[i] * scale;
            if (then(i) >= 0)
            {
                T* const dpair = past.dpairs(then(i), sequence) + head * size;
                detail::add_scaled<size>(dscore, query, dpair);
                detail::add_scaled<size>(shares[i], dy, dpair + stride);
            }
        }
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool is_flat = In.is_flat();
    static_assert(is_flat, "attention needs a flat input, one step of the sequence: put flatten{} "
                           "before it; see docs/errors.md#attention");
    static constexpr bool is_positive = Layer.heads > 0 && Layer.size > 0 && Layer.context > 0;
    static_assert(is_positive,
                  "heads, size and context of attention are at least one: attention{.heads = 4, "
                  ".size = 16, .context = 64}; see docs/errors.md#attention");
};

} // namespace ctgrad
