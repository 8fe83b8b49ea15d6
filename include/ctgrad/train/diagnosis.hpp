// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ctgrad
{

/// How a layer does on some rows. What does not apply to it is empty; what became NaN is NaN.
struct layer_diagnosis
{
    /// Layers count from 0, as in files; "3.1" is a layer that layer 3 holds.
    std::string number{};
    /// A formula as it is printed, or the layer's name.
    std::string name{};
    /// Whether it is made of other layers, whose records follow.
    bool holds_layers = false;
    /// Whether it is a formula, and how many units that has: elements of a row; of images channels, as
    /// all pixels of one have the same weights.
    bool is_formula = false;
    int units = 0;
    /// Of formulas for each element: the share of units at which the slope is 0 (or at most
    /// `dead_slope`) at every row, so that nothing before them learns. A unit of relu that never fires.
    std::optional<double> dead{};
    /// Likewise: the share of units at which the slope is below `saturated_slope` at nearly all rows, if the
    /// formula is as flat far out on both sides. Units of sigmoid and tanh can be saturated, but not
    /// those of relu, which are flat on one side by design.
    std::optional<double> saturated{};
    /// Of formulas: of all pre-activations, which are what the formula gets.
    std::optional<double> mean{};
    std::optional<double> variance{};
    /// Numbers that the layer learns.
    long long parameters = 0;
    /// Of layers that learn: Euclidean norms of the mean loss's gradient by the parameters, and of them.
    std::optional<double> gradient_norm{};
    std::optional<double> parameter_norm{};
    /// Norm of the difference from the parameters before, over the norm of those.
    std::optional<double> update_ratio{};
};

/// How all layers do.
struct diagnosis
{
    std::ptrdiff_t rows = 0;
    /// Mean over these rows.
    double loss = 0.0;
    std::vector<layer_diagnosis> layers{};
};

/// What a diagnosis looks at, and what it calls by which name.
template <class T>
struct diagnosis_options
{
    /// Rows of the data set to look at, evenly spread; 0 for all.
    std::ptrdiff_t rows = 0;
    /// The largest slope of a dead unit: 0, or more for formulas that are never quite flat.
    double dead_slope = 0.0;
    /// Slopes below are flat. At 0.01 a sigmoid is within 1% of its limits (beyond 4.6) and a tanh within
    /// 0.5% (beyond 3): less than a hundredth of the gradient comes back through it.
    double saturated_slope = 0.01;
    /// The least share of rows at which a saturated unit is flat.
    double saturated_rows = 0.95;
    /// The network's parameter block before one step of training (or more), for the ratio of the update.
    std::span<const T> parameters_before = {};
};

} // namespace ctgrad
