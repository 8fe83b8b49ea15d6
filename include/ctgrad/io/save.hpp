// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/io/parameter_file.hpp>
#include <ctgrad/network/network.hpp>

namespace ctgrad
{

namespace detail
{

inline std::vector<tensor_record> tensor_records(std::span<const parameter_tensor> tensors)
{
    std::vector<tensor_record> records;
    for (const parameter_tensor& tensor : tensors)
    {
        records.push_back({"layer " + std::to_string(tensor.layer) + " (" +
                               std::string(tensor.layer_name) + ") " + std::string(tensor.name),
                           tensor.rows, tensor.columns});
    }
    return records;
}

template <class Network>
std::vector<tensor_record> tensor_records()
{
    return tensor_records(Network::parameter_tensors());
}

} // namespace detail

/// Writes the parameters of a network to a file, exactly. The file appears complete or not at all.
/// Errors     throws file_error when it cannot be written
template <class Network>
void save(const Network& net, const std::filesystem::path& path)
{
    using T = typename Network::value_type;
    std::vector<T> values(static_cast<std::size_t>(Network::parameter_count));
    net.export_parameters(values);
    write_parameter_file<T>(path, Network::architecture(), detail::tensor_records<Network>(),
                            values);
}

/// Reads the parameters of a network from a file that `save` wrote for the same layers and shapes.
/// Errors     throws file_error, which says what was expected and what was found; the network keeps
///            its parameters then
template <class Network>
void load(Network& net, const std::filesystem::path& path)
{
    using T = typename Network::value_type;
    const std::vector<T> values =
        read_parameter_file<T>(path, Network::architecture(), detail::tensor_records<Network>());
    net.import_parameters(values);
}

} // namespace ctgrad
