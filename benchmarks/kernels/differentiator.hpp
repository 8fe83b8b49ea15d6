// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "activation_arrays.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

// What a library that differentiates has to do to take part: one file in rivals/ that enters itself.

namespace activations
{

/// A library with its kernels for backward and fused, by the names of the functions in activations.hpp.
template <class T>
struct differentiator
{
    std::string name;
    std::string version;
    std::map<std::string, void (*)(form, arrays<T>&)> kernels;
};

template <class T>
std::vector<differentiator<T>>& differentiators()
{
    static std::vector<differentiator<T>> all;
    return all;
}

/// `const differentiator_entry entered(...)` in a file that is linked in enters a differentiator.
struct differentiator_entry
{
    template <class T>
    explicit differentiator_entry(differentiator<T> entered)
    {
        differentiators<T>().push_back(std::move(entered));
    }
};

} // namespace activations
