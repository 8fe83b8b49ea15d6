// SPDX-License-Identifier: BSL-1.0
#include "everything.hpp"

#include <string_view>

std::string_view version_in_the_other_unit();

std::string_view version_in_the_other_unit() { return CTGRAD_VERSION; }
