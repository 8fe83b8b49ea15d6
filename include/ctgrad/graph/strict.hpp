// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/graph/operation_list.hpp>

namespace ctgrad::detail
{

/// Whether NaN in one operand of an operation makes its result NaN, as far as the library knows: a
/// user's operation may do with it what it likes.
constexpr bool is_strict(const operation& op, int operand)
{
    using known = typename in_tier<library_operations, true>::type;
    const bool looks_away = &op == &operation_of<row_length_operation> ||
                            (&op == &operation_of<copysign_operation> && operand == 1);
    return !op.predicate && !op.conditional && !looks_away && known::index_of(&op) >= 0;
}

} // namespace ctgrad::detail
