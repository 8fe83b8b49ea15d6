// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/architecture.hpp>
#include <ctgrad/tensor/aligned_buffer.hpp>
#include <ctgrad/train/update_program.hpp>

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

namespace ctgrad
{

namespace detail
{

/// What an optimiser has of its own for a tensor: nothing, unless it says so.
template <class Optimiser>
struct tensor_settings
{
    static constexpr bool exist = false;
};

template <class Optimiser>
    requires requires(const Optimiser& chosen, const parameter_tensor& tensor) {
        chosen.settings(tensor);
    }
struct tensor_settings<Optimiser>
{
    static constexpr bool exist = true;
    using list = std::remove_cvref_t<decltype(std::declval<const Optimiser&>().settings(
        parameter_tensor{}))>;

    /// Behind the last of its numbers.
    std::size_t end;
    list own;
};

} // namespace detail

/// An optimiser at work on one parameter block: its states, and the number of updates so far.
template <optimiser Optimiser, class T>
class optimiser_state
{
    using update = detail::update_program<Optimiser, T>;

public:
    /// For a block of `size` parameters; all states begin at zero.
    optimiser_state(const Optimiser& chosen, std::size_t size)
        : optimiser_state(chosen, std::vector<std::size_t>{size})
    {
    }

    /// For a block of tensors of these sizes, as `stored_tensor_sizes()` of a network gives them, and
    /// `parameter_tensors()`, which optimisers need whose settings depend on the tensor.
    /// Errors     throws size_error when such an optimiser does not get as many
    optimiser_state(const Optimiser& chosen, std::vector<std::size_t> tensor_sizes,
                    std::span<const parameter_tensor> tensors = {})
        : chosen_(chosen),
          pieces_(std::move(tensor_sizes)),
          size_(std::accumulate(pieces_.begin(), pieces_.end(), std::size_t(0)))
    {
        if constexpr (has_tensor_settings)
        {
            take_tensors(tensors);
        }
        if (!detail::is_for_each_tensor<Optimiser>())
        {
            pieces_ = {size_};
        }
        for (int i = 0; i < update::variables.size; ++i)
        {
            const std::string_view name = update::variables[i];
            if (name != "weight" && name != "dweight")
            {
                states_[static_cast<std::size_t>(i)] = aligned_buffer<T>(size_);
            }
        }
    }

    /// One update of all weights and states; sets the gradients to zero. One pass over memory, and one
    /// more where a reduction, such as a norm, over the whole block (or each tensor) comes first.
    /// Errors     throws size_error unless there are as many of both as the block was said to have
    /// Cost       allocates nothing
    void apply(std::span<T> weights, std::span<T> gradients)
    {
        begin_update(weights, gradients);
        std::size_t first = 0;
        const auto update_next = [&](std::size_t count)
        {
            take_some(weights, gradients, first, count);
            first += count;
        };
        if constexpr (is_for_each_weight)
        {
            while (first < size_)
            {
                update_next(std::min(size_ - first, range));
            }
        }
        else
        {
            std::ranges::for_each(pieces_, update_next);
        }
    }

    /// So many weights at a time: their gradients are in the first level of the cache when they are cleared.
    static constexpr std::size_t range = 4096;

    /// Whether a weight is updated without a look at the others, so that `update_some` may be called for
    /// any parts of the block; otherwise for each of `pieces()`.
    static constexpr bool is_for_each_weight = hana::unpack(
        Optimiser::rule.assignments, [](const auto&... assigned)
        { return !(detail::reduces_in<std::remove_cvref_t<decltype(assigned.value)>> || ...); });

    /// Lengths of what has reductions of its own: the tensors, or the whole block.
    std::span<const std::size_t> pieces() const { return pieces_; }

    /// `apply` by hand, in any order or at the same time: first this, then all weights once.
    /// Errors     those of `apply`
    void begin_update(std::span<const T> weights, std::span<const T> gradients)
    {
        if (weights.size() != size_ || gradients.size() != size_)
        {
            throw size_error("ctgrad: the optimiser is for " + std::to_string(size_) +
                             " weights, but has " + std::to_string(weights.size()) +
                             " weights and " + std::to_string(gradients.size()) + " gradients");
        }
        ++steps_;
        settings_ = settings();
        if constexpr (has_tensor_settings)
        {
            for (std::size_t i = 0; i < tensors_.size(); ++i)
            {
                settings_of_tensors_[i] = settings(tensors_[i].own);
            }
        }
    }

