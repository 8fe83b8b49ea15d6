// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE zip
#include <boost/test/unit_test.hpp>

#include "numpy_files.hpp"
#include "temporary_directory.hpp"

#include <ctgrad/data/zip.hpp>

using namespace ctgrad;

namespace
{

std::string little_endian(std::size_t value, std::size_t bytes)
{
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i)
    {
        text += static_cast<char>(value >> (8 * i) & 0xff);
    }
    return text;
}

struct settings
{
    std::size_t flags = 0;
    std::size_t method = 0;
    std::string extra{};
    std::string comment{};
};

// An archive of stored files, each of a name and its contents.
std::string zip(const std::vector<std::pair<std::string, std::string>>& files,
                const settings& with = {})
{
    std::string archive;
    std::string directory;
    for (const auto& [name, contents] : files)
    {
        const std::size_t checksum = crc32(0, reinterpret_cast<const Bytef*>(contents.data()),
                                           static_cast<uInt>(contents.size()));
        const std::string common =
            little_endian(20, 2) + little_endian(with.flags, 2) + little_endian(with.method, 2) +
            little_endian(0, 4) + little_endian(checksum, 4) + little_endian(contents.size(), 4) +
            little_endian(contents.size(), 4) + little_endian(name.size(), 2) +
            little_endian(with.extra.size(), 2);
        directory += "PK\1\2" + little_endian(20, 2) + common +
                     little_endian(with.comment.size(), 2) + std::string(8, '\0') +
                     little_endian(archive.size(), 4) + name + with.extra + with.comment;
        archive += "PK\3\4" + common + name + with.extra + contents;
    }
    return archive + directory + "PK\5\6" + std::string(4, '\0') + little_endian(files.size(), 2) +
           little_endian(files.size(), 2) + little_endian(directory.size(), 4) +
           little_endian(archive.size(), 4) + little_endian(with.comment.size(), 2) + with.comment;
}

std::string unpacked(const std::filesystem::path& path, std::string_view name)
{
    const zip_archive archive(path);
    const zip_entry* const entry = archive.find(name);
    BOOST_REQUIRE(entry != nullptr);
    return archive.unpack(*entry);
}

// What unpacking all entries throws, or an empty text.
std::string error_of(const temporary_directory& directory, std::string_view contents)
{
    const auto path = directory.write("bad.zip", contents);
    const std::string message = message_of<data_error>(
        [&]
        {
            const zip_archive archive(path);
            for (const zip_entry& entry : archive.entries())
            {
                archive.unpack(entry);
            }
        });
    const std::string start = path.string() + ": ";
    BOOST_TEST((message.empty() || message.starts_with(start + "expected ")));
    return message.empty() ? message : message.substr(start.size());
}

} // namespace

BOOST_AUTO_TEST_CASE(archives_of_numpy_are_read)
{
    const temporary_directory directory;
    const auto stored =
        directory.write("stored.npz", numpy_files::bytes_of(numpy_files::stored_archive_hex));
    const zip_archive archive(stored);
    BOOST_TEST(archive.entries().size() == 2u);
    BOOST_TEST(archive.entries()[0].name == "x.npy");
    BOOST_TEST(archive.entries()[0].method == 0u);
    BOOST_TEST(archive.find("y") == nullptr);
    BOOST_TEST((unpacked(stored, "y.npy") == numpy_files::bytes_of(numpy_files::labels_hex)));

    const auto packed =
        directory.write("packed.npz", numpy_files::bytes_of(numpy_files::packed_archive_hex));
    BOOST_TEST(zip_archive(packed).entries()[0].method == 8u);
    BOOST_TEST(unpacked(packed, "x.npy").size() == 128u + 40 * 8);
    BOOST_TEST(unpacked(packed, "y.npy").ends_with(std::string_view("\1\2\0\1", 4)));
}

