// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/nodes.hpp>

#include <array>
#include <cstddef>

namespace ctgrad::simd
{

/// Runs a program over one row. All passes over the row are unrolled loops over batches; nothing is
/// allocated. `Inputs` says whether an output may be the same array as an input.
template <class Program, class T, aliasing Inputs, class Arch = xsimd::default_arch>
class evaluator
{
    using nodes = node_evaluator<Program, T, Inputs, Arch>;
    using batch_type = typename nodes::batch_type;

public:
    CTGRAD_ALWAYS_INLINE evaluator(const std::array<const T*, nodes::input_count>& inputs,
                                   const std::array<T*, nodes::output_count>& outputs,
                                   const T* parameters)
        : nodes_(inputs, outputs, parameters)
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
        else if (!run_four_vectors(length, passes))
        {
            run_passes(length, passes);
        }
        nodes_.write_row_values(
            row_loops::indices_of<row_loops::outputs_of_kind(Program::row_valued, true)>());
    }

private:
    using slots = typename nodes::slots;
    using whole = typename nodes::whole;
    using incomplete = typename nodes::incomplete;

    template <int... I>
    using indices = row_loops::indices<I...>;
    template <int Count>
    using indices_below = row_loops::indices_below<Count>;

    static constexpr const auto& plan = nodes::plan;

    template <int Index>
    static constexpr reduction kind_of = plan[Index].op->over_row;

    /// What one reduction has come to.
    template <int Index>
    struct total_of : row_total<kind_of<Index>, batch_type, plan[Index].may_miss_nan>
    {
        using row_total<kind_of<Index>, batch_type, plan[Index].may_miss_nan>::row_total;
    };

    /// What a reduction is of, in the lanes that are of the row; the others change nothing.
    template <int Index>
    CTGRAD_ALWAYS_INLINE static batch_type element_or_identity(const slots& local, incomplete place)
    {
        return select(batch_type::first_lanes(place.lanes), local.values[plan[Index].operands[0]],
                      batch_type(identity_of<T>(kind_of<Index>)));
    }

    template <class Indices>
    struct totals_of;
    template <int... I>
    struct totals_of<indices<I...>> : total_of<I>...
    {
        totals_of() = default;

        CTGRAD_ALWAYS_INLINE totals_of([[maybe_unused]] const slots& local, whole)
            : total_of<I>(local.values[plan[I].operands[0]])...
        {
        }
        CTGRAD_ALWAYS_INLINE totals_of([[maybe_unused]] const slots& local,
                                       [[maybe_unused]] incomplete place)
            : total_of<I>(element_or_identity<I>(local, place))...
        {
        }
    };

    /// What the reductions of a pass have come to.
    template <int Pass>
    using totals_of_pass =
        totals_of<decltype(row_loops::indices_of<row_loops::reductions_of_pass(plan, Pass)>())>;

