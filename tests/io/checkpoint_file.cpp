// SPDX-License-Identifier: BSL-1.0
// tests/train/checkpoint.cpp has files that are cut or changed.
#define BOOST_TEST_MODULE checkpoint_file
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"
#include "../element_types.hpp"

#include <ctgrad/io/checkpoint_file.hpp>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace ctgrad;

namespace
{

const training_identity identity{.architecture = "net",
                                 .tensors = {{"w", 1, 2}},
                                 .settings = {{"seed", "7"}},
                                 .states = 1,
                                 .figures = 2};

template <class T>
const training_snapshot<T> snapshot{
    .epochs = 2, .steps = 5, .history = {1, 2, 3, 4}, .values = {T(1), T(-2), T(3), T(4)}};

std::string contents(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(everything_comes_back, T, element_types)
{
    const temporary_directory directory;
    const auto path = directory.path("training");
    write_checkpoint_file(path, identity, snapshot<T>);
    const training_snapshot<T> read = read_checkpoint_file<T>(path, identity);
    BOOST_TEST(read.epochs == 2u);
    BOOST_TEST(read.steps == 5u);
    BOOST_TEST(read.history == snapshot<T>.history, boost::test_tools::per_element());
    BOOST_TEST(read.values == snapshot<T>.values, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_format_stays_the_same_from_release_to_release)
{
    const temporary_directory directory;
    const auto path = directory.path("training");
    write_checkpoint_file(path, identity, snapshot<float>);
    const std::string expected("ctgfit\1\0\x8d\0\0\0\0\0\0\0"
                               "\4\0\0\0\3\0\0\0net\1\0\0\0"
                               "\1\0\0\0w\1\0\0\0\2\0\0\0"
                               "\1\0\0\0\4\0\0\0seed\1\0\0\0"
                               "7\1\0\0\0\2\0\0\0"
                               "\2\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0"
                               "\0\0\0\0\0\0\xf0\x3f",
                               93);
    BOOST_TEST(contents(path).substr(0, 93) == expected);
    BOOST_TEST(contents(path).size() == 0x8du);
}

BOOST_AUTO_TEST_CASE(a_forged_file_is_an_error)
{
    // With the right checksum: any 4 bytes behind the header as the largest numbers, and as zero. Steps
    // and what is behind them may be any.
    const temporary_directory directory;
    const auto path = directory.path("training");
    write_checkpoint_file(path, identity, snapshot<float>);
    const std::string bytes = contents(path);
    for (std::size_t place = 16; place + 4 <= 77; ++place)
    {
        for (const std::string& other :
             {std::string(4, '\xff'), std::string("\xff\xff\xff\x7f"), std::string(4, '\0')})
        {
            std::string changed = bytes.substr(0, bytes.size() - 8);
            changed.replace(place, 4, other);
            const bool is_same = changed == bytes.substr(0, bytes.size() - 8);
            detail::append_number(changed, detail::checksum(changed));
            directory.write("training", changed);
            BOOST_TEST(
                (is_same || message_of<file_error>(
                                [&] { read_checkpoint_file<float>(path, identity); }) != ""));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_not_written)
{
    const temporary_directory directory;
    const auto path = directory.path("training");
    training_snapshot<float> other = snapshot<float>;
    other.values.pop_back();
    BOOST_TEST(message_of<file_error>([&] { write_checkpoint_file(path, identity, other); }) ==
               path.string() + ": expected 4 values and 4 figures, found 3 and 4");
    BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_CASE(other_states_and_settings_are_named)
{
    const temporary_directory directory;
    const auto path = directory.path("training");
    write_checkpoint_file(path, identity, snapshot<float>);
    const auto message = [&](auto change)
    {
        training_identity other = identity;
        change(other);
        return message_of<file_error>([&] { read_checkpoint_file<float>(path, other); })
            .substr(path.string().size() + 2);
    };
    BOOST_TEST(message([](auto& other) { other.states = 2; }) ==
               "expected 2 states of the optimiser, found 1");
    BOOST_TEST(message([](auto& other) { other.settings[0].value = "8"; }) ==
               "expected training with the seed 8, found 7");
    BOOST_TEST(message([](auto& other) { other.settings[0].name = "batch"; }) ==
               "expected the setting \"batch\", found \"seed\"");
    BOOST_TEST(message([](auto& other) { other.settings.clear(); }) ==
               "expected 0 settings of training, found 1");
    BOOST_TEST(message([](auto& other) { other.architecture = "other"; }) ==
               "expected the parameters of \"other\", found those of \"net\"");
}
