// SPDX-License-Identifier: BSL-1.0
// Figures of the examples as CSV, which draw.py turns into pictures: the columns are those that it
// asks for.
#pragma once

#include <ctgrad/data/data_set.hpp>
#include <ctgrad/network/architecture.hpp>
#include <ctgrad/train/confusion_matrix.hpp>

#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <vector>

/// The names of the classes of digits.
inline constexpr std::array<const char*, 10> digit_names{"0", "1", "2", "3", "4",
                                                         "5", "6", "7", "8", "9"};

/// A file that begins with the names of its columns. Its folder is made where there is none.
/// Errors     throws std::ios_base::failure, now or later, when it cannot be written
inline std::ofstream begin_table(const std::filesystem::path& file, const char* columns)
{
    std::filesystem::create_directories(file.parent_path());
    std::ofstream table;
    table.exceptions(std::ios::failbit | std::ios::badbit);
    table.open(file);
    table << columns << '\n';
    return table;
}

/// What a network takes the rows of a classification for.
template <class Network>
ctgrad::confusion_matrix confusion_of(const Network& net, const ctgrad::data_set<float>& data)
{
    std::vector<float> outputs(static_cast<std::size_t>(data.rows * Network::output_size));
    const ctgrad::rows_view<float> predictions{outputs.data(), data.rows, Network::output_size};
    net.predict(data.input_view(), predictions);
    return {predictions, data.target_view()};
}

/// How many of each class were predicted as which, by the names of the classes.
template <std::size_t Classes>
void write_confusion(const std::filesystem::path& file, const ctgrad::confusion_matrix& matrix,
                     const std::array<const char*, Classes>& names)
{
    std::ofstream table = begin_table(file, "target,predicted,count");
    for (std::size_t target = 0; target < Classes; ++target)
    {
        for (std::size_t predicted = 0; predicted < Classes; ++predicted)
        {
            table << names[target] << ',' << names[predicted] << ','
                  << matrix(static_cast<int>(target), static_cast<int>(predicted)) << '\n';
        }
    }
}

/// Numbers as images of so many rows and columns, one after another, such as the weights of a layer's
/// units.
inline void write_images(const std::filesystem::path& file, std::span<const float> values,
                         std::size_t rows, std::size_t columns)
{
    std::ofstream table = begin_table(file, "image,row,column,value");
    for (std::size_t i = 0; i < values.size(); ++i)
    {
        table << i / (rows * columns) << ',' << i / columns % rows << ',' << i % columns << ','
              << values[i] << '\n';
    }
}

/// The parameters of the first layer, row by row: of a dense layer, the weights of each unit.
template <class Network>
std::vector<float> first_weights(const Network& net)
{
    constexpr auto first = Network::parameter_tensors()[0];
    std::vector<float> values(Network::parameter_count);
    net.export_parameters(values);
    values.resize(static_cast<std::size_t>(first.rows * first.columns));
    return values;
}

/// The weights of all layers.
template <class Network>
void write_weights(const std::filesystem::path& file, const Network& net)
{
    std::ofstream table = begin_table(file, "layer,weight");
    std::vector<float> values(Network::parameter_count);
    net.export_parameters(values);
    std::span<const float> rest = values;
    for (const ctgrad::parameter_tensor& tensor : Network::parameter_tensors())
    {
        const std::size_t size = static_cast<std::size_t>(tensor.rows * tensor.columns);
        for (const float weight : rest.first(tensor.name == "weight" ? size : 0))
        {
            table << tensor.layer_name << ' ' << tensor.rows << " x " << tensor.columns << ','
                  << weight << '\n';
        }
        rest = rest.subspan(size);
    }
}
