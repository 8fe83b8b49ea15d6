// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/layers/pooled_formula.hpp>

#include <tuple>
#include <utility>

namespace ctgrad::detail
{

/// What passes find in place of a layer that goes over rows together with the next.
template <class T>
struct taken_with_next : without_parameters<T>
{
    static constexpr bool in_place = true;
    static constexpr bool identity = true;
    static constexpr int kept = 0;
};

/// How rows go through a layer, given its neighbours; void is none.
template <class T, class Before, class Layer, class Next>
struct step_between
{
    using type = Layer;
};

template <class T, class Before, class Layer, class Next>
    requires are_pooled_formula<Layer, Next>
struct step_between<T, Before, Layer, Next>
{
    using type = taken_with_next<T>;
};

template <class T, class Before, class Layer, class Next>
    requires are_pooled_formula<Before, Layer>
struct step_between<T, Before, Layer, Next>
{
    using type = pooled_formula<T, Before, Layer>;
};

/// The steps in which rows go through layers, one for each.
template <class T, class... Layers>
struct steps
{
private:
    using all = std::tuple<void, Layers..., void>;
    template <std::size_t Index>
    using at = std::tuple_element_t<Index, all>;

public:
    template <std::size_t Index>
    using step = typename step_between<T, at<Index>, at<Index + 1>, at<Index + 2>>::type;
};

} // namespace ctgrad::detail
