// SPDX-License-Identifier: BSL-1.0
// What a network is and how well it does: a table of its layers, and of which digits it takes for which.
// Argument: NumPy's archive of other images, x (n, 8, 8) from 0 to 16 and y (n), instead of the digits
// that ship with ctgrad.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/data/csv.hpp>
#include <ctgrad/data/npy.hpp>
#include <ctgrad/network/summary.hpp>
#include <ctgrad/train/fit.hpp>
#include <ctgrad/train/metrics.hpp>

#include <iostream>
#include <vector>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);
constexpr auto learnable_swish = x * sigmoid(parameter<"beta">{1.0} * x);

using model = network<input{8, 8},                                       //
                      conv2d{.filters = 8, .padding = same_size}, swish, //
                      max_pool{},                                        //
                      flatten{}, dense{32}, learnable_swish, dense{10}>;

} // namespace

int main(int count, char** arguments)
{
    std::cout << summary<model>(); // or summary(net)
    static_assert(summary_text<model>.starts_with("layer"));

    const data_set<float> digits =
        count > 1 ? load_npz(arguments[1], "x", "y", 10, 1.0 / 16)
                  : load_csv("examples/data/digits.csv.gz", 10, {.input_scale = 1.0 / 16});
    const auto [training, test] = digits.split(0.8, seed{1});
    model net{seed{42}};
    fit(net, training, {.epochs = 10, .batch = 32, .output = {.mode = progress_mode::quiet}},
        cross_entropy, adam{.learning_rate = 2e-3});

    std::vector<float> outputs(static_cast<std::size_t>(test.rows * 10));
    const rows_view<float> predictions{outputs.data(), test.rows, 10};
    net.predict(test.input_view(), predictions);

    const confusion_matrix matrix(predictions, test.target_view());
    std::cout << '\n' << matrix;
    std::cout << "zeros are found with F1 " << matrix.scores(0).f1
              << " and an area under the ROC curve of "
              << roc_auc(predictions, test.target_view(), 0) << "; among the two best "
              << top_k_accuracy(predictions, test.target_view(), 2) << '\n';
    return matrix.accuracy() > 0.9 ? 0 : 1;
}
