// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dense_network.hpp"
#include "lenet.hpp"
#include "recurrent_network.hpp"

#include <xsimd/memory/xsimd_aligned_allocator.hpp>

#include <memory>
#include <span>

// What a library has to do to take part: one file in rivals/ that enters itself.

/// At the beginning of a cache line, as all these libraries like it best.
using aligned_numbers = std::vector<float, xsimd::aligned_allocator<float, 64>>;

/// What is learnt from: rows of inputs, and for each the class as one-hot row and as number.
struct labelled_rows
{
    int rows;
    aligned_numbers inputs;
    aligned_numbers targets;
    std::vector<unsigned long> labels;
};

enum class update_kind
{
    sgd,
    adam
};

/// The settings of both: common defaults, which some libraries have as constants.
namespace settings
{
inline constexpr float sgd_rate = 0.01f;
inline constexpr float adam_rate = 1e-3f;
inline constexpr float beta1 = 0.9f;
inline constexpr float beta2 = 0.999f;
inline constexpr float epsilon = 1e-8f;
} // namespace settings

/// A network that learns: softmax cross-entropy, averaged over the rows.
struct trainer
{
    virtual ~trainer() = default;
    /// One step over all rows; returns the loss before it.
    virtual float step(const labelled_rows& data) = 0;
    virtual std::vector<float> parameters() = 0;
};

/// A network for a number of rows that was said when it was made.
struct predictor
{
    virtual ~predictor() = default;
    virtual void predict(const float* inputs, float* outputs) = 0;
};

/// A network that takes one step of a sequence at each call.
struct stepper
{
    virtual ~stepper() = default;
    virtual float step(float input) = 0;
    virtual void reset() = 0;
};

/// A library, and what it can do: a function that is missing, or gives nothing, is not measured.
struct contestant
{
    using parameters = std::span<const float>;

    std::string name;
    std::string version;
    std::unique_ptr<trainer> (*train)(const dense_network&, parameters, update_kind,
                                      int rows) = nullptr;
    std::unique_ptr<predictor> (*predict)(const dense_network&, parameters, int rows) = nullptr;
    std::unique_ptr<trainer> (*train_lenet)(parameters, int rows) = nullptr; // with SGD
    std::unique_ptr<predictor> (*predict_lenet)(parameters, int rows) = nullptr;
    std::unique_ptr<stepper> (*step)(const recurrent_network&, parameters) = nullptr;
    /// How far results may be off, in units of the tolerances of agreement.hpp.
    double tolerance = 1;
};

inline std::unique_ptr<trainer> make_trainer(const contestant& one, const dense_network& net,
                                             contestant::parameters initial, update_kind rule,
                                             int rows)
{
    return one.train ? one.train(net, initial, rule, rows) : nullptr;
}

inline std::unique_ptr<trainer> make_trainer(const contestant& one, lenet,
                                             contestant::parameters initial, update_kind rule,
                                             int rows)
{
    return one.train_lenet && rule == update_kind::sgd ? one.train_lenet(initial, rows) : nullptr;
}

inline std::unique_ptr<predictor> make_predictor(const contestant& one, const dense_network& net,
                                                 contestant::parameters values, int rows)
{
    return one.predict ? one.predict(net, values, rows) : nullptr;
}

inline std::unique_ptr<predictor> make_predictor(const contestant& one, lenet,
                                                 contestant::parameters values, int rows)
{
    return one.predict_lenet ? one.predict_lenet(values, rows) : nullptr;
}

inline std::vector<contestant>& contestants()
{
    static std::vector<contestant> all;
    return all;
}

/// `const entry entered({...})` in a file that is linked in enters a contestant.
struct entry
{
    explicit entry(contestant entered) { contestants().push_back(std::move(entered)); }
};
