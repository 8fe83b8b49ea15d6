// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/operation_list.hpp>
#include <ctgrad/graph/plan.hpp>
#include <ctgrad/graph/row_loops.hpp>
#include <ctgrad/simd/architecture.hpp>
#include <ctgrad/simd/batch.hpp>
#include <ctgrad/simd/elementary.hpp>
#include <ctgrad/simd/fast_forms.hpp>
#include <ctgrad/simd/limits.hpp>
#include <ctgrad/simd/places.hpp>
#include <ctgrad/simd/reductions.hpp>
#include <ctgrad/simd/slots.hpp>

#include <array>
#include <cmath>
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
    using uniform_type = batch<T, arch_for_one_value<Arch>>;

    static constexpr std::size_t input_count = static_cast<std::size_t>(Program::variables.size);
    static constexpr std::size_t output_count = static_cast<std::size_t>(Program::output_count);

    CTGRAD_ALWAYS_INLINE evaluator(const std::array<const T*, input_count>& inputs,
                                   const std::array<T*, output_count>& outputs, const T* parameters)
        : inputs_(inputs), outputs_(outputs), parameters_(parameters)
    {
    }

    CTGRAD_ALWAYS_INLINE void run(std::ptrdiff_t length)
    {
        constexpr indices_below<plan.last_pass + 1> passes{};
        if constexpr (plan.last_pass == 0)
        {
            run_passes(length, passes);
        }
        else if (length <= batch_type::size)
        {
            run_short_row(length, passes, indices_below<1>{});
        }
        else if (length <= short_vectors * batch_type::size)
        {
            run_short_row(length, passes, indices_below<short_vectors>{});
        }
        else
        {
            run_passes(length, passes);
        }
        write_row_values(
            row_loops::indices_of<row_loops::outputs_of_kind(Program::row_valued, true)>());
    }

