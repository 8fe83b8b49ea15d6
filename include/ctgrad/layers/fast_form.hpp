// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/tier.hpp>

#include <type_traits>

namespace ctgrad::detail
{

/// A layer with all its formulas in the fast tier. Layers that have formulas within have a function
/// `in_fast_form`, const or static; others, such as
/// attention and batch_norm, stay as they are.
template <auto Layer>
constexpr auto in_fast_form()
{
    if constexpr (expression<decltype(Layer)>)
    {
        return fast(Layer);
    }
    else if constexpr (requires { Layer.in_fast_form(); })
    {
        return Layer.in_fast_form();
    }
    else
    {
        return Layer;
    }
}

} // namespace ctgrad::detail