BOOST_AUTO_TEST_CASE(comments_and_extra_fields_are_passed_over)
{
    const temporary_directory directory;
    const auto path = directory.write(
        "a.zip", zip({{"a", "one"}, {"b", ""}, {"a", "two"}},
                     {.extra = "extra", .comment = std::string("PK\5\6") + std::string(30, '\1')}));
    BOOST_TEST(unpacked(path, "a") == "two"); // the last of that name
    BOOST_TEST(unpacked(path, "b").empty());
    BOOST_TEST(zip_archive(path).unpack(zip_archive(path).entries()[0]) == "one");
    BOOST_TEST(zip_archive(directory.write("none.zip", zip({}))).entries().empty());
    BOOST_TEST(unpacked(directory.write("long.zip",
                                        zip({{"a", "b"}}, {.comment = std::string(0xffff, 'c')})),
                        "a") == "b");
}

BOOST_AUTO_TEST_CASE(an_archive_cut_anywhere_is_an_error)
{
    const temporary_directory directory;
    for (const std::string_view hex :
         {numpy_files::stored_archive_hex, numpy_files::packed_archive_hex})
    {
        const std::string good = numpy_files::bytes_of(hex);
        BOOST_TEST(error_of(directory, good) == "");
        for (std::size_t size = 0; size < good.size(); ++size)
        {
            BOOST_TEST(error_of(directory, good.substr(0, size)) ==
                       "expected a zip archive, which ends with a directory; found something else");
            // A directory that is whole, behind contents that are cut.
            BOOST_TEST((size == 0 || !error_of(directory, good.substr(size)).empty()));
        }
    }
}

BOOST_AUTO_TEST_CASE(an_archive_changed_anywhere_is_an_error_or_whole)
{
    const temporary_directory directory;
    const std::string good = numpy_files::bytes_of(numpy_files::packed_archive_hex);
    std::size_t found = 0;
    for (std::size_t i = 0; i < good.size(); ++i)
    {
        for (const int change : {0x01, 0x80, 0xff})
        {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ change);
            found += error_of(directory, bad).empty() ? 0 : 1;
        }
    }
    // Sizes, offsets, checksums and the packed bytes; not names, times and versions.
    BOOST_TEST(found > good.size());
}

BOOST_AUTO_TEST_CASE(damage_is_named)
{
    const temporary_directory directory;
    const std::string good = zip({{"a", "contents"}});
    std::string bad = good;
    bad[good.find("contents")] = 'k';
    BOOST_TEST(error_of(directory, bad) ==
               "expected the contents of \"a\" in the zip archive, found it damaged");
    bad = good;
    bad[0] = 'k';
    BOOST_TEST(error_of(directory, bad) ==
               "expected the header of \"a\" in the zip archive, found it damaged");
    bad = good;
    bad[good.find("PK\1\2")] = 'k';
    BOOST_TEST(error_of(directory, bad) ==
               "expected entry 0 of the directory in the zip archive, found it damaged");
    bad = good;
    bad[good.find("PK\5\6") + 12] = 'k'; // a directory larger than the file
    BOOST_TEST(error_of(directory, bad) ==
               "expected a directory before its end in the zip archive, found it damaged");
    bad = good;
    bad[good.find("PK\1\2") + 20] = 'k'; // more packed bytes than the file has
    BOOST_TEST(names(error_of(directory, bad), {"expected the contents of \"a\""}));
    BOOST_TEST(error_of(directory, zip({{"a", "b"}}, {.flags = 1})) ==
               "expected \"a\" to be stored or deflated, found it encrypted");
    BOOST_TEST(error_of(directory, zip({{"a", "b"}}, {.method = 12})) ==
               "expected \"a\" to be stored or deflated, found method 12");
    BOOST_TEST(
        names(error_of(directory, zip({{"a", "bcd"}}, {.method = 8})), {"contents of \"a\""}));
    bad = good;
    bad.replace(good.find("PK\5\6") + 16, 4, 4, '\xff');
    BOOST_TEST(error_of(directory, bad) ==
               "expected a zip archive in one part and of less than 4 GiB, found another");
}

BOOST_AUTO_TEST_CASE(a_size_that_cannot_be_is_not_allocated)
{
    const temporary_directory directory;
    std::string bad = numpy_files::bytes_of(numpy_files::packed_archive_hex);
    bad.replace(bad.find("PK\1\2") + 24, 4, little_endian(0xfffffff0, 4));
    BOOST_TEST(names(error_of(directory, bad), {"expected the contents of \"x.npy\""}));
}
