// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/operation_list.hpp>
#include <ctgrad/graph/plan.hpp>
#include <ctgrad/simd/batch.hpp>
#include <ctgrad/simd/elementary.hpp>
#include <ctgrad/simd/fast_forms.hpp>
#include <ctgrad/simd/limits.hpp>

#include <cstddef>

namespace ctgrad::simd
{

/// Runs a program over one row: `inputs` points to one array for each variable, `outputs` to one for
/// each output (a single value where the output is one value for the row). All passes over the row
/// are unrolled loops over batches; nothing is allocated. `Inputs` says whether an output may be the
/// same array as an input.
template <class Program, class T, aliasing Inputs, class Arch = xsimd::default_arch>
class evaluator
{
public:
    using batch_type = batch<T, Arch>;
    using mask_type = mask<T, Arch>;

    static constexpr std::size_t input_count = static_cast<std::size_t>(Program::variables.size);
    static constexpr std::size_t output_count = static_cast<std::size_t>(Program::output_count);

    CTGRAD_ALWAYS_INLINE evaluator(const std::array<const T*, input_count>& inputs,
                                   const std::array<T*, output_count>& outputs, const T* parameters)
        : inputs_(inputs), outputs_(outputs), parameters_(parameters)
    {
    }

    CTGRAD_ALWAYS_INLINE void run(std::ptrdiff_t length)
    {
        if constexpr (plan.last_pass == 0)
        {
            run_passes(length);
        }
        else if (length <= short_vectors * batch_type::size)
        {
            run_short_row<short_vectors>(length);
        }
        else
        {
            run_passes(length);
        }
        for_each_index<Program::output_count>(
            [&](auto k) CTGRAD_INLINE_LAMBDA
            {
                if constexpr (Program::row_valued[static_cast<std::size_t>(k())])
                {
                    constexpr int index = plan.outputs[static_cast<std::size_t>(k())];
                    *outputs_[static_cast<std::size_t>(k())] = first_lane(uniform_value<index>());
                }
            });
    }

private:
    CTGRAD_ALWAYS_INLINE void run_passes(std::ptrdiff_t length)
    {
        for_each_index<plan.last_pass + 1>(
            [&](auto pass) CTGRAD_INLINE_LAMBDA
            {
                compute_uniform<pass()>(length);
                if constexpr (has_loop(pass()))
                {
                    run_pass<pass()>(length);
                }
            });
    }

    static constexpr const auto& plan = Program::template plan_for<Inputs>;
    static constexpr int node_count = static_cast<int>(plan.nodes.size());

    /// Vectors in one step of a loop. A formula is one long chain of dependent operations: with one
    /// vector at a time processors wait for results, and two keep them busy, four where there is
    /// little to do. Large graphs have independent parts of their own, and too many values for the
    /// registers.
    static constexpr int interleaved(int pass)
    {
        int cost = 0;
        for (const planned_node& current : plan.nodes)
        {
            const bool computes = current.op != nullptr && !current.uniform;
            cost += computes && in_pass(current, pass) ? cost_of(*current.op) : 0;
        }
        return node_count > 64 ? 1 : cost > 8 ? 2 : 4;
    }

    /// Values of one vector of elements. Slots are plain arrays with constant indices, which
    /// compilers keep in registers.
    struct slots
    {
        batch_type values[static_cast<std::size_t>(node_count)];
        mask_type masks[static_cast<std::size_t>(node_count)];
    };

    template <int Count>
    CTGRAD_ALWAYS_INLINE static void for_each_index(auto&& body)
    {
        [&]<int... I>(std::integer_sequence<int, I...>) CTGRAD_INLINE_LAMBDA
        {
            (body(std::integral_constant<int, I>{}), ...);
        }(std::make_integer_sequence<int, Count>{});
    }

    static constexpr bool in_pass(const planned_node& current, int pass)
    {
        return (current.passes >> pass & 1u) != 0;
    }

