// SPDX-License-Identifier: BSL-1.0
// Nothing but the headers that a model needs and trains with: what every program of one's own begins
// with. Written to be compiled, by compile_time.py.
#include <ctgrad/ctgrad.hpp>
#include <ctgrad/train/fit.hpp>

int main() {}
