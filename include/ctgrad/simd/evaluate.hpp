// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/operation_list.hpp>
#include <ctgrad/graph/plan.hpp>
#include <ctgrad/simd/batch.hpp>
#include <ctgrad/simd/elementary.hpp>
#include <ctgrad/simd/limits.hpp>

#include <cstddef>

namespace ctgrad::simd
{

/// Runs a program over one row: `inputs` points to one array for each variable, `outputs` to one for
/// each output (a single value where the output is one value for the row). All passes over the row
/// are unrolled loops over batches; nothing is allocated. An output may be the same array as an
/// input if the program has one pass.
template <class Program, class T, class Arch = xsimd::default_arch>
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
        for_each_index<plan.last_pass + 1>(
            [&](auto pass) CTGRAD_INLINE_LAMBDA
            {
                compute_uniform<pass()>(length);
                if constexpr (has_loop(pass()))
                {
                    run_pass<pass()>(length);
                }
            });
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
    static constexpr const auto& plan = Program::plan;
    static constexpr int node_count = static_cast<int>(plan.nodes.size());

    /// Vectors in one step of a loop. A formula is one long chain of dependent operations: with one
    /// vector at a time processors wait for results, and two keep them busy. Large graphs have
    /// independent parts of their own, and too many values for the registers.
    static constexpr int interleaved = node_count <= 64 ? 2 : 1;

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

