// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/cell_maps.hpp>

namespace ctgrad
{

template <class T, class Cell, auto Layer, shape In>
struct recurrent_implementation;

/// A cell that sees one step of a sequence after the other, and its own states.
/// Shapes     at each step x (B, In) -> y (B, Units), the hidden state
/// Parameters input_weight ((both + input maps) Units, In), state_weight ((both + state maps) Units,
///            Units), bias (maps Units), where maps are in the order of the cell's lists
/// Errors     compile time: the input must be flat, units at least 1, the cell's formulas of its states
///            and maps only
/// Cost       2 Units (maps of the input In + maps of the state Units) flops a step, twice that backward
template <recurrent_cell Cell>
struct recurrent
{
    static constexpr std::string_view name = Cell::name;

    int units = 0;

    constexpr auto in_fast_form() const { return recurrent<detail::fast_cell<Cell>>{units}; }

    template <class T, auto Layer, shape In, auto Next>
    using implementation = recurrent_implementation<T, Cell, Layer, In>;
};

/// `lstm{.units = 16}`: long short-term memory.
using lstm = recurrent<cells::lstm>;
/// `gru{.units = 8}`: a gated recurrent unit.
using gru = recurrent<cells::gru>;
/// `simple_recurrent{.units = 8}`: one map and tanh; `recurrent<cells::simple<relu>>` has another
/// activation.
using simple_recurrent = recurrent<cells::simple<tanh(variable<"x">{})>>;

template <class T, class Cell, auto Layer, shape In>
struct recurrent_implementation
{
    static constexpr int inputs = In.size() > 0 ? In.size() : 1;
    static constexpr int units = Layer.units > 0 ? Layer.units : 1;
    static constexpr shape output{units};
    static constexpr bool in_place = false;

private:
    using maps = detail::cell_maps<T, Cell, inputs, units>;
    static constexpr int width = maps::width;
    static constexpr int stride = row_stride<T>(units);

    static constexpr const name_list& states = detail::states_of_cell<Cell>;
    static constexpr int hidden = states.find("hidden") < 0 ? 0 : states.find("hidden");
    /// The room behind the last step holds the gradients of the states.
    static constexpr int result_stride =
        std::max(row_stride<T>(maps::results), states.size* stride);

public:
    /// Memory of one sequence, and what training keeps of each step: all states, results of the maps.
    static constexpr int state = states.size * stride;
    static constexpr int kept = state + result_stride;
    static constexpr long long multiply_adds = maps::multiply_adds;
    /// Steps for which training has room before the first.
    static constexpr int steps_before = 1;
    static constexpr const auto& tensors = maps::tensors;

    static void initialise(T* parameters, random_engine& engine)
    {
        maps::initialise(parameters, engine);
    }
    static void export_tensors(const T* parameters, T* to) { maps::export_tensors(parameters, to); }
    static void import_tensors(const T* from, T* parameters)
    {
        maps::import_tensors(from, parameters);
    }

    /// One step of one sequence, in line.
    CTGRAD_ALWAYS_INLINE static void step(const T* parameters, const T* x, T* y, T* memory, T*)
    {
        alignas(64) T z[maps::results];
        const auto place = [&](int s) { return memory + s * stride; };
        maps::of_row(parameters, x, place(hidden), z);
        compute_states(z, place, place);
        std::copy_n(place(hidden), width, y);
    }

    static void forward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                        T* kept_values, std::ptrdiff_t rows, const keeping_context<T>& context)
    {
        const std::ptrdiff_t sequences = context.sequences;
        const history past{kept_values, rows / sequences, sequences};
        T* const memory = context.memory;
        for (int s = 0; s < states.size; ++s)
        {
            std::copy_n(memory + s * sequences * stride, sequences * stride, past.states(s, 0));
        }
        maps::of_input_rows(parameters, x, x_stride, rows, past.results(0), result_stride);
        for (std::ptrdiff_t t = 0; t < past.steps; ++t)
        {
            maps::add_state_rows(parameters, past.states(hidden, t), stride, sequences,
                                 past.results(t), result_stride);
            compute_states_of_rows(past, t);
        }
        for (int s = 0; s < states.size; ++s)
        {
            std::copy_n(past.states(s, past.steps), sequences * stride,
                        memory + s * sequences * stride);
        }
        std::copy_n(past.states(hidden, 1), rows * stride, y);
        clear_padding(y, units, rows);
    }

    /// Back-propagation through time; nothing comes back from steps behind these.
    static void backward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* kept_values,
                         const T* dy, T* dx, T* gradients, std::ptrdiff_t rows,
                         const keeping_context<T>& context)
    {
        const std::ptrdiff_t sequences = context.sequences;
        const history past{kept_values, rows / sequences, sequences};
        T* const dstates = past.results(past.steps);
        std::fill_n(dstates, sequences * state, T(0));
        T* const dhidden = dstates + hidden * sequences * stride;
        for (std::ptrdiff_t t = past.steps - 1; t >= 0; --t)
        {
            for (std::ptrdiff_t i = 0; i < sequences * stride; ++i)
            {
                dhidden[i] += dy[t * sequences * stride + i];
            }
            differentiate_rows(past, t, dstates);
            maps::add_state_gradient(parameters, past.results(t), result_stride, sequences, dhidden,
                                     stride);
        }
        const T* const dz = past.results(0);
        maps::add_gradients(x, x_stride, past.states(hidden, 0), stride, dz, result_stride, rows,
                            gradients);
        if (dx != nullptr)
        {
            constexpr int input_stride = row_stride<T>(inputs);
            std::fill_n(dx, rows * input_stride, T(0));
            maps::add_input_gradient(parameters, dz, result_stride, rows, dx, input_stride);
        }
    }

