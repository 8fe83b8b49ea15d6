// SPDX-License-Identifier: BSL-1.0
// Twelve numbers as sixteen.
// EXPECT: reshape{extents...} needs as many numbers as its input has; see docs/errors.md#reshape
#include <ctgrad/ctgrad.hpp>

using namespace ctgrad;

#ifdef CORRECTED
using generator = network<input{2}, dense{12}, reshape{3, 2, 2}>;
#else
using generator = network<input{2}, dense{12}, reshape{4, 2, 2}>;
#endif

void use(generator& net) { net.parameters()[0] = 1; }
