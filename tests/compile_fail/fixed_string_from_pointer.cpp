// SPDX-License-Identifier: BSL-1.0
// A name must be a literal: its length is part of its type.
// EXPECT: template argument
// EXPECT: fixed_string(const char (&text)[N])
#include <ctgrad/core/fixed_string.hpp>

#ifdef CORRECTED
inline constexpr const char (&name)[3] = "mu";
#else
inline constexpr const char* name = "mu";
#endif

inline constexpr ctgrad::fixed_string copy{name};
