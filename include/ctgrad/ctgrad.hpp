// SPDX-License-Identifier: BSL-1.0
#pragma once

// Everything a model needs. Data sets, training and files have their own headers: ctgrad/data/,
// ctgrad/train/ and ctgrad/io/.
#include <ctgrad/catalogue/losses.hpp>
#include <ctgrad/catalogue/optimisers.hpp>
#include <ctgrad/catalogue/penalties.hpp>
#include <ctgrad/graph/print.hpp>
#include <ctgrad/layers/row_formulas.hpp>
#include <ctgrad/network/derivatives.hpp>
#include <ctgrad/network/network.hpp>
#include <ctgrad/simd/elementwise.hpp>
#include <ctgrad/simd/lists.hpp>