    /// The weights from `first` on of all `weights`, as many as there are gradients.
    void update_some(std::span<T> weights, std::size_t first, std::span<const T> gradients)
    {
        if constexpr (has_tensor_settings)
        {
            auto tensor = std::ranges::upper_bound(tensors_, first, {}, &tensor_settings::end);
            while (!gradients.empty())
            {
                const std::size_t count = std::min(gradients.size(), tensor->end - first);
                update_by(settings_of_tensors_[static_cast<std::size_t>(tensor - tensors_.begin())],
                          weights, first, gradients.first(count));
                gradients = gradients.subspan(count);
                first += count;
                ++tensor;
            }
        }
        else
        {
            update_by(settings_, weights, first, gradients);
        }
    }

    /// Where that reads beside the gradients: the weights and states from `first` on.
    auto places_read(std::span<const T> weights, std::size_t first) const
    {
        return hana::unpack(Optimiser::rule.assignments,
                            [&](const auto&... assigned)
                            {
                                const auto place = [&](std::string_view name)
                                {
                                    return (name == "weight" ? weights.data()
                                                             : states_[index_of(name)].data()) +
                                           first;
                                };
                                return std::array{place(assigned.name.view())...};
                            });
    }

    /// The same for `count` weights from `first` on and their gradients, which are set to zero.
    void take_some(std::span<T> weights, std::span<T> gradients, std::size_t first,
                   std::size_t count)
    {
        const std::span<T> some = gradients.subspan(first, count);
        update_some(weights, first, some);
        std::ranges::fill(some, T(0));
    }

    long steps() const { return steps_; }

    /// The states, each with one number for each weight of the block: with `steps()`, all that is
    /// remembered from one update to the next.
    std::vector<std::span<T>> states()
    {
        std::vector<std::span<T>> all;
        for (aligned_buffer<T>& state : states_)
        {
            if (state.size() > 0)
            {
                all.push_back({state.data(), state.size()});
            }
        }
        return all;
    }

    /// Goes on after so many updates, whose states have been put back.
    void set_steps(long steps) { steps_ = steps; }

    /// Whether the rule has a parameter called learning_rate.
    static constexpr bool has_learning_rate = update::parameters.find("learning_rate") >= 0;

    /// The learning rate of the next update; 0 if the rule has none.
    double learning_rate() const
    {
        if constexpr (has_learning_rate)
        {
            return static_cast<double>(
                settings()[static_cast<std::size_t>(update::parameters.find("learning_rate"))]);
        }
        else
        {
            return 0.0;
        }
    }

    /// From the next update on the learning rate is the optimiser's own times this.
    void scale_learning_rate(double factor) { rate_factor_ = factor; }

    /// A number for the rule, which others do not have: a hash of its formulas.
    static constexpr std::uint64_t rule_hash() { return traced_rule.hash; }

private:
    static constexpr auto input_count = static_cast<std::size_t>(update::variables.size);

    using setting_values = std::array<T, static_cast<std::size_t>(update::parameters.size)>;
    using tensor_settings = detail::tensor_settings<Optimiser>;
    static constexpr bool has_tensor_settings = tensor_settings::exist;

    /// `update_some` by values of the rule's parameters.
    void update_by(const setting_values& values, std::span<T> weights, std::size_t first,
                   std::span<const T> gradients)
    {
        const auto array_of = [&](std::string_view name)
        { return (name == "weight" ? weights.data() : states_[index_of(name)].data()) + first; };
        std::array<const T*, input_count> inputs{};
        for (std::size_t i = 0; i < input_count; ++i)
        {
            const std::string_view name = update::variables[static_cast<int>(i)];
            inputs[i] = name == "dweight" ? gradients.data() : array_of(name);
        }
        const auto outputs =
            hana::unpack(Optimiser::rule.assignments,
                         [&](const auto&... assigned)
                         {
                             return std::array<T*, static_cast<std::size_t>(update::output_count)>{
                                 array_of(assigned.name.view())...};
                         });
        detail::run_program<update, T, aliasing::exact>(inputs, outputs, values.data(),
                                                        std::ssize(gradients));
    }

