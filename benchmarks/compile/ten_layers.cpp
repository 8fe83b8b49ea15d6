// SPDX-License-Identifier: BSL-1.0
// A network of ten dense layers, most of them of shapes of their own, that trains, is evaluated and
// predicts. Written to be compiled, by compile_time.py.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

#include <cstdio>
#include <utility>
#include <vector>

using namespace ctgrad;

constexpr variable<"x"> x;
constexpr auto swish = x * sigmoid(x);

using classifier = network<input{64}, dense{128}, swish, dense{128}, swish, dense{96}, swish,
                           dense{96}, swish, dense{64}, swish, dense{64}, swish, dense{48}, swish,
                           dense{32}, swish, dense{16}, swish, dense{10}>;

namespace
{

/// In each row a 1 at the place of its class.
data_set<float> rows_of_classes(int rows)
{
    constexpr int inputs = 64;
    constexpr int classes = 10;
    aligned_buffer<float> images(static_cast<std::size_t>(rows * inputs));
    aligned_buffer<float> labels(static_cast<std::size_t>(rows * classes));
    for (int row = 0; row < rows; ++row)
    {
        const int label = row % classes;
        images.data()[row * inputs + label] = 1.0f;
        labels.data()[row * classes + label] = 1.0f;
    }
    return {rows, std::move(images), std::move(labels)};
}

} // namespace

int main()
{
    const data_set<float> data = rows_of_classes(640);
    classifier net{seed{42}};
    fit(net, data, {.epochs = 2, .output = {.mode = progress_mode::quiet}}, cross_entropy,
        adam{.learning_rate = 1e-3});
    std::printf("loss %g, first output for zeros %g\n", evaluate(net, data, cross_entropy).loss,
                static_cast<double>(net.predict(std::vector<float>(64))[0]));
}