    /// Adds one whole vector to a total.
    template <int Index>
    CTGRAD_ALWAYS_INLINE void accumulate(const slots& local, total_of<Index>& total) const
    {
        constexpr int index = plan[Index].operands[0];
        constexpr const planned_node& value = plan[index];
        if constexpr (value.is_summand)
        {
            constexpr int last = value.op->arity - 1;
            total.add_product(nodes_.template operand_value<value.operands[0]>(local),
                              nodes_.template operand_value<value.operands[last]>(local));
        }
        else
        {
            total.add(local.values[index]);
        }
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE void accumulate_all([[maybe_unused]] const slots& local,
                                             [[maybe_unused]] totals_of<indices<I...>>& totals,
                                             whole) const
    {
        (accumulate<I>(local, totals), ...);
    }

    /// The same for a vector of which only some lanes are of the row.
    template <int... I>
    CTGRAD_ALWAYS_INLINE static void accumulate_all(
        [[maybe_unused]] const slots& local, [[maybe_unused]] totals_of<indices<I...>>& totals,
        [[maybe_unused]] incomplete place)
    {
        (static_cast<total_of<I>&>(totals).add(element_or_identity<I>(local, place)), ...);
    }

    /// The totals of all vectors, in pairs, and those of all lanes.
    template <int Index, class Totals>
    CTGRAD_ALWAYS_INLINE void finish(Totals* totals, int count)
    {
        const auto at = [&](int v) -> total_of<Index>& { return totals[v]; };
        if (count > 2)
        {
            at(0).add(at(2));
        }
        if (count > 3)
        {
            at(1).add(at(3));
        }
        if (count > 1)
        {
            at(0).add(at(1));
        }
        nodes_.template put_total<Index>(at(0).result());
    }

    template <int... I>
    CTGRAD_ALWAYS_INLINE void finish_all([[maybe_unused]] totals_of<indices<I...>>* totals,
                                         [[maybe_unused]] int count)
    {
        (finish<I>(totals, count), ...);
    }

    /// Once for each line of the cache. A row that is read again is in the cache already, and where
    /// little is computed processors look ahead far enough.
    template <int V>
    CTGRAD_ALWAYS_INLINE void ask_ahead(std::ptrdiff_t first) const
    {
        constexpr int line = 64;
        constexpr int vector = batch_type::size * static_cast<int>(sizeof(T));
        constexpr bool is_worth_it =
            plan.last_pass == 0 && ctgrad::detail::cost_of_pass(plan, 0) > 8;
        if constexpr (is_worth_it && V * vector % line == 0)
        {
            nodes_.ask_ahead(nodes::template vector_from<V>(first),
                             row_loops::indices_of<row_loops::variables_in(plan)>());
        }
    }

    /// Each of the interleaved vectors has totals of its own, so that none waits for another's.
    template <int Pass, int... V>
    CTGRAD_ALWAYS_INLINE void run_whole_vectors(std::ptrdiff_t first, totals_of_pass<Pass>* totals,
                                                indices<V...> vectors) const
    {
        slots local[sizeof...(V)];
        (nodes_.template load_inputs<Pass>(local[V], nodes::template vector_from<V>(first)), ...);
        nodes_.compute_nodes(
            local, vectors,
            row_loops::indices_of<row_loops::elements_of_pass(plan, Pass, false)>());
        ((nodes_.template store_outputs<Pass>(local[V], nodes::template vector_from<V>(first)),
          accumulate_all(local[V], totals[V], nodes::template vector_from<V>(first))),
         ...);
    }

    template <int Pass>
    CTGRAD_ALWAYS_INLINE void run_incomplete_vector(incomplete place,
                                                    totals_of_pass<Pass>& totals) const
    {
        slots local;
        nodes_.template load_inputs<Pass>(local, place);
        nodes_.compute_nodes(
            &local, indices<0>{},
            row_loops::indices_of<row_loops::elements_of_pass(plan, Pass, true)>());
        nodes_.template store_outputs<Pass>(local, place);
        accumulate_all(local, totals, place);
    }

    template <int Pass, int... V>
    CTGRAD_ALWAYS_INLINE void run_loop(std::ptrdiff_t length, indices<V...> vectors)
    {
        constexpr int count = sizeof...(V);
        constexpr std::ptrdiff_t width = batch_type::size;
        totals_of_pass<Pass> totals[count];
        std::ptrdiff_t at = 0;
        for (; at + count * width <= length; at += count * width)
        {
            (ask_ahead<V>(at), ...);
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
        finish_all(totals, count);
    }

    template <int Pass>
    CTGRAD_ALWAYS_INLINE void run_pass(std::ptrdiff_t length)
    {
        nodes_.compute_uniforms(length,
                                row_loops::indices_of<row_loops::uniforms_of_stage(plan, Pass)>());
        if constexpr (row_loops::has_loop(plan, Program::row_valued, Pass))
        {
            constexpr int registers = detail::register_count<Arch>;
            run_loop<Pass>(length, indices_below<row_loops::interleaved(plan, Pass, registers)>{});
        }
    }

    template <int... Pass>
    CTGRAD_ALWAYS_INLINE void run_passes(std::ptrdiff_t length, indices<Pass...>)
    {
        (run_pass<Pass>(length), ...);
    }

    /// Two vectors, but no more than 16 elements: the classes of many a network are a short row.
    static constexpr int short_vectors = batch_type::size >= 16 ? 1 : 2;

    /// So many vectors without a missing element are a short row as well, where the values of four
    /// vectors are not too many for the registers, and lanes not too few to be worth the code.
    static constexpr int whole_vectors = 4;
    static constexpr bool has_room = plan.nodes.size() <= 64 && batch_type::size >= 4;
    static_assert(short_vectors < whole_vectors);

    /// Of the vectors of a short row only the last may be incomplete.
    template <int V, int Count>
    CTGRAD_ALWAYS_INLINE static auto place_in_short_row(std::ptrdiff_t length)
    {
        constexpr std::ptrdiff_t at = V * batch_type::size;
        if constexpr (Count == whole_vectors || V + 1 < Count)
        {
            return whole{at};
        }
        else
        {
            return incomplete{at, static_cast<int>(length - at)};
        }
    }

    /// Returns whether the row was one of just four vectors.
    template <class Passes>
    CTGRAD_ALWAYS_INLINE bool run_four_vectors(std::ptrdiff_t length, Passes passes)
    {
        if constexpr (has_room)
        {
            if (length == whole_vectors * batch_type::size)
            {
                run_short_row(length, passes, indices_below<whole_vectors>{});
                return true;
            }
        }
        return false;
    }

    /// The totals of vector V of a short row and the one behind it.
    template <int Stage, int V, int Count>
    CTGRAD_ALWAYS_INLINE auto pair_total(const slots* local, std::ptrdiff_t length) const
    {
        totals_of_pass<Stage> totals(local[V], place_in_short_row<V, Count>(length));
        if constexpr (V + 1 < Count)
        {
            accumulate_all(local[V + 1], totals, place_in_short_row<V + 1, Count>(length));
        }
        return totals;
    }

    template <int Stage, int Count, int... Pair>
    CTGRAD_ALWAYS_INLINE void add_up_pairs(const slots* local, std::ptrdiff_t length,
                                           indices<Pair...>)
    {
        totals_of_pass<Stage> totals[] = {pair_total<Stage, 2 * Pair, Count>(local, length)...};
        finish_all(totals, sizeof...(Pair));
    }

    template <int Stage, int... V>
    CTGRAD_ALWAYS_INLINE void run_short_stage(slots* local, std::ptrdiff_t length,
                                              indices<V...> vectors)
    {
        nodes_.compute_uniforms(length,
                                row_loops::indices_of<row_loops::uniforms_of_stage(plan, Stage)>());
        nodes_.compute_nodes(local, vectors,
                             row_loops::indices_of<row_loops::elements_of_stage(plan, Stage)>());
        constexpr int pairs = (sizeof...(V) + 1) / 2;
        add_up_pairs<Stage, sizeof...(V)>(local, length, indices_below<pairs>{});
    }

    /// A row of few elements in registers: everything is computed once, whatever the passes are.
    template <int... Stage, int... V>
    CTGRAD_ALWAYS_INLINE void run_short_row(std::ptrdiff_t length, indices<Stage...>,
                                            indices<V...> vectors)
    {
        constexpr int count = sizeof...(V);
        slots local[count];
        (nodes_.load_variables(local[V], place_in_short_row<V, count>(length),
                               row_loops::indices_of<row_loops::variables_in(plan)>()),
         ...);
        (run_short_stage<Stage>(local, length, vectors), ...);
        (nodes_.store_results(
             local[V], place_in_short_row<V, count>(length),
             row_loops::indices_of<row_loops::outputs_of_kind(Program::row_valued, false)>()),
         ...);
    }

    nodes nodes_;
};

} // namespace ctgrad::simd
