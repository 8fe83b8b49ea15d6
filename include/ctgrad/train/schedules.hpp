// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/train/history.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace ctgrad
{

/// Where training is, for a schedule of the learning rate.
struct schedule_position
{
    /// Steps so far, and all that there will be.
    long step = 0;
    long steps = 1;
    /// Epochs so far with the part of this one that is done.
    double epoch = 0.0;
    /// A record of each epoch so far.
    std::span<const epoch_record> history{};

    /// The share of all steps so far.
    double progress() const { return static_cast<double>(step) / static_cast<double>(steps); }
};

// A schedule is a function of the position whose result is a factor of the optimiser's learning rate:
// `.schedule = cosine{.warm_up = 0.1}`, or `.schedule = [](const schedule_position& at) { return ...; }`.

/// `factor` once more after each `every` epochs.
struct step_decay
{
    double every = 10.0;
    double factor = 0.1;

    double operator()(const schedule_position& at) const
    {
        return std::pow(factor, std::floor(at.epoch / every));
    }
};

/// `factor` for each epoch, little by little.
struct exponential_decay
{
    double factor = 0.95;

    double operator()(const schedule_position& at) const { return std::pow(factor, at.epoch); }
};

/// Rises in a line over the share `warm_up` of all steps, and falls to `last` as half a cosine.
/// Source     Loshchilov, Hutter (2017), SGDR, without restarts; Goyal et al. (2017) for the warm-up
struct cosine
{
    double warm_up = 0.0;
    double last = 0.0;

    double operator()(const schedule_position& at) const
    {
        const double now = at.progress();
        if (now < warm_up)
        {
            return (static_cast<double>(at.step) + 1) /
                   (warm_up * static_cast<double>(at.steps) + 1);
        }
        const double rest = (now - warm_up) / (1 - warm_up);
        return last + (1 - last) * 0.5 * (1 + std::cos(std::numbers::pi * rest));
    }
};

/// From `first` to 1 over the share `rise` of all steps, and down to `last`, both as half a cosine.
/// Source     Smith, Topin (2018), Super-convergence
struct one_cycle
{
    double rise = 0.3;
    double first = 0.04;
    double last = 1e-4;

    double operator()(const schedule_position& at) const
    {
        const double now = at.progress();
        const auto between = [](double from, double to, double part)
        { return to + (from - to) * 0.5 * (1 + std::cos(std::numbers::pi * part)); };
        return now < rise ? between(first, 1, now / rise)
                          : between(1, last, (now - rise) / (1 - rise));
    }
};

/// `factor` once more whenever the loss, that of the validation set if there is one, has not become less
/// by the share `threshold` for `patience` epochs.
struct reduce_on_plateau
{
    double factor = 0.1;
    int patience = 3;
    double threshold = 1e-4;
    double last = 0.0;

    double operator()(const schedule_position& at) const
    {
        double rate = 1.0;
        double best = std::numeric_limits<double>::infinity();
        int waited = 0;
        for (const epoch_record& each : at.history)
        {
            const double loss = std::isnan(each.validation.loss) ? each.loss : each.validation.loss;
            const bool is_better = loss < best - threshold * std::abs(best) ||
                                   (std::isinf(best) && std::isfinite(loss));
            waited = is_better ? 0 : waited + 1;
            best = is_better ? loss : best;
            if (waited >= patience)
            {
                rate *= factor;
                waited = 0;
            }
        }
        return std::max(rate, last);
    }
};

} // namespace ctgrad