private:
    /// What training keeps: (state, step, sequence, unit) with one step more, the first, which was before;
    /// and behind it (step, sequence, map, unit), likewise with room for one step more, the last.
    struct history
    {
        T* kept_values;
        std::ptrdiff_t steps;
        std::ptrdiff_t sequences;

        T* states(int s, std::ptrdiff_t t) const
        {
            return kept_values + (s * (steps + 1) + t) * sequences * stride;
        }
        T* results(std::ptrdiff_t t) const
        {
            return kept_values + (steps + 1) * sequences * state + t * sequences * result_stride;
        }
    };

    using programs = detail::cell_programs<Cell>;

    template <class Program>
    static void place(detail::pointers_to_inputs<Program, T>& inputs_of_program,
                      std::string_view name, const T* data)
    {
        const int index = Program::variables.find(name);
        if (index >= 0)
        {
            inputs_of_program[static_cast<std::size_t>(index)] = data;
        }
    }

    /// Arrays for a program of the results z of the maps and of old states.
    template <class Program>
    CTGRAD_ALWAYS_INLINE static detail::pointers_to_inputs<Program, T> inputs_from(
        const T* z, const auto& old_state)
    {
        detail::pointers_to_inputs<Program, T> arrays{};
        for (int map = 0; map < maps::names.size; ++map)
        {
            place<Program>(arrays, maps::names[map], z + map * width);
        }
        for (int s = 0; s < states.size; ++s)
        {
            place<Program>(arrays, states[s], old_state(s));
        }
        return arrays;
    }

    CTGRAD_ALWAYS_INLINE static void compute_states(const T* z, const auto& old_state,
                                                    const auto& new_state)
    {
        using forward_program = typename programs::forward;
        detail::pointers_to_outputs<forward_program, T> outputs{};
        for (int s = 0; s < states.size; ++s)
        {
            outputs[static_cast<std::size_t>(s)] = new_state(s);
        }
        simd::evaluator<forward_program, T, aliasing::exact, typename maps::arch>(
            inputs_from<forward_program>(z, old_state), outputs, nullptr)
            .run(width);
    }

    [[gnu::noinline]] static void compute_states_of_rows(history past, std::ptrdiff_t t)
    {
        for (std::ptrdiff_t row = 0; row < past.sequences; ++row)
        {
            compute_states(
                past.results(t) + row * result_stride,
                [&](int s) { return past.states(s, t) + row * stride; },
                [&](int s) { return past.states(s, t + 1) + row * stride; });
        }
    }

    /// Gradients of new states become those of old ones, results of the maps their gradients.
    [[gnu::noinline]] static void differentiate_rows(history past, std::ptrdiff_t t, T* dstates)
    {
        using backward_program = typename programs::backward;
        for (std::ptrdiff_t row = 0; row < past.sequences; ++row)
        {
            T* const z = past.results(t) + row * result_stride;
            const auto dstate = [&](int s)
            { return dstates + (s * past.sequences + row) * stride; };
            auto arrays = inputs_from<backward_program>(
                z, [&](int s) { return past.states(s, t) + row * stride; });
            detail::pointers_to_outputs<backward_program, T> outputs{};
            for (int map = 0; map < maps::names.size; ++map)
            {
                outputs[static_cast<std::size_t>(map)] = z + map * width;
            }
            [&]<std::size_t... S>(std::index_sequence<S...>)
            {
                (place<backward_program>(arrays, programs::template incoming<S>.name.view(),
                                         dstate(static_cast<int>(S))),
                 ...);
                ((outputs[static_cast<std::size_t>(maps::names.size) + S] =
                      dstate(static_cast<int>(S))),
                 ...);
            }(std::make_index_sequence<static_cast<std::size_t>(states.size)>{});
            simd::evaluator<backward_program, T, aliasing::exact, typename maps::arch>(
                arrays, outputs, nullptr)
                .run(width);
            if constexpr (width != units)
            {
                // What comes back for padding is 0 times something, which may be infinite.
                for (int array = 0; array < maps::names.size + states.size; ++array)
                {
                    T* const padded = outputs[static_cast<std::size_t>(array)];
                    std::fill(padded + units, padded + width, T(0));
                }
            }
        }
    }

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static constexpr bool is_flat = In.is_flat();
    static_assert(is_flat, "a recurrent layer needs a flat input, one step of the sequence: put "
                           "flatten{} before it; see docs/errors.md#recurrent-input");
    static constexpr bool has_units = Layer.units > 0;
    static_assert(has_units, "a recurrent layer needs at least one unit: lstm{.units = 16}; see "
                             "docs/errors.md#recurrent-units");
    static constexpr bool has_hidden_state = states.find("hidden") >= 0;
    static_assert(has_hidden_state,
                  "a recurrent cell assigns to its hidden state: rule = update(hidden = ...); see "
                  "docs/errors.md#recurrent-cell");
    static constexpr bool knows_its_variables = detail::knows_its_variables<Cell>;
    static_assert(
        knows_its_variables,
        "the formulas of a recurrent cell are of its states and of the maps that it lists "
        "in of_both, of_input and of_state only; see docs/errors.md#recurrent-cell");
};

} // namespace ctgrad
