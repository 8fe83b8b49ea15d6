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

/// What a program does with one vector of a row, node by node, and with what is one value for the row.
/// `inputs` points to one array for each variable, `outputs` to one for each output (a single value
/// where the output is one value for the row).
template <class Program, class T, aliasing Inputs, class Arch>
class node_evaluator
{
public:
    using batch_type = batch<T, Arch>;
    using uniform_type = batch<T, arch_for_one_value<Arch>>;

    static constexpr std::size_t input_count = static_cast<std::size_t>(Program::variables.size);
    static constexpr std::size_t output_count = static_cast<std::size_t>(Program::output_count);

    CTGRAD_ALWAYS_INLINE node_evaluator(const std::array<const T*, input_count>& inputs,
                                        const std::array<T*, output_count>& outputs,
                                        const T* parameters)
        : inputs_(inputs), outputs_(outputs), parameters_(parameters)
    {
    }

    template <int... I>
    using indices = row_loops::indices<I...>;

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
            uniform_.values[Index] = uniform_type(length_as<T>(length));
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

    /// Asks for what a loop over a long array will read of its variables.
    template <int... I>
    CTGRAD_ALWAYS_INLINE void ask_ahead([[maybe_unused]] whole place, indices<I...>) const
    {
        (place.ask_ahead(inputs_[static_cast<std::size_t>(plan[I].leaf)]), ...);
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

    /// What a reduction has found.
    template <int Index>
    CTGRAD_ALWAYS_INLINE void put_total(T found)
    {
        uniform_.values[Index] = uniform_type(found);
    }

private:
    std::array<const T*, input_count> inputs_;
    std::array<T*, output_count> outputs_;
    const T* parameters_;
    uniform_slots uniform_;
};

} // namespace ctgrad::simd