    void take_tensors(std::span<const parameter_tensor> tensors)
    {
        if (tensors.size() != pieces_.size())
        {
            throw size_error(
                "ctgrad: the optimiser's settings depend on the tensor: it needs the "
                "network's parameter_tensors() beside stored_tensor_sizes(), but has " +
                std::to_string(tensors.size()) + " tensors and " + std::to_string(pieces_.size()) +
                " sizes");
        }
        std::size_t end = 0;
        for (std::size_t i = 0; i < tensors.size(); ++i)
        {
            end += pieces_[i];
            tensors_.push_back({end, chosen_.settings(tensors[i])});
        }
        settings_of_tensors_.resize(tensors_.size());
    }

    static std::size_t index_of(std::string_view name)
    {
        return static_cast<std::size_t>(update::variables.find(name));
    }

    /// Values of the rule's parameters: initial ones, the optimiser's own, the tensor's, the step.
    setting_values settings(const auto&... of_tensor) const
    {
        setting_values values = traced_rule.values;
        const auto set = [&](std::string_view name, double value)
        {
            const int index = update::parameters.find(name);
            if (index >= 0)
            {
                values[static_cast<std::size_t>(index)] = static_cast<T>(value);
            }
        };
        const auto set_all = [&](const auto& list)
        {
            hana::unpack(list, [&](const auto&... setting)
                         { (set(setting.name.view(), static_cast<double>(setting.value)), ...); });
        };
        set_all(chosen_.settings());
        (set_all(of_tensor), ...);
        set("step", static_cast<double>(steps_));
        if constexpr (has_learning_rate)
        {
            values[static_cast<std::size_t>(update::parameters.find("learning_rate"))] *=
                static_cast<T>(rate_factor_);
        }
        return values;
    }

    static constexpr detail::rule_facts<Optimiser, T> traced_rule =
        detail::facts_of_rule<Optimiser, T>();

    Optimiser chosen_;
    std::vector<std::size_t> pieces_;
    std::array<aligned_buffer<T>, input_count> states_{};
    std::size_t size_;
    long steps_ = 0;
    double rate_factor_ = 1.0;
    // Of this step: what is computed of them, such as a power, is so once.
    setting_values settings_{};
    /// Empty if they do not matter.
    std::vector<tensor_settings> tensors_;
    std::vector<setting_values> settings_of_tensors_;

    static constexpr bool assigns_what_it_reads = hana::unpack(
        Optimiser::rule.assignments,
        [](const auto&... assigned)
        {
            name_list names;
            (names.add(assigned.name.view()), ...);
            const bool reads_all = ((update::variables.find(assigned.name.view()) >= 0) && ...);
            const int gradients = update::variables.find("dweight") >= 0 ? 1 : 0;
            return reads_all && names.find("weight") >= 0 && names.find("dweight") < 0 &&
                   names.size == static_cast<int>(sizeof...(assigned)) &&
                   names.size == update::variables.size - gradients;
        });
    static_assert(assigns_what_it_reads,
                  "an update rule assigns to the weight and to each state that it reads, once, and "
                  "to nothing else; see docs/errors.md#update-rule");

    static constexpr bool has_value_for_each_weight = hana::unpack(
        Optimiser::rule.assignments,
        [](const auto&... assigned)
        {
            return (
                (detail::extent_in<std::remove_cvref_t<decltype(assigned.value)>> != extent::row) &&
                ...);
        });
    static_assert(has_value_for_each_weight,
                  "an update rule has a value for each weight, not one for all of them; see "
                  "docs/errors.md#update-rule");

    static constexpr bool has_settings_where_they_are_used =
        !has_tensor_settings || is_for_each_weight || detail::is_for_each_tensor<Optimiser>();
    static_assert(has_settings_where_they_are_used,
                  "settings by tensor need an update rule of each weight, or of each tensor "
                  "(for_each_tensor): a reduction over all weights has no tensor; see "
                  "docs/errors.md#update-rule");

    template <class... Settings>
    static constexpr bool are_parameters(const hana::basic_tuple<Settings...>*)
    {
        return ((update::parameters.find(Settings::name.view()) >= 0 &&
                 Settings::name.view() != "step") &&
                ...);
    }
    static constexpr bool has_known_settings = []
    {
        using own = std::remove_cvref_t<decltype(std::declval<const Optimiser&>().settings())>;
        bool known = are_parameters(static_cast<own*>(nullptr));
        if constexpr (has_tensor_settings)
        {
            known = known && are_parameters(static_cast<typename tensor_settings::list*>(nullptr));
        }
        return known;
    }();
    static_assert(has_known_settings, "a setting of an optimiser is a parameter of its rule other "
                                      "than the step; see docs/errors.md#update-rule");
};

} // namespace ctgrad
