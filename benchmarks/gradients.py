# SPDX-License-Identifier: BSL-1.0
"""Times of activations and their gradients, from benchmarks/kernels/activations.cpp."""

import statistics

import common

PROGRAM = 'kernels_activations'
LENGTH = 4096
FORMS = {'fused': 'value and derivative', 'backward': 'gradient, dx from x and dy'}
NAMES = {'ctgrad': 'ctgrad', 'fast': 'ctgrad, fast tier', 'hand': 'hand-written SIMD',
         'xsimd': 'SIMD with xsimd\'s functions', 'Sacado': 'Sacado', 'scalar': 'plain loops'}


def run_once(build, core, wanted, arguments):
    """One run of the program, of what is in the tables; returns its JSON."""
    if wanted == '.':
        wanted = f'/({"|".join(FORMS)})/{LENGTH}/({"|".join(NAMES)})$'
    return common.run_once(build, core, [f'--benchmark_filter={wanted}', *arguments], PROGRAM)


def summaries(runs):
    """(form, function) -> {contestant: median of nanoseconds for an element} of all runs together."""
    times = {}
    for run in runs:
        for name, values in common.times_of(run).items():
            times.setdefault(name, []).extend(values)
    medians = {name: statistics.median(values) for name, values in times.items()}
    results = {}
    for form in FORMS:
        for function in common.FUNCTIONS:
            row = {contestant: medians[name] * 1000 / LENGTH for contestant in NAMES
                   if (name := f'{function}/{form}/{LENGTH}/{contestant}') in medians}
            if row:
                results.setdefault(form, {})[function] = row
    return results
