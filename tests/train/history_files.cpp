// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE history_files
#include <boost/test/unit_test.hpp>

#include "../data/temporary_directory.hpp"

#include <ctgrad/train/history_files.hpp>

#include <fstream>
#include <iterator>
#include <limits>

using namespace ctgrad;

namespace
{

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

const training_history two_epochs{{.loss = 0.1,
                                   .accuracy = 1.0 / 3,
                                   .validation = {nan, nan},
                                   .seconds = 1e-7,
                                   .samples_per_second = 2.5e22},
                                  {.loss = infinity,
                                   .accuracy = 0,
                                   .validation = {2, 0.5},
                                   .seconds = 3,
                                   .samples_per_second = 4}};

std::string contents(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

BOOST_AUTO_TEST_CASE(csv_has_a_line_for_each_epoch)
{
    const temporary_directory directory;
    const auto path = directory.write("history.csv", "before");
    const std::string names = "epoch,loss,accuracy,validation_loss,validation_accuracy,seconds,"
                              "samples_per_second\n";
    write_csv(two_epochs, path);
    BOOST_TEST(contents(path) == names + "1,0.1,0.3333333333333333,,,1e-07,2.5e+22\n"
                                         "2,inf,0,2,0.5,3,4\n");
    write_csv({}, path);
    BOOST_TEST(contents(path) == names);
}

BOOST_AUTO_TEST_CASE(json_has_an_object_for_each_epoch)
{
    const temporary_directory directory;
    const auto path = directory.write("history.json", "before");
    write_json(two_epochs, path);
    BOOST_TEST(contents(path) ==
               "[\n"
               "  {\"epoch\": 1, \"loss\": 0.1, \"accuracy\": 0.3333333333333333, "
               "\"validation_loss\": null, \"validation_accuracy\": null, \"seconds\": 1e-07, "
               "\"samples_per_second\": 2.5e+22},\n"
               "  {\"epoch\": 2, \"loss\": null, \"accuracy\": 0, \"validation_loss\": 2, "
               "\"validation_accuracy\": 0.5, \"seconds\": 3, \"samples_per_second\": 4}\n"
               "]\n");
    write_json({}, path);
    BOOST_TEST(contents(path) == "[]\n");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_written_is_an_error)
{
    const temporary_directory directory;
    const auto path = directory.path("missing") / "history";
    const std::string message = path.string() + ": cannot be written: No such file or directory";
    BOOST_TEST(message_of<file_error>([&] { write_csv(two_epochs, path); }) == message);
    BOOST_TEST(message_of<file_error>([&] { write_json(two_epochs, path); }) == message);
}
