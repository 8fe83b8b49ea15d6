// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/operation.hpp>

namespace ctgrad
{

// The cost model: what an operation on one vector costs, in multiply-adds. An operation may say so
// itself (`static constexpr int cost`); the others are one instruction. Ratios measured on AVX2 and
// AVX-512 (benchmarks/kernels); half a unit more or less decides nothing.

/// Reading a vector from the first level cache, and writing it there.
inline constexpr int load_cost = 1;
inline constexpr int store_cost = 1;

constexpr int cost_of(const operation& op) { return op.cost; }

} // namespace ctgrad
