// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/layer.hpp>
#include <ctgrad/simd/lists.hpp>

namespace ctgrad
{

template <class T, auto Formulas, class Variables, shape In>
struct row_formulas_implementation;

namespace detail
{

template <class Application>
inline constexpr std::size_t operand_count = 0;
template <class Operation, class... Operands>
inline constexpr std::size_t operand_count<application<Operation, Operands...>> =
    sizeof...(Operands);

/// One formula as a list.
template <auto Formulas>
constexpr auto as_list()
{
    if constexpr (expression<decltype(Formulas)>)
    {
        return list(Formulas);
    }
    else
    {
        return Formulas;
    }
}

} // namespace detail

/// A formula, or a list of them, of the numbers of a row, which have the names of these variables:
/// `row_formulas<list(r * cos(angle), r * sin(angle)), r, angle>{}`. Parameters of the formulas are
/// learnt, one number each.
/// Shapes     x (B, number of variables) -> y (B, number of formulas)
/// Errors     compile time: a flat row with as many numbers as variables; formulas of these variables
///            only, without reductions
template <auto Formulas, auto... Variables>
struct row_formulas
{
    static constexpr std::string_view name = "row_formulas";

    static constexpr auto in_fast_form()
    {
        constexpr auto quick = hana::unpack(detail::as_list<Formulas>(), [](const auto&... formula)
                                            { return list(fast(formula)...); });
        return row_formulas<quick, Variables...>{};
    }

    template <class T, auto Layer, shape In, auto Next>
    using implementation =
        row_formulas_implementation<T, detail::as_list<Formulas>(),
                                    application<void, std::remove_cvref_t<decltype(Variables)>...>,
                                    In>;
};

template <class T, auto Formulas, class Variables, shape In>
struct row_formulas_implementation
{
private:
    using programs = detail::programs_of_list<Formulas>;
    static constexpr bool has_few_names = detail::operand_count<Variables> <= name_list::capacity;
    static constexpr name_list names = []
    {
        if constexpr (has_few_names)
        {
            return variables_of<Variables>;
        }
        else
        {
            return name_list{};
        }
    }();
    static constexpr std::size_t used = detail::variables_of_list<Formulas>;
    static constexpr std::size_t results = detail::results_of_list<Formulas>;

    static constexpr bool knows_its_variables = []
    {
        bool known = true;
        for (int i = 0; i < programs::variables.size; ++i)
        {
            known = known && names.find(programs::variables[i]) >= 0;
        }
        return known;
    }();

    /// The column of each variable of the programs.
    static constexpr std::array<std::size_t, used> column = []
    {
        std::array<std::size_t, used> found{};
        for (std::size_t i = 0; i < used && knows_its_variables; ++i)
        {
            found[i] =
                static_cast<std::size_t>(names.find(programs::variables[static_cast<int>(i)]));
        }
        return found;
    }();

public:
    static constexpr int inputs = In.size() > 0 ? In.size() : 1;
    static constexpr shape output{static_cast<int>(results)};
    static constexpr bool in_place = false;
    static constexpr int kept = 0;
    static constexpr int stride = row_stride<T>(output.size());

    static constexpr auto tensors = []
    {
        std::array<tensor_info, detail::parameters_of_list<Formulas>> made{};
        for (std::size_t i = 0; i < made.size(); ++i)
        {
            made[i] = {programs::parameters[static_cast<int>(i)], 1, 1, 1};
        }
        return made;
    }();

    static void initialise(T* parameters, random_engine&)
    {
        std::ranges::copy(detail::initial_parameters_of_list<Formulas, T>(), parameters);
    }
    static void export_tensors(const T* parameters, T* to)
    {
        std::copy_n(parameters, tensors.size(), to);
    }
    static void import_tensors(const T* from, T* parameters)
    {
        std::copy_n(from, tensors.size(), parameters);
    }

    static void infer(const T* parameters, const T* x, std::ptrdiff_t x_stride, T* y,
                      std::ptrdiff_t rows)
    {
        for (std::ptrdiff_t row = 0; row < rows; row += at_once)
        {
            const std::ptrdiff_t count = std::min(at_once, rows - row);
            gathered<used> in;
            in.take(x + row * x_stride, x_stride, count, column);
            gathered<results> out;
            detail::run_program<typename programs::forward, T>(
                in.template places<const T>(), out.template places<T>(), parameters, count);
            out.give(y + row * stride, stride, count);
        }
        clear_padding(y, output.size(), rows);
    }

