// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/symbolic.hpp>

namespace ctgrad::activations
{

/// The largest of its pieces, any number of formulas: `maxout(x, y, z)`. Equal largest pieces share
/// the gradient.
/// Source     Goodfellow et al. (2013), Maxout networks
template <expression Piece>
constexpr auto maxout(const Piece& piece)
{
    return piece;
}

template <operand First, operand Second, operand... Others>
    requires some_symbolic<First, Second, Others...>
constexpr auto maxout(const First& first, const Second& second, const Others&... others)
{
    return maxout(maximum(as_expression(first), as_expression(second)), others...);
}

} // namespace ctgrad::activations