private:
    template <int... I>
    using indices = row_loops::indices<I...>;
    template <int Count>
    using indices_below = row_loops::indices_below<Count>;

    static constexpr const auto& plan = Program::template plan_for<Inputs>;
    static constexpr int node_count = static_cast<int>(plan.nodes.size());

    // Two types also where the registers are the same: operand_value tells them apart.
    using slots = slots_of<batch_type, node_count, false>;
    using uniform_slots = slots_of<uniform_type, node_count, true>;

    using whole = whole_vector<batch_type>;
    using incomplete = incomplete_vector<batch_type>;

    template <int V>
    CTGRAD_ALWAYS_INLINE static whole vector_from(std::ptrdiff_t first)
    {
        return {first + V * static_cast<std::ptrdiff_t>(batch_type::size)};
    }

    /// The value (or the condition) of an operand of what is one value for the row.
    template <int Index>
    CTGRAD_ALWAYS_INLINE static auto operand_value(const uniform_slots& row)
    {
        constexpr const planned_node& current = plan[Index];
        if constexpr (current.op != nullptr && current.op->predicate)
        {
            return row.masks[Index];
        }
        else if constexpr (current.kind == node_kind::constant)
        {
            return uniform_type(static_cast<T>(current.value));
        }
        else
        {
            return row.values[Index];
        }
    }

    /// The same for an operand of elements, be it of this vector or of the row.
    template <int Index>
    CTGRAD_ALWAYS_INLINE auto operand_value(const slots& local) const
    {
        constexpr const planned_node& current = plan[Index];
        if constexpr (current.uniform)
        {
            return spread<Arch>(operand_value<Index>(uniform_));
        }
        else if constexpr (current.op != nullptr && current.op->predicate)
        {
            return local.masks[Index];
        }
        else
        {
            return local.values[Index];
        }
    }

    template <int Index>
    CTGRAD_ALWAYS_INLINE void compute(auto& local) const
    {
        constexpr const planned_node& current = plan[Index];
        using operations = typename Program::operations;
        using operation_type = typename operations::template at<operations::index_of(current.op)>;
        if constexpr (current.op->arity == 1)
        {
            local.put(Index, operation_type::value(operand_value<current.operands[0]>(local)));
        }
        else if constexpr (current.op->arity == 2)
        {
            local.put(Index, operation_type::value(operand_value<current.operands[0]>(local),
                                                   operand_value<current.operands[1]>(local)));
        }
        else
        {
            local.put(Index, operation_type::value(operand_value<current.operands[0]>(local),
                                                   operand_value<current.operands[1]>(local),
                                                   operand_value<current.operands[2]>(local)));
        }
    }

    /// One node, of several vectors.
    template <int Index, int... V>
    CTGRAD_ALWAYS_INLINE void compute(slots* local, indices<V...>) const
    {
        (compute<Index>(local[V]), ...);
    }

    /// Node by node, so that what is computed of several vectors overlaps.
    template <class Vectors, int... I>
    CTGRAD_ALWAYS_INLINE void compute_nodes([[maybe_unused]] slots* local,
                                            [[maybe_unused]] Vectors vectors, indices<I...>) const
    {
        (compute<I>(local, vectors), ...);
    }

    template <int Index>
    CTGRAD_ALWAYS_INLINE void compute_uniform([[maybe_unused]] std::ptrdiff_t length)
    {
        constexpr const planned_node& current = plan[Index];
        if constexpr (current.kind == node_kind::parameter)
        {
            uniform_.values[Index] = uniform_type(parameters_[current.leaf]);
        }
        else if constexpr (current.op == &operation_of<row_length_operation>)
        {
            uniform_.values[Index] = uniform_type(static_cast<T>(length));
        }
        else if constexpr (current.op == &operation_of<log_operation>)
        {
            // Of one value the standard library's logarithm, which looks it up in a table: ours is a
            // chain twice as long, which many numbers at once make up for.
            uniform_.values[Index] =
                uniform_type(std::log(first_lane(operand_value<current.operands[0]>(uniform_))));
        }
        else
        {
            compute<Index>(uniform_);
        }
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE void compute_uniforms([[maybe_unused]] std::ptrdiff_t length,
                                               indices<I...>)
    {
        (compute_uniform<I>(length), ...);
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE void load_variables([[maybe_unused]] slots& local,
                                             [[maybe_unused]] auto place, indices<I...>) const
    {
        ((local.values[I] = place.load(inputs_[static_cast<std::size_t>(plan[I].leaf)])), ...);
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE void load_kept([[maybe_unused]] slots& local, [[maybe_unused]] auto place,
                                        indices<I...>) const
    {
        ((local.values[I] = place.load(outputs_[static_cast<std::size_t>(plan[I].kept)])), ...);
    }

    /// What a pass reads of one vector: variables, and what earlier passes kept.
    template <int Pass>
    CTGRAD_ALWAYS_INLINE void load_inputs(slots& local, auto place) const
    {
        load_variables(local, place,
                       row_loops::indices_of<row_loops::variables_of_pass(plan, Pass)>());
        load_kept(local, place, row_loops::indices_of<row_loops::loaded_in_pass(plan, Pass)>());
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE void store_kept([[maybe_unused]] const slots& local,
                                         [[maybe_unused]] auto place, indices<I...>) const
    {
        (place.store(outputs_[static_cast<std::size_t>(plan[I].kept)], local.values[I]), ...);
    }

    template <int... K>
    CTGRAD_ALWAYS_INLINE void store_results([[maybe_unused]] const slots& local,
                                            [[maybe_unused]] auto place, indices<K...>) const
    {
        (place.store(outputs_[K], operand_value<plan.outputs[K]>(local)), ...);
    }

    /// What a pass writes of one vector: what later passes read, and results.
    template <int Pass>
    CTGRAD_ALWAYS_INLINE void store_outputs(const slots& local, auto place) const
    {
        store_kept(local, place, row_loops::indices_of<row_loops::kept_in_pass(plan, Pass)>());
        store_results(
            local, place,
            row_loops::indices_of<row_loops::outputs_of_pass(plan, Program::row_valued, Pass)>());
    }

    template <int... K>
    CTGRAD_ALWAYS_INLINE void write_row_values(indices<K...>) const
    {
        ((*outputs_[K] = first_lane(operand_value<plan.outputs[K]>(uniform_))), ...);
    }

    template <int Index>
    static constexpr reduction kind_of = plan[Index].op->over_row;

    template <int Pass>
    CTGRAD_ALWAYS_INLINE static constexpr auto reductions()
    {
        return row_loops::indices_of<row_loops::reductions_of_pass(plan, Pass)>();
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE static void clear([[maybe_unused]] slots& totals, indices<I...>)
    {
        ((totals.values[I] = batch_type(identity_of<T>(kind_of<I>))), ...);
    }

    /// Adds one whole vector to a total.
    template <int Index>
    CTGRAD_ALWAYS_INLINE void accumulate(const slots& local, slots& totals) const
    {
        constexpr int index = plan[Index].operands[0];
        constexpr const planned_node& value = plan[index];
        batch_type& total = totals.values[Index];
        if constexpr (value.is_summand)
        {
            constexpr int last = value.op->arity - 1;
            total = multiply_add(operand_value<value.operands[0]>(local),
                                 operand_value<value.operands[last]>(local), total);
        }
        else
        {
            total = combine<kind_of<Index>>(total, local.values[index]);
        }
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE void accumulate_all([[maybe_unused]] const slots& local,
                                             [[maybe_unused]] slots& totals, whole,
                                             indices<I...>) const
    {
        (accumulate<I>(local, totals), ...);
    }

    /// The same for a vector of which only some lanes are of the row.
    template <int... I>
    CTGRAD_ALWAYS_INLINE static void accumulate_all([[maybe_unused]] const slots& local,
                                                    [[maybe_unused]] slots& totals,
                                                    incomplete place, indices<I...>)
    {
        [[maybe_unused]] const mask_type valid = batch_type::first_lanes(place.lanes);
        ((totals.values[I] = combine<kind_of<I>>(totals.values[I],
                                                 select(valid, local.values[plan[I].operands[0]],
                                                        batch_type(identity_of<T>(kind_of<I>))))),
         ...);
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE static void combine_all([[maybe_unused]] slots& totals,
                                                 [[maybe_unused]] const slots& others,
                                                 indices<I...>)
    {
        ((totals.values[I] = combine<kind_of<I>>(totals.values[I], others.values[I])), ...);
    }

    /// The totals of all vectors, in pairs, and those of all lanes.
    template <int... I>
    CTGRAD_ALWAYS_INLINE void finish(slots* totals, int count, indices<I...> reduced)
    {
        if (count == 4)
        {
            combine_all(totals[0], totals[2], reduced);
            combine_all(totals[1], totals[3], reduced);
        }
        if (count > 1)
        {
            combine_all(totals[0], totals[1], reduced);
        }
        ((uniform_.values[I] = uniform_type(reduce<kind_of<I>>(totals[0].values[I]))), ...);
    }

    /// Each of the interleaved vectors has totals of its own, so that none waits for another's.
    template <int Pass, int... V>
    CTGRAD_ALWAYS_INLINE void run_whole_vectors(std::ptrdiff_t first, slots* totals,
                                                indices<V...> vectors) const
    {
        slots local[sizeof...(V)];
        (load_inputs<Pass>(local[V], vector_from<V>(first)), ...);
        compute_nodes(local, vectors,
                      row_loops::indices_of<row_loops::elements_of_pass(plan, Pass, false)>());
        ((store_outputs<Pass>(local[V], vector_from<V>(first)),
          accumulate_all(local[V], totals[V], vector_from<V>(first), reductions<Pass>())),
         ...);
    }

    template <int Pass>
    CTGRAD_ALWAYS_INLINE void run_incomplete_vector(incomplete place, slots& totals) const
    {
        slots local;
        load_inputs<Pass>(local, place);
        compute_nodes(&local, indices<0>{},
                      row_loops::indices_of<row_loops::elements_of_pass(plan, Pass, true)>());
        store_outputs<Pass>(local, place);
        accumulate_all(local, totals, place, reductions<Pass>());
    }

    template <int Pass, int... V>
    CTGRAD_ALWAYS_INLINE void run_loop(std::ptrdiff_t length, indices<V...> vectors)
    {
        constexpr int count = sizeof...(V);
        constexpr std::ptrdiff_t width = batch_type::size;
        slots totals[count];
        (clear(totals[V], reductions<Pass>()), ...);
        std::ptrdiff_t at = 0;
        for (; at + count * width <= length; at += count * width)
        {
            run_whole_vectors<Pass>(at, totals, vectors);
        }
        for (; count > 1 && at + width <= length; at += width)
        {
            run_whole_vectors<Pass>(at, totals, indices<0>{});
        }
        if (at < length)
        {
            run_incomplete_vector<Pass>({at, static_cast<int>(length - at)}, totals[0]);
        }
        finish(totals, count, reductions<Pass>());
    }

    template <int Pass>
    CTGRAD_ALWAYS_INLINE void run_pass(std::ptrdiff_t length)
    {
        compute_uniforms(length, row_loops::indices_of<row_loops::uniforms_of_stage(plan, Pass)>());
        if constexpr (row_loops::has_loop(plan, Program::row_valued, Pass))
        {
            run_loop<Pass>(length, indices_below<row_loops::interleaved(plan, Pass)>{});
        }
    }

    template <int... Pass>
    CTGRAD_ALWAYS_INLINE void run_passes(std::ptrdiff_t length, indices<Pass...>)
    {
        (run_pass<Pass>(length), ...);
    }

    /// Two vectors, but no more than 16 elements: the classes of many a network are a short row.
    static constexpr int short_vectors = batch_type::size >= 16 ? 1 : 2;

    /// Of the vectors of a short row only the last is incomplete.
    template <int V, int Count>
    CTGRAD_ALWAYS_INLINE static auto place_in_short_row(std::ptrdiff_t length)
    {
        constexpr std::ptrdiff_t at = V * batch_type::size;
        if constexpr (V + 1 < Count)
        {
            return whole{at};
        }
        else
        {
            return incomplete{at, static_cast<int>(length - at)};
        }
    }

    template <int Stage, int... V>
    CTGRAD_ALWAYS_INLINE void run_short_stage(slots* local, std::ptrdiff_t length,
                                              indices<V...> vectors)
    {
        compute_uniforms(length,
                         row_loops::indices_of<row_loops::uniforms_of_stage(plan, Stage)>());
        compute_nodes(local, vectors,
                      row_loops::indices_of<row_loops::elements_of_stage(plan, Stage)>());
        slots totals;
        clear(totals, reductions<Stage>());
        (accumulate_all(local[V], totals, place_in_short_row<V, sizeof...(V)>(length),
                        reductions<Stage>()),
         ...);
        finish(&totals, 1, reductions<Stage>());
    }

    /// A row of few elements in registers: everything is computed once, whatever the passes are.
    template <int... Stage, int... V>
    CTGRAD_ALWAYS_INLINE void run_short_row(std::ptrdiff_t length, indices<Stage...>,
                                            indices<V...> vectors)
    {
        constexpr int count = sizeof...(V);
        slots local[count];
        (load_variables(local[V], place_in_short_row<V, count>(length),
                        row_loops::indices_of<row_loops::variables_in(plan)>()),
         ...);
        (run_short_stage<Stage>(local, length, vectors), ...);
        (store_results(
             local[V], place_in_short_row<V, count>(length),
             row_loops::indices_of<row_loops::outputs_of_kind(Program::row_valued, false)>()),
         ...);
    }

    std::array<const T*, input_count> inputs_;
    std::array<T*, output_count> outputs_;
    const T* parameters_;
    uniform_slots uniform_;
};

} // namespace ctgrad::simd
