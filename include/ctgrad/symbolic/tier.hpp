// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/core/config.hpp>
#include <ctgrad/symbolic/error_functions.hpp>
#include <ctgrad/symbolic/functions.hpp>
#include <ctgrad/symbolic/pieces.hpp>

namespace ctgrad
{

/// How exactly elementary functions are computed: to 2 units in the last place, or to about 1e-4.
enum class tier
{
    precise,
    fast
};

/// The same formula, computed in the fast tier wherever it is part of a kernel: elementary functions
/// to about 1e-4 relative, and nothing else different. Its derivatives are fast too. A program that
/// has a fast formula anywhere is fast as a whole; calls with numbers and printing do not change.
template <expression Formula>
constexpr in_fast_tier<Formula> fast(const Formula& formula)
{
    return {formula};
}

/// A layer of formulas that is fast already stays as it is.
template <class Formula>
constexpr in_fast_tier<Formula> fast(const in_fast_tier<Formula>& formula)
{
    return formula;
}

namespace detail
{

template <class Type>
inline constexpr bool has_fast_part = false;

} // namespace detail

/// Whether a formula, or a part of it, is to be computed in the fast tier.
template <class Type>
inline constexpr bool is_fast = detail::has_fast_part<std::remove_cvref_t<Type>>;

namespace detail
{

template <class Expression>
inline constexpr bool has_fast_part<in_fast_tier<Expression>> = true;

template <class Operation, class... Operands>
inline constexpr bool has_fast_part<application<Operation, Operands...>> =
    (has_fast_part<Operands> || ...);

template <class Expression, fixed_string Name>
inline constexpr bool has_fast_part<derivative_of<Expression, Name>> = has_fast_part<Expression>;

template <class Expression, class Seed, fixed_string Name>
inline constexpr bool has_fast_part<pullback_of<Expression, Seed, Name>> =
    has_fast_part<Expression> || has_fast_part<Seed>;

template <fixed_string Name, class Value>
inline constexpr bool has_fast_part<binding<Name, Value>> = has_fast_part<Value>;

template <class Expression, class... Bindings>
inline constexpr bool has_fast_part<composition<Expression, Bindings...>> =
    has_fast_part<Expression> || (has_fast_part<Bindings> || ...);

} // namespace detail

/// The fast form of an operation, which batches bring as `fast_value(Operation{}, operands...)`; for
/// numbers it is the operation itself.
template <class Operation>
struct fast_form
{
    static constexpr fixed_string name = Operation::name;
    static constexpr int cost = []
    {
        if constexpr (requires { Operation::cost; })
        {
            return (Operation::cost + 1) / 2;
        }
        else
        {
            return 1;
        }
    }();
    CTGRAD_ALWAYS_INLINE static constexpr auto value(auto... operands)
        requires(static_cast<int>(sizeof...(operands)) == detail::arity_of<Operation>())
    {
        if constexpr ((number<decltype(operands)> && ...))
        {
            return Operation::value(operands...);
        }
        else
        {
            return fast_value(Operation{}, operands...);
        }
    }
};

} // namespace ctgrad
