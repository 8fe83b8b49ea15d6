// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/cell_programs.hpp>
#include <ctgrad/layers/initialise.hpp>
#include <ctgrad/layers/linear_maps.hpp>
#include <ctgrad/layers/placed_parameters.hpp>

#include <boost/hana/type.hpp>

namespace ctgrad::detail
{

/// The linear half of a recurrent layer: parameters and products of a cell's maps.
template <class T, class Cell, int Inputs, int Units>
class cell_maps : public placed_parameters<T, cell_maps<T, Cell, Inputs, Units>>
{
public:
    using arch = simd::arch_for_units<T, Units>;
    static constexpr const name_list& names = maps_of_cell<Cell>;
    static constexpr int lanes = simd::batch<T, arch>::size;
    /// Room for the result of each map, whole vectors; results lie side by side in the order of names.
    static constexpr int width = (Units + lanes - 1) / lanes * lanes;
    static constexpr int results = names.size * width;

private:
    static constexpr int both = maps_of_both<Cell>.size;
    static constexpr int of_input = maps_of_input<Cell>.size;
    static constexpr int of_state = maps_of_state<Cell>.size;

    template <int From, int Maps>
    using linear = linear_maps<T, From, Maps, Units, width, arch>;
    using both_of_input = linear<Inputs, both>;
    using input_alone = linear<Inputs, of_input>;
    using both_of_state = linear<Units, both>;
    using state_alone = linear<Units, of_state>;

    // Results of both come first.
    static constexpr int input_at = both * width;
    static constexpr int state_at = (both + of_input) * width;

    // In the block of parameters.
    static constexpr int input_block = both_of_input::stored;
    static constexpr int both_state_block = input_block + input_alone::stored;
    static constexpr int state_block = both_state_block + both_of_state::stored;
    static constexpr int bias_block = state_block + state_alone::stored;

public:
    static constexpr long long multiply_adds =
        1LL * Units * ((both + of_input) * Inputs + (both + of_state) * Units);

    static constexpr std::array tensors{
        tensor_info{"input_weight", (both + of_input) * Units, Inputs, both_state_block,
                    tensor_role::weight},
        tensor_info{"state_weight", (both + of_state) * Units, Units, bias_block - both_state_block,
                    tensor_role::weight},
        tensor_info{"bias", 1, names.size* Units, row_stride<T>(results)}};

    static void initialise(T* parameters, random_engine& engine)
    {
        constexpr int weights = (both + of_input) * Inputs + (both + of_state) * Units;
        std::vector<T> values(static_cast<std::size_t>(Units * (weights + names.size)));
        std::span<T> rest(values);
        const auto take = [&](int count)
        {
            const std::span<T> some = rest.first(static_cast<std::size_t>(count));
            rest = rest.subspan(some.size());
            return some;
        };
        for (int map = 0; map < both + of_input; ++map)
        {
            draw_weights(take(Units * Inputs), initialiser::glorot_uniform, Inputs, Units, engine);
        }
        for (int map = 0; map < both + of_state; ++map)
        {
            fill_orthogonal(take(Units * Units), Units, engine);
        }
        for (int map = 0; map < names.size; ++map)
        {
            std::ranges::fill(take(Units), static_cast<T>(initial_bias(names[map])));
        }
        cell_maps::import_tensors(values.data(), parameters);
    }

    static void for_each_parameter(const auto& body)
    {
        int logical = 0;
        const auto weights = [&]<class Maps>(hana::basic_type<Maps>, int stored)
        {
            Maps::for_each_weight([&](int in_file, int in_panels)
                                  { body(logical + in_file, stored + in_panels); });
            logical += Maps::logical;
        };
        weights(hana::basic_type<both_of_input>{}, 0);
        weights(hana::basic_type<input_alone>{}, input_block);
        weights(hana::basic_type<both_of_state>{}, both_state_block);
        weights(hana::basic_type<state_alone>{}, state_block);
        for (int map = 0; map < names.size; ++map)
        {
            for (int unit = 0; unit < Units; ++unit)
            {
                body(logical + map * Units + unit, bias_block + map * width + unit);
            }
        }
    }

    /// All results z for one row of input x and hidden state h, in line.
    CTGRAD_ALWAYS_INLINE static void of_row(const T* parameters, const T* x, const T* h, T* z)
    {
        const T* const bias = parameters + bias_block;
        add_both(parameters, x, h, z);
        input_alone::forward_row(x, parameters + input_block, bias + input_at, z + input_at);
        state_alone::forward_row(h, parameters + state_block, bias + state_at, z + state_at);
    }

