// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/network/composite.hpp>

#include <utility>

namespace ctgrad::detail
{

template <class... Branches>
struct branch_list
{
};

template <class T, placement In, class Join, class... Branches>
branch_list<Branches...> branches_within(const joined_branches<T, In, Join, Branches...>*);
branch_list<> branches_within(const void*);

/// The branches of a layer that is made of layers; none of others.
template <class Implementation>
using branches_of = decltype(branches_within(std::declval<const Implementation*>()));

} // namespace ctgrad::detail