    static constexpr bool is_loaded(const planned_node& current, int pass)
    {
        return (current.loads >> pass & 1u) != 0;
    }

    static constexpr bool has_loop(int pass)
    {
        for (const planned_node& current : plan.nodes)
        {
            if (in_pass(current, pass) || is_loaded(current, pass))
            {
                return true;
            }
        }
        for (int k = 0; k < Program::output_count; ++k)
        {
            if (stores(k, pass))
            {
                return true;
            }
        }
        return false;
    }

    /// Whether pass `pass` writes output `k`, which has a value for each element.
    static constexpr bool stores(int k, int pass)
    {
        const auto output = static_cast<std::size_t>(k);
        return !Program::row_valued[output] && plan.written[output] == pass;
    }

    static constexpr bool is_reduction(const planned_node& current)
    {
        return current.op != nullptr && current.op->over_row != reduction::none;
    }

    /// Whether pass `pass` accumulates node `index`.
    static constexpr bool accumulates(int index, int pass)
    {
        return is_reduction(plan[index]) && plan[index].stage - 1 == pass;
    }

    CTGRAD_ALWAYS_INLINE static T first_lane(batch_type x)
    {
        alignas(64) T lanes[static_cast<std::size_t>(batch_type::size)];
        x.store(lanes);
        return lanes[0];
    }

    template <int Index>
    CTGRAD_ALWAYS_INLINE batch_type uniform_value() const
    {
        constexpr planned_node current = plan[Index];
        if constexpr (current.kind == node_kind::constant)
        {
            return batch_type(static_cast<T>(current.value));
        }
        else
        {
            return uniform_.values[Index];
        }
    }

    /// The value (or the condition) of an operand, be it of this vector or of the row.
    template <int Index>
    CTGRAD_ALWAYS_INLINE auto operand_value(const slots& local) const
    {
        constexpr planned_node current = plan[Index];
        constexpr bool predicate = current.op != nullptr && current.op->predicate;
        if constexpr (predicate)
        {
            return current.uniform ? uniform_.masks[Index] : local.masks[Index];
        }
        else if constexpr (current.uniform)
        {
            return uniform_value<Index>();
        }
        else
        {
            return local.values[Index];
        }
    }

    template <int Index>
    CTGRAD_ALWAYS_INLINE void compute(const slots& local, slots& result) const
    {
        constexpr planned_node current = plan[Index];
        using operations = typename Program::operations;
        using operation_type = typename operations::template at<operations::index_of(current.op)>;
        const auto compute_from = [&](auto... operands) CTGRAD_INLINE_LAMBDA
        {
            if constexpr (current.op->predicate)
            {
                result.masks[Index] = operation_type::value(operands...);
            }
            else
            {
                result.values[Index] = operation_type::value(operands...);
            }
        };
        if constexpr (current.op->arity == 1)
        {
            compute_from(operand_value<current.operands[0]>(local));
        }
        else if constexpr (current.op->arity == 2)
        {
            compute_from(operand_value<current.operands[0]>(local),
                         operand_value<current.operands[1]>(local));
        }
        else
        {
            compute_from(operand_value<current.operands[0]>(local),
                         operand_value<current.operands[1]>(local),
                         operand_value<current.operands[2]>(local));
        }
    }

