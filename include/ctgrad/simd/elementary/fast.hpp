// SPDX-License-Identifier: BSL-1.0
#pragma once

// The fast tier: elementary functions to about 1e-4 relative, in float and double. Total like the
// precise tier: NaN stays NaN, infinities go to the limit, and no number gives NaN where the function
// has a value. What is subnormal counts as 0.

#include <ctgrad/simd/elementary/fast_error_function.hpp>
#include <ctgrad/simd/elementary/fast_exponential.hpp>
#include <ctgrad/simd/elementary/fast_logarithm.hpp>
#include <ctgrad/simd/elementary/fast_trigonometric.hpp>
