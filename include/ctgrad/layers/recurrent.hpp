// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/cell_programs.hpp>
#include <ctgrad/layers/initialise.hpp>
#include <ctgrad/layers/linear_maps.hpp>

#include <boost/hana/type.hpp>

#include <numeric>

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

namespace detail
{

/// Rows of an orthogonal matrix of that size, so that states neither grow nor fade at first.
/// Source     Saxe, McClelland, Ganguli (2014)
template <class T>
void fill_orthogonal(std::span<T> matrix, int size, random_engine& engine)
{
    const auto n = static_cast<std::size_t>(size);
    std::vector<double> rows(n * n);
    fill_normal(std::span<double>(rows), 0.0, 1.0, engine);
    const auto row = [&](std::size_t i) { return std::span<double>(rows).subspan(i * n, n); };
    for (std::size_t i = 0; i < n; ++i)
    {
        // Twice, as rounding leaves something of the others where a row was nearly one of them.
        for (std::size_t round = 0; round < 2 * i; ++round)
        {
            const std::span<double> other = row(round % i);
            const double part = std::inner_product(other.begin(), other.end(), row(i).begin(), 0.0);
            for (std::size_t k = 0; k < n; ++k)
            {
                row(i)[k] -= part * other[k];
            }
        }
        const double length =
            std::sqrt(std::inner_product(row(i).begin(), row(i).end(), row(i).begin(), 0.0));
        std::ranges::for_each(row(i), [&](double& value) { value /= length; });
    }
    std::ranges::transform(rows, matrix.begin(),
                           [](double value) { return static_cast<T>(value); });
}

} // namespace detail

template <class T, class Cell, auto Layer, shape In>
struct recurrent_implementation
{
    static constexpr int inputs = In.size() > 0 ? In.size() : 1;
    static constexpr int units = Layer.units > 0 ? Layer.units : 1;
    static constexpr shape output{units};
    static constexpr bool in_place = false;

private:
    using arch = simd::arch_for_units<T, units>;
    static constexpr int lanes = simd::batch<T, arch>::size;
    static constexpr int width = (units + lanes - 1) / lanes * lanes;
    static constexpr int stride = row_stride<T>(units);
    static constexpr int input_stride = row_stride<T>(inputs);

    static constexpr const name_list& maps = detail::maps_of_cell<Cell>;
    static constexpr const name_list& states = detail::states_of_cell<Cell>;
    static constexpr int both = detail::maps_of_both<Cell>.size;
    static constexpr int of_input = detail::maps_of_input<Cell>.size;
    static constexpr int of_state = detail::maps_of_state<Cell>.size;
    static constexpr int hidden = states.find("hidden") < 0 ? 0 : states.find("hidden");

    template <int Inputs, int Maps>
    using linear = detail::linear_maps<T, Inputs, Maps, units, width, arch>;
    using both_of_input = linear<inputs, both>;
    using input_alone = linear<inputs, of_input>;
    using both_of_state = linear<units, both>;
    using state_alone = linear<units, of_state>;

    /// Results of the maps for one row: those of both, of the input alone, of the state alone.
    static constexpr int both_at = 0;
    static constexpr int input_at = both * width;
    static constexpr int state_at = (both + of_input) * width;
    static constexpr int results = maps.size * width;
    /// The room behind the last step holds the gradients of the states.
    static constexpr int result_stride = std::max(row_stride<T>(results), states.size* stride);

    struct block
    {
        static constexpr int both_of_input = 0;
        static constexpr int input_alone = recurrent_implementation::both_of_input::stored;
        static constexpr int both_of_state =
            input_alone + recurrent_implementation::input_alone::stored;
        static constexpr int state_alone =
            both_of_state + recurrent_implementation::both_of_state::stored;
        static constexpr int bias = state_alone + recurrent_implementation::state_alone::stored;
    };

public:
    /// Memory of one sequence, and what training keeps of each step: all states, results of the maps.
    static constexpr int state = states.size * stride;
    static constexpr int kept = state + result_stride;
    static constexpr long long multiply_adds =
        1LL * units * ((both + of_input) * inputs + (both + of_state) * units);
    /// Steps for which training has room before the first.
    static constexpr int steps_before = 1;

    static constexpr std::array tensors{
        tensor_info{"input_weight", (both + of_input) * units, inputs, block::both_of_state},
        tensor_info{"state_weight", (both + of_state) * units, units,
                    block::bias - block::both_of_state},
        tensor_info{"bias", 1, maps.size* units, row_stride<T>(results)}};

