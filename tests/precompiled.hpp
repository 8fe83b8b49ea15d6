// SPDX-License-Identifier: BSL-1.0
// What most tests include, compiled once for all of them (tests/precompile.py).
#include <ctgrad/catalogue/activations.hpp>
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>