    static constexpr bool has_loop(int pass)
    {
        for (const planned_node& current : plan.nodes)
        {
            if (in_pass(current, pass))
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
        return !Program::row_valued[output] && plan[plan.outputs[output]].stage == pass;
    }

    static constexpr bool is_reduction(const planned_node& current)
    {
        return current.op != nullptr && current.op->over_row != reduction::none;
    }

    /// Whether pass `pass` accumulates node `index`.
    static constexpr bool accumulates(int index, int pass)
    {
        return is_reduction(plan[index]) && plan[index].stage - 1 == pass &&
               !plan[plan[index].operands[0]].uniform;
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
                    else if constexpr (is_reduction(current))
                    {
                        if constexpr (plan[current.operands[0]].uniform)
                        {
                            const batch_type value = uniform_value<current.operands[0]>();
                            uniform_.values[i()] = current.op->over_row == reduction::sum
                                                       ? value * batch_type(static_cast<T>(length))
                                                       : value;
                        }
                    }
                    else if constexpr (current.kind == node_kind::applied)
                    {
                        compute<i()>(uniform_, uniform_);
                    }
                }
            });
    }

    /// Node by node, so that what is computed of several vectors overlaps.
    template <int Pass, int Count>
    CTGRAD_ALWAYS_INLINE void compute_elements(slots (&local)[Count]) const
    {
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                constexpr planned_node current = plan[i()];
                if constexpr (!current.uniform && in_pass(current, Pass) &&
                              current.kind == node_kind::applied)
                {
                    for_each_index<Count>([&](auto v) CTGRAD_INLINE_LAMBDA
                                          { compute<i()>(local[v()], local[v()]); });
                }
            });
    }

    template <int Pass, class Load>
    CTGRAD_ALWAYS_INLINE static void load_inputs(slots& local, const Load& load)
    {
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                constexpr planned_node current = plan[i()];
                if constexpr (current.kind == node_kind::variable && in_pass(current, Pass))
                {
                    local.values[i()] = load(current.leaf);
                }
            });
    }

    template <int Pass, class Store>
    CTGRAD_ALWAYS_INLINE static void store_outputs(const evaluator& self, const slots& local,
                                                   const Store& store)
    {
        for_each_index<Program::output_count>(
            [&](auto k) CTGRAD_INLINE_LAMBDA
            {
                if constexpr (stores(k(), Pass))
                {
                    constexpr int index = plan.outputs[static_cast<std::size_t>(k())];
                    store(k(), self.template operand_value<index>(local));
                }
            });
    }

    CTGRAD_ALWAYS_INLINE static batch_type reduction_identity(reduction kind)
    {
        return batch_type(kind == reduction::sum ? T(0) : -std::numeric_limits<T>::infinity());
    }

    CTGRAD_ALWAYS_INLINE static batch_type combine(reduction kind, batch_type a, batch_type b)
    {
        return kind == reduction::sum ? a + b : maximum(a, b);
    }

    template <int Pass, class Keep>
    CTGRAD_ALWAYS_INLINE void accumulate(const slots& local, const Keep& keep)
    {
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                if constexpr (accumulates(i(), Pass))
                {
                    constexpr planned_node current = plan[i()];
                    constexpr reduction kind = current.op->over_row;
                    const batch_type value =
                        keep(local.values[current.operands[0]], reduction_identity(kind));
                    uniform_.values[i()] = combine(kind, uniform_.values[i()], value);
                }
            });
    }

    template <int Pass, int Count>
    CTGRAD_ALWAYS_INLINE void run_whole_vectors(std::ptrdiff_t first)
    {
        slots local[Count];
        for_each_index<Count>(
            [&](auto v) CTGRAD_INLINE_LAMBDA
            {
                const std::ptrdiff_t at = first + v() * batch_type::size;
                load_inputs<Pass>(
                    local[v()], [&](int leaf) CTGRAD_INLINE_LAMBDA
                    { return batch_type::load(inputs_[static_cast<std::size_t>(leaf)] + at); });
            });
        compute_elements<Pass>(local);
        for_each_index<Count>(
            [&](auto v) CTGRAD_INLINE_LAMBDA
            {
                const std::ptrdiff_t at = first + v() * batch_type::size;
                store_outputs<Pass>(*this, local[v()],
                                    [&](int k, batch_type value) CTGRAD_INLINE_LAMBDA
                                    { value.store(outputs_[static_cast<std::size_t>(k)] + at); });
                accumulate<Pass>(local[v()], [](batch_type value, batch_type) CTGRAD_INLINE_LAMBDA
                                 { return value; });
            });
    }

    template <int Pass>
    CTGRAD_ALWAYS_INLINE void run_incomplete_vector(std::ptrdiff_t at, int count)
    {
        slots local[1];
        load_inputs<Pass>(local[0],
                          [&](int leaf) CTGRAD_INLINE_LAMBDA
                          {
                              return batch_type::load_partial(
                                  inputs_[static_cast<std::size_t>(leaf)] + at, count);
                          });
        compute_elements<Pass>(local);
        store_outputs<Pass>(
            *this, local[0], [&](int k, batch_type value) CTGRAD_INLINE_LAMBDA
            { value.store_partial(outputs_[static_cast<std::size_t>(k)] + at, count); });
        const mask_type valid = first_lanes(count);
        accumulate<Pass>(local[0], [&](batch_type value, batch_type identity) CTGRAD_INLINE_LAMBDA
                         { return select(valid, value, identity); });
    }

    template <int Pass>
    CTGRAD_ALWAYS_INLINE void run_pass(std::ptrdiff_t length)
    {
        constexpr std::ptrdiff_t width = batch_type::size;
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                if constexpr (accumulates(i(), Pass))
                {
                    uniform_.values[i()] = reduction_identity(plan[i()].op->over_row);
                }
            });
        std::ptrdiff_t at = 0;
        for (; at + interleaved * width <= length; at += interleaved * width)
        {
            run_whole_vectors<Pass, interleaved>(at);
        }
        for (; at + width <= length; at += width)
        {
            run_whole_vectors<Pass, 1>(at);
        }
        if (at < length)
        {
            run_incomplete_vector<Pass>(at, static_cast<int>(length - at));
        }
        for_each_index<node_count>(
            [&](auto i) CTGRAD_INLINE_LAMBDA
            {
                if constexpr (accumulates(i(), Pass))
                {
                    const batch_type total = uniform_.values[i()];
                    uniform_.values[i()] =
                        batch_type(plan[i()].op->over_row == reduction::sum ? reduce_add(total)
                                                                            : reduce_max(total));
                }
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
