// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/train/calibrate.hpp>
#include <ctgrad/train/diagnose.hpp>
#include <ctgrad/train/finished_step.hpp>

#include <vector>

namespace ctgrad
{

/// A diagnosis of each epoch while a network learns, with the ratio of its last update (where an epoch is
/// one step, from the second on):
///
///     diagnostics_log log(net, training, cross_entropy);
///     fit(net, training, {.on_step = std::ref(log)}, cross_entropy, adam{});
///
/// Errors     as `diagnose`
/// Cost       for each epoch two to three times a step over 256 rows or `.rows`, and a copy of the parameters;
///            the network must outlive it
template <class Network, class Loss>
class diagnostics_log
{
    using T = typename Network::value_type;

public:
    diagnostics_log(const Network& net, const data_set<T>& data, const Loss&,
                    const diagnosis_options<T>& options = {.rows = 256})
        : net_(&net),
          options_(options),
          rows_(detail::spread_rows(data, options.rows > 0 ? options.rows : data.rows))
    {
        detail::check_types<Network, T, formula>();
        detail::check_diagnosis<Network>(rows_, options);
        options_.rows = 0;
        options_.parameters_before = {};
    }

    /// What `fit` calls after each step.
    void operator()(const finished_step& at)
    {
        if (at.ends_epoch())
        {
            reports_.push_back(report());
        }
        // Before the last step of an epoch, which may be the only one.
        if (at.index + 2 == at.count || at.count == 1)
        {
            remember();
        }
    }

    /// One for each epoch so far.
    const std::vector<diagnosis>& reports() const { return reports_; }

private:
    static constexpr auto formula = detail::loss_formula<Loss>::value;

    diagnosis report() const
    {
        if constexpr (detail::needs_calibration<Network>)
        {
            // `fit` finds the statistics of inference later, and of other weights if it averages them.
            Network calibrated = *net_;
            calibrate(calibrated, rows_);
            return diagnose(calibrated, rows_, loss<formula>, options_);
        }
        else
        {
            return diagnose(*net_, rows_, loss<formula>, options_);
        }
    }

    void remember()
    {
        std::ranges::copy(net_->parameters(), before_.begin());
        options_.parameters_before = before_.span();
    }

    const Network* net_;
    diagnosis_options<T> options_;
    data_set<T> rows_;
    aligned_buffer<T> before_{static_cast<std::size_t>(Network::memory.parameters)};
    std::vector<diagnosis> reports_;
};

} // namespace ctgrad
