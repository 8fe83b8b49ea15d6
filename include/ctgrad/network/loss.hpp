// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/catalogue/losses.hpp>
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/tensor/matrix_view.hpp>

#include <algorithm>
#include <limits>
#include <string>

namespace ctgrad
{

/// What a batch cost, and how many of its predictions had their largest output in the right place.
struct batch_result
{
    double loss = 0.0;
    std::ptrdiff_t correct = 0;
    /// One for each row; for sequences one for each step that has a target. None of networks with one
    /// output, which always is the largest.
    std::ptrdiff_t predictions = 0;
    std::ptrdiff_t rows = 0;

    /// The share of right predictions; NaN if there are none.
    double accuracy() const
    {
        return static_cast<double>(correct) / static_cast<double>(predictions);
    }
};

namespace detail
{

/// Loss of a row and gradient of the prediction times a factor.
inline constexpr parameter<"gradient factor"> gradient_factor{1.0};

template <auto Loss>
using loss_program =
    program<Loss, pullback_of<std::remove_cvref_t<decltype(Loss)>,
                              std::remove_cvref_t<decltype(gradient_factor)>, "prediction">{
                      Loss, gradient_factor}>;

template <auto Loss>
constexpr void check_loss()
{
    constexpr bool is_formula = expression<decltype(Loss)>;
    static_assert(is_formula, "a loss is a formula of symbols::prediction and symbols::target; see "
                              "docs/errors.md#loss");
    if constexpr (is_formula)
    {
        constexpr bool known = []
        {
            const name_list& names = variables_of<decltype(Loss)>;
            for (int i = 0; i < names.size; ++i)
            {
                if (names[i] != "prediction" && names[i] != "target")
                {
                    return false;
                }
            }
            return parameters_of<decltype(Loss)>.size == 0;
        }();
        static_assert(known, "a loss has no variables but symbols::prediction and "
                             "symbols::target, and no parameters; see docs/errors.md#loss");
        static_assert(is_row_value<Loss>,
                      "a loss needs one value for a row: take the mean or the sum; see "
                      "docs/errors.md#loss");
    }
}

template <auto Loss, class T, int Size>
T loss_of_row(const T* prediction, const T* target, T factor, T* dprediction)
{
    using loss = loss_program<Loss>;
    std::array<const T*, static_cast<std::size_t>(loss::variables.size)> inputs{};
    for (int i = 0; i < loss::variables.size; ++i)
    {
        inputs[static_cast<std::size_t>(i)] =
            loss::variables[i] == "prediction" ? prediction : target;
    }
    T value;
    simd::evaluator<loss, T, aliasing::none>(inputs, {&value, dprediction}, &factor).run(Size);
    return value;
}

/// Where the first largest number of a row is; -1 if one is NaN.
template <int Size, class T>
int place_of_largest(const T* row)
{
    using vector = simd::batch<T>;
    constexpr T lowest = -std::numeric_limits<T>::infinity();
    constexpr int whole = Size / vector::size * vector::size;
    vector most(lowest);
    if constexpr (whole < Size)
    {
        most = vector::load_partial(row + whole, Size - whole, lowest);
    }
    for (int i = 0; i < whole; i += vector::size)
    {
        most = maximum(vector::load(row + i), most);
    }
    if (any(is_nan(most)))
    {
        return -1;
    }
    const T largest = reduce_max(most);
    int from = 0;
    while (from < whole && !any(vector::load(row + from) == vector(largest)))
    {
        from += vector::size;
    }
    return static_cast<int>(std::find(row + from, row + Size, largest) - row);
}

/// Adds up the loss of a prediction, and whether its largest output is the right one; one with a NaN is
/// wrong.
template <auto Loss, class T, int Size>
void take_loss(const T* prediction, const T* target, T factor, T* dprediction, batch_result& result)
{
    result.loss +=
        static_cast<double>(loss_of_row<Loss, T, Size>(prediction, target, factor, dprediction));
    if constexpr (Size > 1)
    {
        const int chosen = place_of_largest<Size>(prediction);
        result.correct += chosen >= 0 && chosen == place_of_largest<Size>(target) ? 1 : 0;
        ++result.predictions;
    }
}

/// Says that rows are not what a network can learn from.
template <class Network, class T>
[[noreturn, gnu::cold]] void throw_sizes(rows_view<const T> inputs, rows_view<const T> targets)
{
    const auto name = [](std::ptrdiff_t rows, std::ptrdiff_t columns)
    { return std::to_string(rows) + " rows of " + std::to_string(columns); };
    throw size_error("ctgrad: a network of " + std::to_string(Network::input_size) +
                     " inputs and " + std::to_string(Network::output_size) + " outputs " +
                     (Network::has_state ? "at each step " : "") + "cannot learn from " +
                     name(inputs.rows, inputs.columns) + " inputs and " +
                     name(targets.rows, targets.columns) + " targets");
}

} // namespace detail

} // namespace ctgrad
