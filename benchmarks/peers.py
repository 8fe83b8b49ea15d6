#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Measures whole networks, and gradients, with ctgrad and with other libraries, and prints tables.

Every program compares the results of its contestants with ctgrad's before it times them.
Repetitions of all contestants are run in random order on one core; programs of different compilers
take turns. Times are medians of processor time. Raw results go to results/ in each build directory.
"""

import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import sys

import common
import gradients
import networks
import picture

ABOUT = {
    'training': 'Training step at batch 64',
    'throughput': 'Inference of many rows',
    'latency': 'Inference of one row at a time',
}
UNITS = {'training': 'µs', 'throughput': 'µs', 'latency': 'ns'}


def time_of(what, measured):
    """The time in the unit of its table."""
    return measured.microseconds * (1000 if what == 'latency' else 1)


def title_of(what, case):
    network, detail = case
    return {'training': f'{network}, {detail}', 'throughput': f'{network}, {detail} rows',
            'latency': network}[what]


def contestants_of(cases):
    """All contestants, ctgrad first, then the one that takes least time on the whole."""
    names = {name for case in cases.values() for name in case}
    def order(name):
        ratios = [case[name].microseconds / case['ctgrad'].microseconds
                  for case in cases.values() if name in case and 'ctgrad' in case]
        return name != 'ctgrad', sum(ratios) / max(len(ratios), 1)
    return sorted(names, key=order)


def lines_of(what, results):
    """The table as text."""
    cases = networks.by_case(results)
    lines = []
    for case, row in cases.items():
        lines.append(f'{title_of(what, case):40}{UNITS[what]:>12}{"of peak":>9}{"/ ctgrad":>10}'
                     f'{"spread":>8}')
        for name in sorted(row, key=lambda name: row[name].microseconds):
            each = row[name]
            ratio = f'{each.microseconds / row["ctgrad"].microseconds:10.2f}' if 'ctgrad' in row else ''
            lines.append(f'  {name:38}{time_of(what, each):12,.1f}{each.share:9.1%}{ratio}'
                         f'{each.spread:8.1%}')
    return lines


def page_table(what, results):
    """The table in Markdown: a line for each contestant."""
    cases = networks.by_case(results)
    lines = ['| | ' + ' | '.join(title_of(what, case) for case in cases) + ' |',
             '|---' * (len(cases) + 1) + '|']
    for name in contestants_of(cases):
        cells = []
        for row in cases.values():
            if name not in row:
                cells.append('')
                continue
            each = row[name]
            digits = 1 if time_of(what, each) < 100 else 0
            cell = f'{time_of(what, each):,.{digits}f}'
            if what != 'latency':
                cell += f' ({each.share:.0%})'
            if name != 'ctgrad':
                cell += f', **{each.microseconds / row["ctgrad"].microseconds:.2f}**'
            cells.append(cell)
        lines.append(f'| {name} | ' + ' | '.join(cells) + ' |')
    return lines


def gradient_lines(results):
    """The tables of activations as text."""
    lines = []
    for form, functions in results.items():
        for function, row in functions.items():
            lines.append(f'{function + ", " + gradients.FORMS[form]:40}{"ns/element":>12}{"/ ctgrad":>10}')
            for name in sorted(row, key=row.get):
                ratio = f'{row[name] / row["ctgrad"]:10.2f}' if 'ctgrad' in row else ''
                lines.append(f'  {gradients.NAMES[name]:38}{row[name]:12.3f}{ratio}')
    return lines


def gradient_table(functions):
    """The table of one form in Markdown: a line for each contestant."""
    lines = ['| | ' + ' | '.join(functions) + ' |', '|---' * (len(functions) + 1) + '|']
    for name, title in gradients.NAMES.items():
        cells = []
        for row in functions.values():
            cell = f'{row[name]:.2f}' if name in row else ''
            if cell and name != 'ctgrad':
                cell += f', **{row[name] / row["ctgrad"]:.2f}**'
            cells.append(cell)
        if any(cells):
            lines.append(f'| {title} | ' + ' | '.join(cells) + ' |')
    return lines


def gradients_section(runs):
    """What the page says of activations."""
    lines = ['## Gradients of activations', '',
             f'ns for each of {gradients.LENGTH:,} elements in the first level of the cache, and in '
             '**bold** multiples of ctgrad\'s. All results are compared with ctgrad\'s before, those of '
             'textbook formulas (xsimd, Sacado, plain loops) where |x| < 4.', '']
    for form, title in gradients.FORMS.items():
        for run in runs:
            lines += [f'{title.capitalize()}, {run["compiler"]}:', '',
                      *gradient_table(run['gradients'][form]), '']
    return lines if runs else []


def names_of(run):
    return {each.contestant for what in networks.PROGRAMS for each in run[what]}


def versions(run):
    return ', '.join(f'{name} {version}'.strip()
                     for name, version in run['versions'].items() if not name.startswith('ctgrad'))


def missing_lines(runs):
    """Who is in the tables of one compiler only: the headers do not compile with the other."""
    everyone = set().union(*(names_of(run) for run in runs))
    return [f'* Not in the tables of {run["compiler"]}, which does not compile their headers as '
            f'installed here: {", ".join(sorted(everyone - names_of(run)))}.'
            for run in runs if everyone - names_of(run)]


def page(runs, path):
    lines = [
        '# Benchmarks of whole networks', '',
        f'Made by `./dev peers --page {path}`, which installs the other libraries, builds, compares the results '
        'of all with ctgrad\'s (outputs; losses and all parameters after three steps), and only then '
        'measures.', '',
        'float, one thread on one core; the same weights, inputs and settings for everyone. Medians of '
        'processor time, contestants in random order.', '',
        'A training step is forward, softmax cross-entropy, backward and update. '
        'A cell is the time, in brackets the share of what the core can multiply and add from '
        'registers alone, which is measured in the same run, and in **bold** the time as a multiple '
        'of ctgrad\'s.', '',
        f'{runs[0]["processor"]} ({runs[0]["simd"]}), '
        f'{" and ".join(run["compiler"] for run in runs)}, '
        f'{" ".join(word for word in runs[0]["flags"] if word.startswith(("-O", "-m")))}, '
        f'{runs[0]["date"][:10]}. Peak of the core: '
        + ', '.join(f'{run["peak"] / 1e9:.0f} GFLOP/s' for run in runs) + '.', '',
        f'Versions: {versions(runs[0])}. Files: `benchmarks/networks`, '
        '`benchmarks/kernels`, `benchmarks/rivals`.', '',
    ]
    if path.with_suffix('.svg').exists():
        lines += [f'![Times as multiples of ctgrad\'s]({path.with_suffix(".svg").name})', '']
    for what in networks.PROGRAMS:
        lines += [f'## {ABOUT[what]}', '']
        for run in runs:
            lines += [f'{UNITS[what]}, {run["compiler"]}:', '', *page_table(what, run[what]), '']
    lines += gradients_section([run for run in runs if run['gradients']])
    lines += ['## Who they are', '',
              *[f'* {line}' for line in (
                  'Eigen, OpenBLAS: matrix products of the library, and around them loops with '
                  'Eigen\'s or xsimd\'s functions, as a careful user writes them; shapes are fixed '
                  'where Eigen can.',
                  'oneDNN: inner products with weights in the layout that it chooses; in inference '
                  'bias and activation are part of the primitive.',
                  'libtorch, dlib, tiny-dnn, RTNeural: their own layers, losses and optimisers. '
                  'tiny-dnn has no swish: it is a layer of our own; its Adam computes something else '
                  'and is left out.',
                  'LeNet: in libtorch channels come last, which is quicker; convolutions of tiny-dnn are those '
                  'with AVX.',
                  'RTNeural is in no distribution: `RTNEURAL=FOLDER ./dev peers` measures it too. Its '
                  'backend is Eigen.',
                  'Sacado: numbers that carry a derivative (`CacheFad::SFad<float, 1>`); it has no error '
                  'function, which is added to it.',
                  'tanh of Eigen, and so of RTNeural, is within 4.3 units in the last place over all '
                  'floats, ctgrad\'s within 2 (1 on AVX-512); its fast tier has formulas to 1e-4.',
                  'plain loops: for activations the standard library\'s functions and derivatives by hand; '
                  'for networks three nested loops for each product, compiled like everything else.')],
              *missing_lines(runs)]
    return '\n'.join(lines) + '\n'


def measure(builds, core, wanted, arguments, rounds):
    """Runs all programs of all builds in turn; what each build gave is written to a file, too."""
    date = datetime.datetime.now().astimezone()
    results = {build: {what: [] for what in networks.PROGRAMS} for build in builds}
    activations = {build: [] for build in builds}
    for _ in range(rounds):
        for build in builds:
            activations[build].append(gradients.run_once(build, core, wanted, arguments))
        for what in networks.PROGRAMS:
            for build in builds:
                results[build][what].append(networks.run_once(
                    build, core, what, [f'--benchmark_filter=^peak|{wanted}', *arguments]))
    runs = []
    for build, raw in results.items():
        context = raw['training'][0]['context']
        run = {'date': date.isoformat(), 'processor': common.processor(), 'core': core,
               'load': os.getloadavg(), 'simd': context['simd'],
               'compiler': common.compiler_of(raw['training'][0]),
               'flags': common.flags_of(build, 'networks/training.cpp'),
               'arguments': arguments, 'rounds': rounds,
               'gradients': gradients.summaries(activations[build])}
        for what in networks.PROGRAMS:
            run[what], run['peak'] = networks.summaries(raw[what])
        context |= activations[build][0].get('context', {})
        names = names_of(run) | set(gradients.NAMES)
        run['versions'] = {name: context[name] for name in sorted(names, key=str.lower) if name in context}
        path = build / 'results' / f'networks-{date:%Y%m%d-%H%M%S}.json'
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(run, indent=1, default=dataclasses.asdict), encoding='utf-8')
        print(f'{path}: {" ".join(run["flags"])}')
        runs.append(run)
    return runs


def read(path):
    """What `measure` wrote."""
    run = json.loads(path.read_text(encoding='utf-8'))
    for what in networks.PROGRAMS:
        run[what] = [networks.Measured(**each) for each in run[what]]
    run.setdefault('gradients', {})  # written before there were any
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('builds', nargs='*', type=pathlib.Path,
                        default=[common.ROOT / 'build' / f'peers-{name}' for name in ('gcc', 'clang')],
                        help='build directories (default: those of ./dev peers)')
    parser.add_argument('--quick', action='store_true', help='less exact, in a minute')
    parser.add_argument('--filter', default='.', metavar='REGEX',
                        help='only names that match: what/network/detail/contestant')
    parser.add_argument('--core', type=int, help='run on this core (default: the last)')
    parser.add_argument('--rounds', type=int, help='runs of each program (default: 3)')
    parser.add_argument('--repetitions', type=int, help='in each run (default: 9)')
    parser.add_argument('--page', type=pathlib.Path, metavar='FILE', help='write this page')
    parser.add_argument('--json', type=pathlib.Path, nargs='+', metavar='FILE',
                        help='the tables of these results, instead of measuring')
    options = parser.parse_args()

    core = common.core_to_use(options.core)
    if core is None:
        parser.error(f'there is no core {options.core} here')
    if options.page and options.filter != '.':
        parser.error('a page needs everything: not with --filter')
    rounds = options.rounds or (1 if options.quick else 3)
    repetitions = options.repetitions or (5 if options.quick else 9)
    arguments = [f'--benchmark_min_time={0.01 if options.quick else 0.03}',
                 f'--benchmark_repetitions={repetitions}']
    if options.json:
        runs = [read(path) for path in options.json]
    else:
        runs = measure(options.builds, core, options.filter, arguments, rounds)
    for run in runs:
        for what in (what for what in networks.PROGRAMS if run[what]):
            print(f'\n{ABOUT[what]} ({run["compiler"]}, peak {run["peak"] / 1e9:.0f} GFLOP/s)')
            print('\n'.join(lines_of(what, run[what])))
        if run['gradients']:
            print(f'\nGradients of activations ({run["compiler"]})')
            print('\n'.join(gradient_lines(run['gradients'])))
    if options.page:
        drawn = options.page.with_suffix('.svg')
        picture.write(drawn, runs[0])
        options.page.write_text(page(runs, options.page), encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
