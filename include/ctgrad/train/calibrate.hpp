// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/observe_branches.hpp>
#include <ctgrad/train/evaluate.hpp>

#include <vector>

namespace ctgrad
{

namespace detail
{

template <class Layer>
concept has_batch_statistics = requires { Layer::find_statistics; };

template <class Passes>
constexpr bool any_batch_statistics()
{
    bool any = false;
    Passes::for_each_layer(
        [&]<class Layer>(hana::basic_type<Layer>, const layer_place&)
        {
            any = any || has_batch_statistics<Layer>;
            [&]<class... Branches>(branch_list<Branches...>)
            {
                any = (any || ... || any_batch_statistics<typename Branches::passes>());
            }(branches_of<Layer>{});
        });
    return any;
}

/// Whether inference needs statistics of the training set.
template <class Network>
inline constexpr bool needs_calibration = any_batch_statistics<typename Network::passes>();

/// Collects the statistics of batches on their way through passes of training.
template <class T>
class statistics_observer
{
public:
    /// `parameters` is the block of the network.
    explicit statistics_observer(std::span<const T> parameters)
        : parameters_(parameters), sums_(parameters.size()), rows_(parameters.size())
    {
    }

    /// What passes call before each layer.
    auto function()
    {
        return [this]<class Layer>(hana::basic_type<Layer>, const layer_place&, const T* own,
                                   const auto& in, std::ptrdiff_t rows,
                                   const keeping_context<T>& context)
        { this->template look_at<Layer>(own, in, rows, context); };
    }

    /// Writes the means of all statistics, weighted by rows, to their places.
    void write(std::span<T> parameters) const
    {
        for (std::size_t i = 0; i < parameters.size(); ++i)
        {
            if (rows_[i] > 0)
            {
                parameters[i] = static_cast<T>(sums_[i] / rows_[i]);
            }
        }
    }

private:
    template <class Layer>
    void look_at(const T* own, const auto& in, std::ptrdiff_t rows,
                 const keeping_context<T>& context)
    {
        if constexpr (has_batch_statistics<Layer>)
        {
            std::vector<T> found(2 * std::size_t{Layer::channels});
            T* const variances = found.data() + Layer::channels;
            Layer::find_statistics(in.rows, rows, found.data(), variances);
            add(own + Layer::mean_place, std::span(found).first(Layer::channels), rows);
            add(own + Layer::variance_place, std::span(found).last(Layer::channels), rows);
        }
        observe_branches<Layer>(own, in, rows, context, function());
    }

    void add(const T* place, std::span<const T> values, std::ptrdiff_t rows)
    {
        auto i = static_cast<std::size_t>(place - parameters_.data());
        for (const T value : values)
        {
            sums_[i] += static_cast<double>(value) * static_cast<double>(rows);
            rows_[i] += static_cast<double>(rows);
            ++i;
        }
    }

    std::span<const T> parameters_;
    std::vector<double> sums_;
    std::vector<double> rows_;
};

} // namespace detail

/// Finds what batch normalisation takes in inference: means of the means and variances of batches of so many
/// rows (of parts of 128, if that is more), which should be in no particular order. `fit` does that after each
/// epoch, without augmentation. For a network with memory rows are sequences. Does nothing for networks
/// without batch_norm.
/// Errors     throws data_error when rows of the data do not fit the network
/// Cost       the forward pass of training over these rows, and their statistics once more; allocates a workspace
template <class Network, class T>
void calibrate(Network& net, const data_set<T>& data, std::ptrdiff_t batch = 128)
{
    if constexpr (detail::needs_calibration<Network>)
    {
        detail::check_data<Network>("data set", data);
        training_workspace<Network> workspace;
        detail::statistics_observer<T> observer(net.parameters());
        batch = std::max<std::ptrdiff_t>(batch, 1);
        for (std::ptrdiff_t row = 0; row < data.rows; row += batch)
        {
            const std::ptrdiff_t count = std::min(batch, data.rows - row);
            workspace.show(net, data.input_view().slice(row, count),
                           static_cast<std::uint64_t>(row), observer.function());
        }
        observer.write(net.parameters());
    }
}

namespace detail
{

/// The same by so many rows as are enough, chosen by a seed.
template <class Network, class T>
void calibrate_by_some([[maybe_unused]] Network& net, [[maybe_unused]] const data_set<T>& data,
                       [[maybe_unused]] std::ptrdiff_t batch, [[maybe_unused]] seed origin)
{
    if constexpr (needs_calibration<Network>)
    {
        constexpr std::ptrdiff_t enough = 1024;
        const shuffled_order order(data.rows, origin);
        calibrate(net, data.select(order.batch(0, std::min(enough, data.rows))), batch);
    }
}

} // namespace detail

} // namespace ctgrad
