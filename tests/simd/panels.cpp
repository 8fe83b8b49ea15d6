// SPDX-License-Identifier: BSL-1.0
#define BOOST_TEST_MODULE panels
#include <boost/test/unit_test.hpp>

#include <ctgrad/simd/panels.hpp>

#include <type_traits>
#include <vector>

using ctgrad::simd::batch;
using ctgrad::simd::panels;

namespace
{

template <class T, int Inputs, int Units>
void check_layout()
{
    using layout = panels<T, Inputs, Units>;
    constexpr int width = batch<T>::size;
    BOOST_TEST_INFO_SCOPE("inputs " << Inputs << ", units " << Units);

    static_assert(layout::padded_units % width == 0);
    static_assert(layout::padded_units >= Units && layout::padded_units < Units + width);
    static_assert(layout::size % width == 0);
    static_assert(layout::stored_units >= Units && layout::stored_units <= layout::padded_units);
    static_assert(layout::padded_units == panels<T, Inputs + 7, Units>::padded_units);
    static_assert(layout::offset(0, 0) == 0);

    // Wide panels and those one vector narrower hold all units and nothing else.
    static_assert(layout::wide_panels >= 1 && layout::wide_panels <= layout::panel_count);
    static_assert(layout::wide_panels * layout::panel_width +
                      (layout::panel_count - layout::wide_panels) *
                          (layout::panel_width - layout::lanes) ==
                  layout::stored_units);

    std::vector<int> taken(static_cast<std::size_t>(layout::size), 0);
    for (int input = 0; input < Inputs; ++input)
        for (int unit = 0; unit < layout::stored_units; ++unit)
        {
            const int at = layout::offset(input, unit);
            BOOST_REQUIRE(at >= 0);
            BOOST_REQUIRE(at < layout::size);
            ++taken[static_cast<std::size_t>(at)];

            // Lanes of a vector are neighbours, vectors of a panel too, then the next input.
            if (unit % layout::lanes != 0)
                BOOST_REQUIRE_EQUAL(at, layout::offset(input, unit - 1) + 1);
            if (input > 0)
                BOOST_REQUIRE_EQUAL(at, layout::offset(input - 1, unit) + layout::width_at(unit));
        }
    int used = 0;
    for (const int count : taken)
    {
        BOOST_REQUIRE(count <= 1);
        used += count;
    }
    BOOST_TEST(used == Inputs * layout::stored_units);
}

template <class T>
void check_layouts()
{
    check_layout<T, 1, 1>();
    check_layout<T, 3, 5>();
    check_layout<T, 2, 8>();
    check_layout<T, 2, 9>();
    check_layout<T, 16, 16>();
    check_layout<T, 17, 31>();
    check_layout<T, 64, 10>();
    check_layout<T, 5, 80>();
    check_layout<T, 100, 127>();
    check_layout<T, 3, 784>();
}

} // namespace

BOOST_AUTO_TEST_CASE(every_weight_has_its_place_in_float) { check_layouts<float>(); }

BOOST_AUTO_TEST_CASE(every_weight_has_its_place_in_double) { check_layouts<double>(); }

BOOST_AUTO_TEST_CASE(units_are_dealt_out_evenly)
{
    constexpr int width = batch<float>::size;
    using one_more = panels<float, 4, width*(panels<float, 1, 1000 * width>::vectors + 1)>;
    static_assert(one_more::panel_count == 2);
    BOOST_TEST(one_more::panel_width * 2 - one_more::stored_units <= width);
}