    /// Everything of this stage that is one value for the row.
    template <int Pass>
    CTGRAD_ALWAYS_INLINE void compute_uniform([[maybe_unused]] std::ptrdiff_t length)
    {
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                constexpr planned_node current = plan[i()];
                if constexpr (current.uniform && current.stage == Pass)
                {
                    if constexpr (current.kind == node_kind::parameter)
                    {
                        uniform_.values[i()] = batch_type(parameters_[current.leaf]);
                    }
                    else if constexpr (current.op == &operation_of<row_length_operation>)
                    {
                        uniform_.values[i()] = batch_type(static_cast<T>(length));
                    }
                    else if constexpr (current.kind == node_kind::applied && !is_reduction(current))
                    {
                        compute<i()>(uniform_, uniform_);
                    }
                }
            });
    }

    /// Node by node, so that what is computed of several vectors overlaps. Without `Summands` products
    /// that only a sum needs are left to `accumulate`.
    template <int Pass, bool Summands, int Count>
    CTGRAD_ALWAYS_INLINE void compute_elements(slots (&local)[Count]) const
    {
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                constexpr planned_node current = plan[i()];
                if constexpr (!current.uniform && in_pass(current, Pass) &&
                              current.kind == node_kind::applied &&
                              (Summands || !current.is_summand))
                {
                    for_each_index<Count>([&](auto v) CTGRAD_INLINE_LAMBDA
                                          { compute<i()>(local[v()], local[v()]); });
                }
            });
    }

    /// What a pass reads of one vector: variables, and what earlier passes kept.
    template <int Pass, class Load>
    CTGRAD_ALWAYS_INLINE void load_inputs(slots& local, const Load& load) const
    {
        const auto& inputs = inputs_;
        const auto& outputs = outputs_;
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                constexpr planned_node current = plan[i()];
                if constexpr (current.kind == node_kind::variable && in_pass(current, Pass))
                {
                    local.values[i()] = load(inputs[static_cast<std::size_t>(current.leaf)]);
                }
                if constexpr (is_loaded(current, Pass))
                {
                    local.values[i()] = load(outputs[static_cast<std::size_t>(current.kept)]);
                }
            });
    }

    template <int Pass, class Store>
    CTGRAD_ALWAYS_INLINE void store_outputs(const slots& local, const Store& store) const
    {
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                constexpr planned_node current = plan[i()];
                if constexpr (current.kept >= 0 && in_pass(current, Pass))
                {
                    store(outputs_[static_cast<std::size_t>(current.kept)], local.values[i()]);
                }
            });
        for_each_index<Program::output_count>(
            [&](auto k) CTGRAD_INLINE_LAMBDA
            {
                if constexpr (stores(k(), Pass))
                {
                    constexpr int index = plan.outputs[static_cast<std::size_t>(k())];
                    store(outputs_[static_cast<std::size_t>(k())], operand_value<index>(local));
                }
            });
    }

    static constexpr T identity_of(reduction kind)
    {
        constexpr T infinity = std::numeric_limits<T>::infinity();
        return kind == reduction::sum ? T(0) : kind == reduction::max ? -infinity : infinity;
    }

    template <reduction Kind>
    CTGRAD_ALWAYS_INLINE static batch_type combine(batch_type a, batch_type b)
    {
        if constexpr (Kind == reduction::sum)
        {
            return a + b;
        }
        else if constexpr (Kind == reduction::max)
        {
            return maximum(a, b);
        }
        else
        {
            return minimum(a, b);
        }
    }

    template <reduction Kind>
    CTGRAD_ALWAYS_INLINE static T reduce(batch_type x)
    {
        if constexpr (Kind == reduction::sum)
        {
            return reduce_add(x);
        }
        else if constexpr (Kind == reduction::max)
        {
            return reduce_max(x);
        }
        else
        {
            return reduce_min(x);
        }
    }

    /// Calls with each reduction that this pass accumulates.
    template <int Pass>
    CTGRAD_ALWAYS_INLINE static void for_each_reduction(const auto& body)
    {
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                if constexpr (accumulates(i(), Pass))
                {
                    body(i, std::integral_constant<reduction, plan[i()].op->over_row>{});
                }
            });
    }

    /// Adds one whole vector to the totals.
    template <int Pass>
    CTGRAD_ALWAYS_INLINE void accumulate(const slots& local, slots& totals) const
    {
        for_each_reduction<Pass>(
            [&](auto i, auto kind) CTGRAD_INLINE_LAMBDA
            {
                constexpr int index = plan[i()].operands[0];
                constexpr planned_node value = plan[index];
                batch_type& total = totals.values[i()];
                if constexpr (value.is_summand)
                {
                    constexpr int last = value.op->arity - 1;
                    total = multiply_add(operand_value<value.operands[0]>(local),
                                         operand_value<value.operands[last]>(local), total);
                }
                else
                {
                    total = combine<kind()>(total, local.values[index]);
                }
            });
    }

    /// The same for a vector of which only these lanes are of the row.
    template <int Pass>
    CTGRAD_ALWAYS_INLINE static void accumulate(const slots& local, slots& totals, mask_type valid)
    {
        for_each_reduction<Pass>(
            [&](auto i, auto kind) CTGRAD_INLINE_LAMBDA
            {
                const batch_type value = select(valid, local.values[plan[i()].operands[0]],
                                                batch_type(identity_of(kind())));
                totals.values[i()] = combine<kind()>(totals.values[i()], value);
            });
    }

    template <int Pass, int Count>
    CTGRAD_ALWAYS_INLINE void run_whole_vectors(std::ptrdiff_t first, slots* totals) const
    {
        slots local[Count];
        for_each_index<Count>(
            [&](auto v) CTGRAD_INLINE_LAMBDA
            {
                const std::ptrdiff_t at = first + v() * batch_type::size;
                load_inputs<Pass>(local[v()], [&](const T* from) CTGRAD_INLINE_LAMBDA
                                  { return batch_type::load(from + at); });
            });
        compute_elements<Pass, false>(local);
        for_each_index<Count>(
            [&](auto v) CTGRAD_INLINE_LAMBDA
            {
                const std::ptrdiff_t at = first + v() * batch_type::size;
                store_outputs<Pass>(local[v()], [&](T* to, batch_type value) CTGRAD_INLINE_LAMBDA
                                    { value.store(to + at); });
                accumulate<Pass>(local[v()], totals[v()]);
            });
    }

    template <int Pass>
    CTGRAD_ALWAYS_INLINE void run_incomplete_vector(std::ptrdiff_t at, int count,
                                                    slots& totals) const
    {
        slots local[1];
        load_inputs<Pass>(local[0], [&](const T* from) CTGRAD_INLINE_LAMBDA
                          { return batch_type::load_partial(from + at, count); });
        compute_elements<Pass, true>(local);
        store_outputs<Pass>(local[0], [&](T* to, batch_type value) CTGRAD_INLINE_LAMBDA
                            { value.store_partial(to + at, count); });
        accumulate<Pass>(local[0], totals, first_lanes(count));
    }

    /// Two vectors, but no more than 16 elements: the classes of many a network are a short row.
    static constexpr int short_vectors = batch_type::size >= 16 ? 1 : 2;

    /// A row of few elements in registers: everything is computed once, whatever the passes are.
    template <int Count>
    CTGRAD_ALWAYS_INLINE void run_short_row(std::ptrdiff_t length)
    {
        slots local[Count];
        const auto lanes = [&](int v) CTGRAD_INLINE_LAMBDA
        {
            const std::ptrdiff_t left = length - v * batch_type::size;
            return static_cast<int>(left < 0                  ? 0
                                    : left < batch_type::size ? left
                                                              : batch_type::size);
        };
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                constexpr planned_node current = plan[i()];
                if constexpr (current.kind == node_kind::variable)
                {
                    const T* from = inputs_[static_cast<std::size_t>(current.leaf)];
                    for_each_index<Count>(
                        [&](auto v) CTGRAD_INLINE_LAMBDA
                        {
                            local[v()].values[i()] =
                                lanes(v()) > 0 ? batch_type::load_partial(
                                                     from + v() * batch_type::size, lanes(v()))
                                               : batch_type(T(0));
                        });
                }
            });
        for_each_index<plan.last_pass + 1>(
            [&](auto pass) CTGRAD_INLINE_LAMBDA
            {
                compute_uniform<pass()>(length);
                compute_stage<pass()>(local);
                for_each_reduction<pass()>(
                    [&](auto i, auto kind) CTGRAD_INLINE_LAMBDA
                    {
                        slots totals;
                        totals.values[i()] = batch_type(identity_of(kind()));
                        for_each_index<Count>(
                            [&](auto v) CTGRAD_INLINE_LAMBDA
                            {
                                const batch_type value =
                                    select(first_lanes(lanes(v())),
                                           local[v()].values[plan[i()].operands[0]],
                                           batch_type(identity_of(kind())));
                                totals.values[i()] = combine<kind()>(totals.values[i()], value);
                            });
                        uniform_.values[i()] = batch_type(reduce<kind()>(totals.values[i()]));
                    });
            });
        for_each_index<Program::output_count>(
            [&](auto k) CTGRAD_INLINE_LAMBDA
            {
                if constexpr (!Program::row_valued[static_cast<std::size_t>(k())])
                {
                    constexpr int index = plan.outputs[static_cast<std::size_t>(k())];
                    for_each_index<Count>(
                        [&](auto v) CTGRAD_INLINE_LAMBDA
                        {
                            if (lanes(v()) > 0)
                            {
                                operand_value<index>(local[v()])
                                    .store_partial(outputs_[static_cast<std::size_t>(k())] +
                                                       v() * batch_type::size,
                                                   lanes(v()));
                            }
                        });
                }
            });
    }

    /// All elements that wait for so many reductions and no more.
    template <int Stage, int Count>
    CTGRAD_ALWAYS_INLINE void compute_stage(slots (&local)[Count]) const
    {
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                constexpr planned_node current = plan[i()];
                if constexpr (!current.uniform && current.stage == Stage &&
                              current.kind == node_kind::applied)
                {
                    for_each_index<Count>([&](auto v) CTGRAD_INLINE_LAMBDA
                                          { compute<i()>(local[v()], local[v()]); });
                }
            });
    }

    /// Each of the interleaved vectors has totals of its own, so that none waits for another's.
    template <int Pass>
    CTGRAD_ALWAYS_INLINE void run_pass(std::ptrdiff_t length)
    {
        constexpr int count = interleaved(Pass);
        constexpr std::ptrdiff_t width = batch_type::size;
        slots totals[count];
        for_each_reduction<Pass>(
            [&](auto i, auto kind) CTGRAD_INLINE_LAMBDA
            {
                for_each_index<count>(
                    [&](auto v) CTGRAD_INLINE_LAMBDA
                    { totals[v()].values[i()] = batch_type(identity_of(kind())); });
            });
        std::ptrdiff_t at = 0;
        for (; at + count * width <= length; at += count * width)
        {
            run_whole_vectors<Pass, count>(at, totals);
        }
        for (; count > 1 && at + width <= length; at += width)
        {
            run_whole_vectors<Pass, 1>(at, totals);
        }
        if (at < length)
        {
            run_incomplete_vector<Pass>(at, static_cast<int>(length - at), totals[0]);
        }
        for_each_reduction<Pass>(
            [&](auto i, auto kind) CTGRAD_INLINE_LAMBDA
            {
                batch_type total = totals[0].values[i()];
                for_each_index<count - 1>(
                    [&](auto v) CTGRAD_INLINE_LAMBDA
                    { total = combine<kind()>(total, totals[v() + 1].values[i()]); });
                uniform_.values[i()] = batch_type(reduce<kind()>(total));
            });
    }

    CTGRAD_ALWAYS_INLINE static mask_type first_lanes(int count)
    {
        static constexpr auto numbers = []
        {
            std::array<T, static_cast<std::size_t>(batch_type::size)> lanes{};
            for (std::size_t i = 0; i < lanes.size(); ++i)
            {
                lanes[i] = static_cast<T>(i);
            }
            return lanes;
        }();
        return batch_type::load(numbers.data()) < batch_type(static_cast<T>(count));
    }

    std::array<const T*, input_count> inputs_;
    std::array<T*, output_count> outputs_;
    const T* parameters_;
    slots uniform_;
};

} // namespace ctgrad::simd