    /// What the input contributes, and the biases; rows of z are z_stride apart.
    static void of_input_rows(const T* parameters, const T* x, std::ptrdiff_t x_stride,
                              std::ptrdiff_t rows, T* z, std::ptrdiff_t z_stride)
    {
        const T* const bias = parameters + bias_block;
        both_of_input::forward(x, x_stride, rows, parameters, bias, z, z_stride);
        input_alone::forward(x, x_stride, rows, parameters + input_block, bias + input_at,
                             z + input_at, z_stride);
    }

    /// And what the hidden state does.
    static void add_state_rows(const T* parameters, const T* h, std::ptrdiff_t h_stride,
                               std::ptrdiff_t rows, T* z, std::ptrdiff_t z_stride)
    {
        both_of_state::forward(h, h_stride, rows, parameters + both_state_block, nullptr, z,
                               z_stride);
        state_alone::forward(h, h_stride, rows, parameters + state_block,
                             parameters + bias_block + state_at, z + state_at, z_stride);
    }

    /// dh += what comes back from the results.
    static void add_state_gradient(const T* parameters, const T* dz, std::ptrdiff_t z_stride,
                                   std::ptrdiff_t rows, T* dh, std::ptrdiff_t h_stride)
    {
        both_of_state::add_input_gradient(dz, z_stride, rows, parameters + both_state_block, dh,
                                          h_stride);
        state_alone::add_input_gradient(dz + state_at, z_stride, rows, parameters + state_block, dh,
                                        h_stride);
    }

    /// dx += likewise.
    static void add_input_gradient(const T* parameters, const T* dz, std::ptrdiff_t z_stride,
                                   std::ptrdiff_t rows, T* dx, std::ptrdiff_t x_stride)
    {
        both_of_input::add_input_gradient(dz, z_stride, rows, parameters, dx, x_stride);
        input_alone::add_input_gradient(dz + input_at, z_stride, rows, parameters + input_block, dx,
                                        x_stride);
    }

    /// Adds the gradients of all parameters.
    static void add_gradients(const T* x, std::ptrdiff_t x_stride, const T* h,
                              std::ptrdiff_t h_stride, const T* dz, std::ptrdiff_t z_stride,
                              std::ptrdiff_t rows, T* gradients)
    {
        both_of_input::weight_gradient(x, x_stride, dz, z_stride, rows, gradients);
        input_alone::weight_gradient(x, x_stride, dz + input_at, z_stride, rows,
                                     gradients + input_block);
        both_of_state::weight_gradient(h, h_stride, dz, z_stride, rows,
                                       gradients + both_state_block);
        state_alone::weight_gradient(h, h_stride, dz + state_at, z_stride, rows,
                                     gradients + state_block);
        simd::product_bias_gradient<T, 1, results, arch>(dz, z_stride, rows,
                                                         gradients + bias_block);
    }

private:
    static constexpr double initial_bias(std::string_view map)
    {
        if constexpr (requires { Cell::bias_of(map); })
        {
            return Cell::bias_of(map);
        }
        else
        {
            return 0.0;
        }
    }

    /// Maps of both, whose sums stay in registers between the two products.
    CTGRAD_ALWAYS_INLINE static void add_both([[maybe_unused]] const T* parameters,
                                              [[maybe_unused]] const T* x,
                                              [[maybe_unused]] const T* h, [[maybe_unused]] T* z)
    {
        if constexpr (both > 0)
        {
            using of_x = typename both_of_input::layout;
            using of_h = typename both_of_state::layout;
            using vector = typename of_x::vector;
            simd::detail::for_each_panel<of_x>(
                [&]<int Vectors>(int unit) CTGRAD_INLINE_LAMBDA
                {
                    constexpr int chains = simd::detail::row_chains(Inputs + Units, Vectors);
                    constexpr simd::detail::fixed_stride<Vectors * lanes> panel;
                    simd::detail::product_tile<T, arch, 1, Vectors, chains> sums;
                    sums.begin(
                        [&](int, int v) CTGRAD_INLINE_LAMBDA
                        { return vector::load(parameters + bias_block + unit + v * lanes); });
                    const auto add = [&](const T* from, const T* weights, std::ptrdiff_t count)
                                         CTGRAD_INLINE_LAMBDA
                    {
                        sums.template add_terms<false>(
                            from, simd::detail::fixed_stride<0>{}, simd::detail::fixed_stride<1>{},
                            weights, panel, count, weights, simd::detail::fixed_stride<0>{});
                    };
                    add(x, parameters + of_x::offset(0, unit), Inputs);
                    add(h, parameters + both_state_block + of_h::offset(0, unit), Units);
                    sums.join_chains();
                    sums.store(z + unit, simd::detail::fixed_stride<0>{});
                });
        }
    }
};

} // namespace ctgrad::detail
