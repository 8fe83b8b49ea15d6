// SPDX-License-Identifier: BSL-1.0
// Few digits, of which some classes are rare: inputs are standardised and get noise, classes are weighed,
// and weights kept small. Fails below 90% on digits that it has not seen.
#include <ctgrad/catalogue/tensor_settings.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/augment.hpp>
#include <ctgrad/data/class_weights.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/data/standardise.hpp>
#include <ctgrad/train/fit.hpp>

#include <cstdio>
#include <vector>

using namespace ctgrad;

constexpr variable<"x"> x;

using classifier =
    network<input{8, 8}, flatten{}, dense{64}, x * sigmoid(x), dropout{.rate = 0.1}, dense{10}>;

namespace
{

/// Of the digits from 5 on only every fourth.
data_set<float> with_rare_classes(const data_set<float>& digits)
{
    std::vector<std::ptrdiff_t> kept;
    for (std::ptrdiff_t row = 0; row < digits.rows; ++row)
    {
        if (digits.labels[static_cast<std::size_t>(row)] < 5 || row % 4 == 0)
        {
            kept.push_back(row);
        }
    }
    return digits.select(kept);
}

double trained_accuracy(data_set<float> training, data_set<float> test)
{
    const column_scaling scaling = standardiser_of(training);
    scaling.apply(training);
    scaling.apply(test); // and later each row that is to be predicted

    weigh_classes(training, balanced_class_weights(training));

    classifier net{seed{42}};
    fit(net, training,
        {.epochs = 80,
         .batch = 32,
         .augment = gaussian_noise{0.1},
         .max_norm = 3,
         .output = {.mode = progress_mode::quiet}},
        loss<smoothed_cross_entropy(0.05)>, decay_only(adamw{.learning_rate = 2e-3}, is_weight));
    return evaluate(net, test, cross_entropy).accuracy;
}

} // namespace

int main()
{
    const auto digits = load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const auto [all, test] = digits.split(0.5, seed{1});
    const data_set<float> training = with_rare_classes(all);

    // The same without any of it.
    classifier plain{seed{42}};
    fit(plain, training, {.epochs = 80, .batch = 32, .output = {.mode = progress_mode::quiet}},
        cross_entropy, adam{.learning_rate = 2e-3});
    const double before = evaluate(plain, test, cross_entropy).accuracy;
    const double after = trained_accuracy(training, test);
    std::printf("%td digits to learn from; test accuracy %.2f%% plainly, %.2f%% regularised\n",
                training.rows, 100 * before, 100 * after);
    return after >= 0.9 ? 0 : 1;
}
