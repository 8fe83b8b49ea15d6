// SPDX-License-Identifier: BSL-1.0
#pragma once

// The symbolic language, whole.
#include <ctgrad/symbolic/derivative.hpp>
#include <ctgrad/symbolic/error_functions.hpp>
#include <ctgrad/symbolic/exponential_sums.hpp>
#include <ctgrad/symbolic/functions.hpp>
#include <ctgrad/symbolic/jacobian.hpp>
#include <ctgrad/symbolic/magnitudes.hpp>
#include <ctgrad/symbolic/operators.hpp>
#include <ctgrad/symbolic/reductions.hpp>
#include <ctgrad/symbolic/sigmoids.hpp>
#include <ctgrad/symbolic/tier.hpp>
