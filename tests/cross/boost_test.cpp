// SPDX-License-Identifier: BSL-1.0
// All of Boost.Test: where no library of it is installed for the processor that is built for, this is
// compiled to one.
#include <boost/test/included/unit_test.hpp>
