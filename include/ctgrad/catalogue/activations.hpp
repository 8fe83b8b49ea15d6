// SPDX-License-Identifier: BSL-1.0
#pragma once

// All activations.
#include <ctgrad/catalogue/gated_units.hpp>
#include <ctgrad/catalogue/gates.hpp>
#include <ctgrad/catalogue/maxout.hpp>
#include <ctgrad/catalogue/norms.hpp>
#include <ctgrad/catalogue/powers.hpp>
#include <ctgrad/catalogue/rectifiers.hpp>
#include <ctgrad/catalogue/rows.hpp>
#include <ctgrad/catalogue/shrinkages.hpp>
#include <ctgrad/catalogue/sigmoids.hpp>
#include <ctgrad/catalogue/smooth_rectifiers.hpp>
#include <ctgrad/catalogue/variables.hpp>
#include <ctgrad/catalogue/waves.hpp>

/// Activation functions as their papers write them; graphs make the stable forms of them. Those with
/// a constant are functions of it, and take a `parameter` where the constant shall be learnt:
/// `swish(parameter<"beta">{1.0})`.
/// Domain     all reals; at infinity the limit, NaN stays NaN
/// Accuracy   docs/accuracy.md; tests/simd/*_accuracy.cpp print it
namespace ctgrad::activations
{
}