    static void initialise(T* parameters, random_engine& engine)
    {
        std::vector<T> values(
            static_cast<std::size_t>(logical_parameters<recurrent_implementation>()));
        std::span<T> rest(values);
        const auto take = [&](int count)
        {
            const std::span<T> some = rest.first(static_cast<std::size_t>(count));
            rest = rest.subspan(some.size());
            return some;
        };
        for (int map = 0; map < both + of_input; ++map)
        {
            draw_weights(take(units * inputs), initialiser::glorot_uniform, inputs, units, engine);
        }
        for (int map = 0; map < both + of_state; ++map)
        {
            detail::fill_orthogonal(take(units * units), units, engine);
        }
        for (int map = 0; map < maps.size; ++map)
        {
            std::ranges::fill(take(units), static_cast<T>(initial_bias(maps[map])));
        }
        import_tensors(values.data(), parameters);
    }

    static void export_tensors(const T* parameters, T* to)
    {
        for_each_parameter([&](int logical, int stored) { to[logical] = parameters[stored]; });
    }

    static void import_tensors(const T* from, T* parameters)
    {
        for_each_parameter([&](int logical, int stored) { parameters[stored] = from[logical]; });
    }

    /// One step of one sequence, in line.
    CTGRAD_ALWAYS_INLINE static void step(const T* parameters, const T* x, T* y, T* memory, T*)
    {
        alignas(64) T z[results];
        const T* const h = memory + hidden * stride;
        const T* const bias = parameters + block::bias;
        add_both(parameters, x, h, z);
        input_alone::forward_row(x, parameters + block::input_alone, bias + input_at, z + input_at);
        state_alone::forward_row(h, parameters + block::state_alone, bias + state_at, z + state_at);
        compute_states(
            z, [&](int s) { return memory + s * stride; },
            [&](int s) { return memory + s * stride; });
        std::copy_n(h, width, y);
    }

