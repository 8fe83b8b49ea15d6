// SPDX-License-Identifier: BSL-1.0
#pragma once

/// Version of the library: the one place. meson.build reads it from here.
#define CTGRAD_VERSION "0.1.0"

/// Forces inlining of a function into its caller. Unrolled kernels are folds of many small
/// functions; where one of them stays a call, its batches go through memory and the loop is
/// several times slower.
#define CTGRAD_ALWAYS_INLINE [[gnu::always_inline]] inline

/// The same for a lambda, written after its parameter list: `[&](auto i) CTGRAD_INLINE_LAMBDA { }`.
#define CTGRAD_INLINE_LAMBDA __attribute__((always_inline))
