// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/simd/batch.hpp>

#include <limits>

namespace ctgrad::simd
{

/// -infinity becomes the lowest finite number; NaN stays.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> above_minus_infinity(batch<T, Arch> x)
{
    return at_least(batch<T, Arch>(std::numeric_limits<T>::lowest()), x);
}

/// +infinity becomes the largest finite number; NaN stays.
template <class T, class Arch>
CTGRAD_ALWAYS_INLINE batch<T, Arch> below_infinity(batch<T, Arch> x)
{
    return at_most(batch<T, Arch>(std::numeric_limits<T>::max()), x);
}

} // namespace ctgrad::simd