    static void forward(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                        T* kept_values, std::ptrdiff_t rows, const keeping_context<T>& context)
    {
        const std::ptrdiff_t sequences = context.sequences;
        const std::ptrdiff_t steps = rows / sequences;
        T* const memory = context.memory;
        const history past{kept_values, steps, sequences};
        const T* const bias = parameters + block::bias;
        for (int s = 0; s < states.size; ++s)
        {
            std::copy_n(memory + s * sequences * stride, sequences * stride, past.states(s, 0));
        }
        T* const z = past.results(0);
        both_of_input::forward(x, x_stride, rows, parameters + block::both_of_input, bias + both_at,
                               z + both_at, result_stride);
        input_alone::forward(x, x_stride, rows, parameters + block::input_alone, bias + input_at,
                             z + input_at, result_stride);
        for (std::ptrdiff_t t = 0; t < steps; ++t)
        {
            T* const now = past.results(t);
            const T* const h = past.states(hidden, t);
            both_of_state::forward(h, stride, sequences, parameters + block::both_of_state, nullptr,
                                   now + both_at, result_stride);
            state_alone::forward(h, stride, sequences, parameters + block::state_alone,
                                 bias + state_at, now + state_at, result_stride);
            compute_states_of_rows(past, t);
        }
        for (int s = 0; s < states.size; ++s)
        {
            std::copy_n(past.states(s, steps), sequences * stride, memory + s * sequences * stride);
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
        const std::ptrdiff_t steps = rows / sequences;
        const history past{kept_values, steps, sequences};
        T* const dstates = past.results(steps);
        std::fill_n(dstates, sequences * state, T(0));
        T* const dhidden = dstates + hidden * sequences * stride;
        for (std::ptrdiff_t t = steps - 1; t >= 0; --t)
        {
            for (std::ptrdiff_t i = 0; i < sequences * stride; ++i)
            {
                dhidden[i] += dy[t * sequences * stride + i];
            }
            differentiate_rows(past, t, dstates);
            const T* const dz = past.results(t);
            both_of_state::add_input_gradient(dz + both_at, result_stride, sequences,
                                              parameters + block::both_of_state, dhidden, stride);
            state_alone::add_input_gradient(dz + state_at, result_stride, sequences,
                                            parameters + block::state_alone, dhidden, stride);
        }
        const T* const dz = past.results(0);
        const T* const h = past.states(hidden, 0);
        both_of_input::weight_gradient(x, x_stride, dz + both_at, result_stride, rows,
                                       gradients + block::both_of_input);
        input_alone::weight_gradient(x, x_stride, dz + input_at, result_stride, rows,
                                     gradients + block::input_alone);
        both_of_state::weight_gradient(h, stride, dz + both_at, result_stride, rows,
                                       gradients + block::both_of_state);
        state_alone::weight_gradient(h, stride, dz + state_at, result_stride, rows,
                                     gradients + block::state_alone);
        simd::product_bias_gradient<T, 1, results, arch>(dz, result_stride, rows,
                                                         gradients + block::bias);
        if (dx != nullptr)
        {
            std::fill_n(dx, rows * input_stride, T(0));
            both_of_input::add_input_gradient(dz + both_at, result_stride, rows,
                                              parameters + block::both_of_input, dx, input_stride);
            input_alone::add_input_gradient(dz + input_at, result_stride, rows,
                                            parameters + block::input_alone, dx, input_stride);
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

    static constexpr double initial_bias(std::string_view map)
    {
        if constexpr (requires { Cell::bias_of(map); })
        {
            return Cell::bias_of(map);
        }
        else
        {
            return 0.0;
        }
    }

    /// Calls with the places of each parameter in files and in the block.
    static void for_each_parameter(const auto& body)
    {
        int logical = 0;
        const auto weights = [&]<class Maps>(hana::basic_type<Maps>, int stored)
        {
            Maps::for_each_weight([&](int in_file, int in_panels)
                                  { body(logical + in_file, stored + in_panels); });
            logical += Maps::logical;
        };
        weights(hana::basic_type<both_of_input>{}, block::both_of_input);
        weights(hana::basic_type<input_alone>{}, block::input_alone);
        weights(hana::basic_type<both_of_state>{}, block::both_of_state);
        weights(hana::basic_type<state_alone>{}, block::state_alone);
        for (int map = 0; map < maps.size; ++map)
        {
            for (int unit = 0; unit < units; ++unit)
            {
                body(logical + map * units + unit, block::bias + map * width + unit);
            }
        }
    }

    /// Maps of both, whose sums stay in registers between the two products.
    CTGRAD_ALWAYS_INLINE static void add_both([[maybe_unused]] const T* parameters,
                                              [[maybe_unused]] const T* x,
                                              [[maybe_unused]] const T* h, [[maybe_unused]] T* z)
    {
        if constexpr (both > 0)
        {
            using of_x = typename both_of_input::layout;
            using of_h = typename both_of_state::layout;
            using vector = typename of_x::vector;
            simd::detail::for_each_panel<of_x>(
                [&]<int Vectors>(int unit) CTGRAD_INLINE_LAMBDA
                {
                    constexpr int chains = simd::detail::row_chains(inputs + units, Vectors);
                    constexpr simd::detail::fixed_stride<Vectors * lanes> panel;
                    simd::detail::product_tile<T, arch, 1, Vectors, chains> sums;
                    sums.begin(
                        [&](int, int v) CTGRAD_INLINE_LAMBDA
                        { return vector::load(parameters + block::bias + unit + v * lanes); });
                    const auto add = [&](const T* from, const T* weights, std::ptrdiff_t count)
                                         CTGRAD_INLINE_LAMBDA
                    {
                        sums.template add_terms<false>(
                            from, simd::detail::fixed_stride<0>{}, simd::detail::fixed_stride<1>{},
                            weights, panel, count, weights, simd::detail::fixed_stride<0>{});
                    };
                    add(x, parameters + block::both_of_input + of_x::offset(0, unit), inputs);
                    add(h, parameters + block::both_of_state + of_h::offset(0, unit), units);
                    sums.join_chains();
                    sums.store(z + unit, simd::detail::fixed_stride<0>{});
                });
        }
    }

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
        for (int map = 0; map < maps.size; ++map)
        {
            place<Program>(arrays, maps[map], z + map * width);
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
        simd::evaluator<forward_program, T, aliasing::exact, arch>(
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
            for (int map = 0; map < maps.size; ++map)
            {
                outputs[static_cast<std::size_t>(map)] = z + map * width;
            }
            [&]<std::size_t... S>(std::index_sequence<S...>)
            {
                (place<backward_program>(arrays, programs::template incoming<S>.name.view(),
                                         dstate(static_cast<int>(S))),
                 ...);
                ((outputs[static_cast<std::size_t>(maps.size) + S] = dstate(static_cast<int>(S))),
                 ...);
            }(std::make_index_sequence<static_cast<std::size_t>(states.size)>{});
            simd::evaluator<backward_program, T, aliasing::exact, arch>(arrays, outputs, nullptr)
                .run(width);
            if constexpr (width != units)
            {
                // What comes back for padding is 0 times something, which may be infinite.
                for (int array = 0; array < maps.size + states.size; ++array)
                {
                    T* const padded = outputs[static_cast<std::size_t>(array)];
                    std::fill(padded + units, padded + width, T(0));
                }
            }
        }
    }

    /// Whether a formula is of states and maps only.
    template <class Formula>
    static constexpr bool is_known()
    {
        constexpr const name_list& variables = variables_of<Formula>;
        bool known = parameters_of<Formula>.size == 0;
        for (int i = 0; i < variables.size; ++i)
        {
            known = known && (maps.find(variables[i]) >= 0 || states.find(variables[i]) >= 0);
        }
        return known;
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
    static constexpr bool knows_its_variables = hana::unpack(
        Cell::rule.assignments, [](const auto&... assigned)
        { return (is_known<std::remove_cvref_t<decltype(assigned.value)>>() && ...); });
    static_assert(
        knows_its_variables,
        "the formulas of a recurrent cell are of its states and of the maps that it lists "
        "in of_both, of_input and of_state only; see docs/errors.md#recurrent-cell");
};

} // namespace ctgrad
