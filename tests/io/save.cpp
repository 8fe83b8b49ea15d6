// SPDX-License-Identifier: BSL-1.0
// Networks to files and back; tests/io/parameter_file.cpp tests the format.
#define BOOST_TEST_MODULE save
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../element_types.hpp"
#include "../network/naive.hpp"

#include <ctgrad/io/save.hpp>

#include <bit>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <tuple>

using namespace ctgrad;

namespace
{

constexpr variable<"x"> x;
constexpr auto learnable_swish = x * sigmoid(parameter<"beta">{1.0} * x);
constexpr auto other_swish = x * sigmoid(parameter<"gamma">{1.0} * x);

template <class T>
using net_of =
    basic_network<T, input{2, 3}, flatten{}, dense{17}, learnable_swish, dense{2, false}>;

template <class Network>
std::vector<typename Network::value_type> block_of(const Network& net)
{
    return {net.parameters().begin(), net.parameters().end()};
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

// Loads a file into a network of its own parameters, which an error must not change; what it says.
template <class Network>
std::string load_error(const std::filesystem::path& path)
{
    Network net{seed{77}};
    const auto before = block_of(net);
    const std::string message = message_of<file_error>([&] { load(net, path); });
    BOOST_TEST(same_bits(block_of(net), before) == !message.empty());
    return message;
}

std::string contents(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct saved_network
{
    temporary_directory directory;
    std::filesystem::path path = directory.path("model");
    net_of<float> net{seed{1}};

    saved_network() { save(net, path); }
};

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(every_bit_comes_back, T, element_types)
{
    const temporary_directory directory;
    net_of<T> net;
    auto values = numbers_of<T>(static_cast<std::size_t>(net_of<T>::parameter_count), -1, 1, 1);
    values[0] = std::numeric_limits<T>::denorm_min();
    values[1] = -T(0);
    values[2] = std::numeric_limits<T>::infinity();
    values[3] = std::numeric_limits<T>::quiet_NaN();
    net.import_parameters(values);
    save(net, directory.path("model"));

    net_of<T> restored{seed{5}};
    load(restored, directory.path("model"));
    BOOST_TEST(same_bits(block_of(restored), block_of(net)));
}

BOOST_AUTO_TEST_CASE(a_restored_network_predicts_the_same)
{
    const saved_network saved;
    net_of<float> restored{seed{5}};
    load(restored, saved.path);
    const auto inputs = numbers_of<float>(6, -1, 1, 1);
    BOOST_TEST((restored.predict(inputs) == saved.net.predict(inputs)));
}

BOOST_AUTO_TEST_CASE(a_file_is_the_same_whatever_the_vectors_of_the_machine)
{
    // Logical values without padding: 6 * 17 + 17 + 1 + 17 * 2 floats.
    const saved_network saved;
    std::vector<float> values(static_cast<std::size_t>(net_of<float>::parameter_count));
    saved.net.export_parameters(values);
    BOOST_TEST(values.size() == 154u);
    const std::string bytes = contents(saved.path);
    BOOST_TEST(std::memcmp(bytes.data() + bytes.size() - 8 - 4 * 154, values.data(), 4 * 154) == 0);
}

BOOST_AUTO_TEST_CASE(layers_without_parameters_do_not_matter)
{
    const saved_network saved;
    // The place of a layer in the network is part of the name of its tensors.
    using with_dropout =
        network<input{2, 3}, flatten{}, dense{17}, learnable_swish, dense{2, false}, dropout{0.5}>;
    BOOST_TEST(load_error<with_dropout>(saved.path) == "");
}

BOOST_AUTO_TEST_CASE(other_networks_are_refused)
{
    const saved_network saved;
    const auto says = [&]<class Network>(std::type_identity<Network>,
                                         std::initializer_list<std::string_view> parts)
    {
        const std::string message = load_error<Network>(saved.path);
        BOOST_TEST(message.starts_with(saved.path.string() + ": expected "));
        BOOST_TEST(names(message, parts), message);
    };
    says(std::type_identity<net_of<double>>{}, {"elements of float64", "found float32"});
    says(std::type_identity<
             network<input{2, 3}, flatten{}, dense{18}, learnable_swish, dense{2, false}>>{},
         {"\"layer 1 (dense) weight\" to be 18 x 6", "found 17 x 6"});
    says(std::type_identity<
             network<input{7}, flatten{}, dense{17}, learnable_swish, dense{2, false}>>{},
         {"\"layer 1 (dense) weight\" to be 17 x 7", "found 17 x 6"});
    says(std::type_identity<network<input{2, 3}, flatten{}, dense{17}, learnable_swish,
                                    dense{2, false}, dense{1}>>{},
         {"6 tensors", "found 4", "too small"});
    says(std::type_identity<network<input{2, 3}, flatten{}, dense{17}>>{},
         {"2 tensors", "found 4", "too large"});
    says(std::type_identity<network<input{2, 3}, flatten{}, dense{17}, x * sigmoid(x), dense{2}>>{},
         {"layer 2 (activation) beta", "layer 3 (dense) weight"});
    says(std::type_identity<
             network<input{2, 3}, flatten{}, dense{17}, other_swish, dense{2, false}>>{},
         {"\"layer 2 (activation) gamma\"", "found \"layer 2 (activation) beta\""});
    says(std::type_identity<network<input{6}, dense{17}, learnable_swish, dense{2, false}>>{},
         {"\"layer 0 (dense) weight\"", "found \"layer 1 (dense) weight\""});
    says(std::type_identity<
             network<input{3, 2}, flatten{}, dense{17}, learnable_swish, dense{2, false}>>{},
         {"input 3x2", "input 2x3"});
}

BOOST_AUTO_TEST_CASE(a_file_cut_anywhere_is_refused)
{
    const saved_network saved;
    const std::string bytes = contents(saved.path);
    for (std::size_t length = 0; length < bytes.size(); length += 13)
    {
        const auto path = saved.directory.write("cut", std::string_view(bytes).substr(0, length));
        BOOST_TEST(names(load_error<net_of<float>>(path), {"expected", "found", "truncated"}));
    }
}

BOOST_AUTO_TEST_CASE(a_damaged_file_is_refused)
{
    const saved_network saved;
    const std::string bytes = contents(saved.path);
    for (std::size_t place = 0; place < bytes.size(); place += 7)
    {
        std::string damaged = bytes;
        damaged[place] = static_cast<char>(damaged[place] ^ 4);
        const auto path = saved.directory.write("damaged", damaged);
        BOOST_TEST(names(load_error<net_of<float>>(path), {"expected", "found"}));
    }
    const auto longer = saved.directory.write("longer", bytes + "x");
    BOOST_TEST(names(load_error<net_of<float>>(longer), {"something follows its end"}));
}

BOOST_AUTO_TEST_CASE(a_foreign_file_or_none_is_refused)
{
    const temporary_directory directory;
    BOOST_TEST(names(load_error<net_of<float>>(directory.write("text", "pixels,label\n1,2\n")),
                     {"expected a file of parameters", "found something else"}));
    BOOST_TEST(names(load_error<net_of<float>>(directory.path("nothing")), {"cannot be opened"}));
    BOOST_TEST(names(load_error<net_of<float>>(directory.path()), {"cannot be opened"}));
}

BOOST_AUTO_TEST_CASE(saving_where_nothing_can_be_written_is_an_error)
{
    const temporary_directory directory;
    const net_of<float> net;
    const auto path = directory.path("no-such-directory") / "model";
    BOOST_TEST(names(message_of<file_error>([&] { save(net, path); }), {"cannot be written"}));
}

BOOST_AUTO_TEST_CASE(saving_again_replaces_the_file)
{
    const saved_network saved;
    const net_of<float> other{seed{9}};
    save(other, saved.path);
    net_of<float> restored;
    load(restored, saved.path);
    BOOST_TEST(same_bits(block_of(restored), block_of(other)));
    BOOST_TEST(std::distance(std::filesystem::directory_iterator(saved.directory.path()), {}) == 1);
}
