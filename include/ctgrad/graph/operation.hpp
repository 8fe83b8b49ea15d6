// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/reductions.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace ctgrad
{

class graph_builder;
struct reference;

/// Operands of one operation: at most three.
using operand_indices = std::array<int, 3>;

/// An operation as a value: what a graph needs to know of it. Made from the operation's struct by
/// `operation_of`; equal addresses are equal operations.
struct operation
{
    std::string_view name;
    std::string_view latex;
    std::uint64_t hash = 0;
    int arity = 0;
    bool commutative = false;
    /// The result is a condition, not a number.
    bool predicate = false;
    /// The first operand is a condition, which chooses between the others.
    bool conditional = false;
    /// The compiler can compute it, for all operands.
    bool total = false;
    /// One value for a whole row, whatever the operands are.
    bool row_valued = false;
    reduction over_row = reduction::none;
    /// In multiply-adds, see graph/cost.hpp.
    int cost = 1;
    double (*value)(double, double, double) = nullptr;
    /// The simpler or stabler form of this operation on these operands, or an empty reference.
    reference (*rewritten)(reference, reference, reference) = nullptr;
    /// The same value in other operations, or an empty reference: SIMD computes the operation itself.
    reference (*lowered)(reference, reference, reference) = nullptr;
    /// Partial derivatives by each operand, given operands and result.
    operand_indices (*partials)(reference, reference, reference, reference) = nullptr;

    /// The value of a total operation, also where constant evaluation refuses to compute with NaN.
    constexpr double value_of(const std::array<double, 3>& operands) const
    {
        for (int k = 0; k < arity && !predicate && !conditional; ++k)
        {
            if (scalar::is_nan(operands[static_cast<std::size_t>(k)]))
            {
                return std::numeric_limits<double>::quiet_NaN();
            }
        }
        return value(operands[0], operands[1], operands[2]);
    }
};

namespace detail
{

template <class Operation>
constexpr std::string_view type_name()
{
    return __PRETTY_FUNCTION__;
}

constexpr std::uint64_t hash_of(std::string_view text)
{
    std::uint64_t hash = 0xcbf29ce484222325u;
    for (const char character : text)
    {
        hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3u;
    }
    return hash;
}

template <class Operation>
constexpr double value_of(double a, double b, double c)
{
    constexpr int arity = arity_of<Operation>();
    if constexpr (arity == 1)
    {
        return static_cast<double>(Operation::value(a));
    }
    else if constexpr (arity == 2)
    {
        return static_cast<double>(Operation::value(a, b));
    }
    else if constexpr (conditional<Operation>)
    {
        return static_cast<double>(Operation::value(a != 0.0, b, c));
    }
    else if constexpr (arity == 3)
    {
        return static_cast<double>(Operation::value(a, b, c));
    }
    else
    {
        return std::numeric_limits<double>::quiet_NaN(); // reported where it is applied
    }
}

} // namespace detail

} // namespace ctgrad
