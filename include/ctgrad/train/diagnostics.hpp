// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctgrad/train/diagnose.hpp>
#include <ctgrad/train/diagnosis_text.hpp>
#include <ctgrad/train/diagnosis_warnings.hpp>
#include <ctgrad/train/diagnostics_log.hpp>
