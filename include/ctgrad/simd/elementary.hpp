// SPDX-License-Identifier: BSL-1.0
#pragma once

// Elementary functions of batches: SIMD in float and double, without tables in memory but one that AVX-512 holds in
// registers. Every function is
// total: NaN stays NaN, infinities go to the limit, subnormal numbers are right.

#include <ctgrad/simd/elementary/error_function.hpp>
#include <ctgrad/simd/elementary/exponential.hpp>
#include <ctgrad/simd/elementary/hypotenuse.hpp>
#include <ctgrad/simd/elementary/logarithm.hpp>
#include <ctgrad/simd/elementary/power.hpp>
#include <ctgrad/simd/elementary/tanh.hpp>
#include <ctgrad/simd/elementary/trigonometric.hpp>
