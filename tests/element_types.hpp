// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <tuple>

// clang says it in another way than g++.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CTGRAD_WITH_SANITIZERS
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define CTGRAD_WITH_SANITIZERS
#endif

/// What tests of templates run for. With the sanitizers, which take minutes to compile them, for one of
/// both: the loops and their memory are the same.
#if defined(CTGRAD_WITH_SANITIZERS)
using element_types = std::tuple<float>;
#else
using element_types = std::tuple<float, double>;
#endif
