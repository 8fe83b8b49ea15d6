// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/panel_transpose.hpp>
#include <ctgrad/simd/panels.hpp>
#include <ctgrad/simd/product_kernels.hpp>
#include <ctgrad/simd/window_shape.hpp>

#include <algorithm>
#include <utility>

namespace ctgrad::simd::detail
{

/// Calls f<first unit, units that there are>() for each panel.
template <class Panels, class F>
void for_each_known_panel(F&& f)
{
    [&]<int... I>(std::integer_sequence<int, I...>)
    {
        const auto call = [&]<int Panel>()
        {
            constexpr int wide = std::min(Panel, Panels::wide_panels);
            constexpr int first =
                wide * Panels::panel_width + (Panel - wide) * (Panels::panel_width - Panels::lanes);
            f.template
            operator()<first, std::min(Panels::width_at(first), Panels::units - first)>();
        };
        (call.template operator()<I>(), ...);
    }(std::make_integer_sequence<int, Panels::panel_count>{});
}

/// Calls f<y phase, x phase>(taps before) for each pair of phases that has pixels.
template <window_shape Shape, class F>
void for_each_phase(F&& f)
{
    int before = 0;
    [&]<int... I>(std::integer_sequence<int, I...>)
    {
        const auto call = [&]<int Pair>()
        {
            constexpr axis_phase y = phase_of(Shape.y, Pair / Shape.x.stride);
            constexpr axis_phase x = phase_of(Shape.x, Pair % Shape.x.stride);
            if constexpr (y.positions > 0 && x.positions > 0)
            {
                f.template operator()<y, x>(before);
                before += y.taps * x.taps;
            }
        };
        (call.template operator()<I>(), ...);
    }(std::make_integer_sequence<int, Shape.y.stride * Shape.x.stride>{});
}

/// The weights as the input's gradient reads them: channels as units, phase by phase, the taps of each
/// from the last to the first.
/// Layout     [phase][panel][tap][filter][channel within the panel]
template <class T, window_shape Shape, class Arch>
struct flipped_weights
{
    using from = panels<T, Shape.taps() * Shape.channels, Shape.filters, Arch>;
    using layout = panels<T, Shape.filters, Shape.channels, Arch>;

    static constexpr int size =
        divide_up(Shape.taps() * Shape.filters * layout::stored_units, batch<T, Arch>::size) *
        batch<T, Arch>::size;

    /// Where the phase begins that has so many taps before it.
    static constexpr int offset(int taps) { return taps * Shape.filters * layout::stored_units; }

    static void make(const T* weights, T* to)
    {
        for_each_phase<Shape>(
            [&]<axis_phase Y, axis_phase X>(int before)
            {
                for_each_panel<layout>(
                    [&]<int Vectors>(int channel)
                    {
                        constexpr int width = Vectors * layout::lanes;
                        T* tap = to + offset(before) + channel * Y.taps * X.taps * Shape.filters;
                        for (int i = 0; i < Y.taps; ++i)
                        {
                            const int ky = Y.last_tap - i * Y.tap_step;
                            for (int j = 0; j < X.taps; ++j)
                            {
                                const int kx = X.last_tap - j * X.tap_step;
                                const int input = (ky * Shape.x.kernel + kx) * Shape.channels;
                                transpose_part<from, typename layout::vector, width>(
                                    weights, input + channel, 0, Shape.filters, tap,
                                    input + Shape.channels);
                                tap += Shape.filters * width;
                            }
                        }
                    });
            });
    }
};

} // namespace ctgrad::simd::detail
