// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/symbolic/symbolic.hpp>

namespace ctgrad
{

/// An update rule: new values of a weight and of states, all computed from the old ones.
template <class... Bindings>
struct update_rule
{
    hana::basic_tuple<Bindings...> assignments;
};

/// `update(weight = ..., first_moment = ...)`.
template <class... Bindings>
constexpr auto update(const Bindings&... assignments)
{
    static_assert((is_binding<Bindings> && ...),
                  "an update rule is made of assignments: update(weight = ...); see "
                  "docs/errors.md#update-rule");
    return update_rule<Bindings...>{hana::make_basic_tuple(assignments...)};
}

} // namespace ctgrad