    static void backward(const T* parameters, const T* x, std::ptrdiff_t x_stride, const T* dy,
                         T* dx, T* gradients, std::ptrdiff_t rows)
    {
        constexpr int dx_stride = row_stride<T>(inputs);
        if (dx != nullptr)
        {
            std::fill_n(dx, rows * dx_stride, T(0));
        }
        for (std::ptrdiff_t row = 0; row < rows; row += at_once)
        {
            const std::ptrdiff_t count = std::min(at_once, rows - row);
            gathered<used> in;
            in.take(x + row * x_stride, x_stride, count, column);
            gathered<results> out;
            out.take(dy + row * stride, stride, count, in_order<results>);
            gathered<used> slopes;
            std::array<T, tensors.size()> sums{};
            std::array<T*, used + tensors.size()> targets{};
            std::ranges::copy(slopes.template places<T>(), targets.begin());
            for (std::size_t p = 0; p < sums.size(); ++p)
            {
                targets[used + p] = &sums[p];
            }
            detail::run_backward<Formulas, T>(in.template places<const T>(),
                                              out.template places<const T>(), parameters, targets,
                                              count);
            for (std::size_t p = 0; p < sums.size(); ++p)
            {
                gradients[p] += sums[p];
            }
            if (dx != nullptr)
            {
                slopes.give(dx + row * dx_stride, dx_stride, count, column);
            }
        }
    }

private:
    static constexpr std::ptrdiff_t at_once = 64;

    template <std::size_t Count>
    static constexpr std::array<std::size_t, Count> in_order = []
    {
        std::array<std::size_t, Count> numbers{};
        for (std::size_t i = 0; i < Count; ++i)
        {
            numbers[i] = i;
        }
        return numbers;
    }();

    /// Columns of some rows, each of them together.
    template <std::size_t Count>
    struct gathered
    {
        alignas(64) T numbers[std::max(Count, std::size_t{1})][at_once];

        template <class Number>
        std::array<Number*, Count> places()
        {
            std::array<Number*, Count> made{};
            for (std::size_t i = 0; i < Count; ++i)
            {
                made[i] = numbers[i];
            }
            return made;
        }

        void take(const T* rows, std::ptrdiff_t row_distance, std::ptrdiff_t count,
                  const std::array<std::size_t, Count>& from)
        {
            for (std::size_t i = 0; i < Count; ++i)
            {
                for (std::ptrdiff_t row = 0; row < count; ++row)
                {
                    numbers[i][row] =
                        rows[row * row_distance + static_cast<std::ptrdiff_t>(from[i])];
                }
            }
        }

        void give(T* rows, std::ptrdiff_t row_distance, std::ptrdiff_t count,
                  const std::array<std::size_t, Count>& to = in_order<Count>) const
        {
            for (std::size_t i = 0; i < Count; ++i)
            {
                for (std::ptrdiff_t row = 0; row < count; ++row)
                {
                    rows[row * row_distance + static_cast<std::ptrdiff_t>(to[i])] = numbers[i][row];
                }
            }
        }
    };

    // Last: clang leaves out what follows an assertion that fails, and would report that too.
    static_assert(has_few_names,
                  "row_formulas<formulas, variables...> takes at most 32 variables; see "
                  "docs/errors.md#row-formulas");
    static constexpr bool has_names = !has_few_names || (In.is_flat() && In.size() == names.size);
    static_assert(has_names,
                  "row_formulas<formulas, variables...> needs a flat input with one number for "
                  "each variable; see docs/errors.md#row-formulas");
    static_assert(
        knows_its_variables,
        "the formulas of row_formulas<list(formulas...), variables...> are of the variables "
        "that it lists only; see docs/errors.md#row-formulas");
    static constexpr bool has_no_reduction = hana::unpack(
        Formulas, []<class... All>(const All&...) { return !(detail::reduces_in<All> || ...); });
    static_assert(
        has_no_reduction,
        "the formulas of row_formulas<list(formulas...), variables...> see one row, so they "
        "have no reductions; see docs/errors.md#row-formulas");
};

} // namespace ctgrad
