#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Runs the benchmarks of one or more build directories and prints ratios.

Every program compares the results of its contestants before it times them. Repetitions of all
contestants are run in random order on one core; programs of different compilers take turns. A
ratio is one of medians of processor time. Raw results go to results/ in each build directory.
"""

import argparse
import dataclasses
import datetime
import json
import math
import os
import pathlib
import statistics
import sys

import common
import networks
from common import FUNCTIONS, ROOT, processor, run_once, times_of

PROGRAM = 'kernels_activations'
DOUBLE = 'kernels_activations_double'
CALLS = 'kernels_calls'
ROWS = 'kernels_rows'
LAYERS = 'kernels_layers'
SOURCE = 'kernels/activations.cpp'
BEGIN = '<!-- benchmarks: written by ./dev bench --markdown README.md -->'
END = '<!-- benchmarks: end -->'
FORMS = ['forward', 'backward', 'fused']
# Beside ctgrad, with the heads of their columns: times as multiples of ctgrad's, or the other way round.
RIVALS = {'hand': '/ hand', 'fast': 'fast /', 'xsimd': 'xsimd /', 'scalar': 'scalar /',
          'Sacado': 'Sacado /', 'copy': 'of copy'}


def ratios_of(times):
    """(function, form, length) -> {rival: ctgrad's median over the rival's}; us: ctgrad's microseconds."""
    ratios = {}
    known = FUNCTIONS + sorted({name.split('/')[0] for name in times} - set(FUNCTIONS))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, ours in medians.items():
        function, form, length, contestant = name.split('/')[:4]
        if contestant != 'ctgrad':
            continue
        row = ratios.setdefault((function, form, int(length)), {})
        row['us'] = ours
        for rival in RIVALS:
            theirs = medians.get(f'{function}/{form}/{length}/{rival}')
            if theirs:
                row[rival] = ours / theirs
    # The program runs in random order.
    return dict(sorted(ratios.items(), key=lambda item: (
        known.index(item[0][0]), item[0][2], FORMS.index(item[0][1]))))


def ratios_of_rounds(results):
    """The same of all rounds together, with how far the rounds are apart."""
    every_round = [times_of(result) for result in results]
    together = {name: [time for times in every_round for time in times[name]]
                for name in every_round[0]}
    ratios = ratios_of(together)
    for row, values in ratios.items():
        each = [ratios_of(times)[row].get('hand') for times in every_round]
        if all(each):
            values['spread'] = max(each) - min(each)
            values['smallest'] = min(each)
    return ratios


def elements_of(function, length):
    """What one measurement computes: an array, or as many rows as 16,384 elements have."""
    return length if function in FUNCTIONS else 16384 // length * length


def training_lines(runs):
    lines = []
    for run in runs:
        for each in networks.in_order(run['training']):
            lines.append(f'{each.network}, {each.detail}, {run["compiler"]}: '
                         f'{each.samples / 1000:.0f} thousand samples a second, {each.share:.0%} of '
                         f'the core\'s peak of {run["peak"] / 1e9:.0f} GFLOP/s')
    return lines


def cell(rival, values, length):
    """What a table says of one contestant, in the width of its column."""
    if rival not in values:
        text = ''
    elif rival == 'hand':
        mark = '~' if values.get('spread', 0) >= 0.05 else ' '
        text = f'{values["hand"]:.2f}{mark}'
    elif rival == 'copy':
        # In the first level cache it says nothing: a copy has no latency to hide.
        text = f'{1 / values["copy"]:.0%}' if length > 100_000 else ''
    else:
        text = f'{1 / values[rival]:.{1 if rival in ("scalar", "Sacado") else 2}f}'
    return f'{text:>10}'


def print_table(runs, ratios='ratios'):
    compilers = [run['compiler'] for run in runs]
    rows = list(dict.fromkeys(row for run in runs for row in run[ratios]))
    present = {rival for run in runs for values in run[ratios].values() for rival in values}
    rivals = [rival for rival in RIVALS if rival in present]
    width = 14 + 10 * len(rivals)
    head = f'{"":33}' + ''.join(f'{compiler:^{width}}' for compiler in compilers)
    print(head.rstrip())
    print(f'{"function":14}{"form":9}{"length":>10}'
          + (f'{"ns/element":>14}' + ''.join(f'{RIVALS[rival]:>10}' for rival in rivals))
          * len(runs))
    for row in rows:
        function, form, length = row
        line = f'{function:14}{form:9}{length:>10,}'
        for run in runs:
            values = run[ratios].get(row, {})
            each = values['us'] * 1000 / elements_of(function, length) if 'us' in values else math.nan
            line += f'{each:14.3f}' + ''.join(cell(rival, values, length) for rival in rivals)
        print(line.rstrip())
    if not rows:
        return
    if any(values.get('spread', 0) >= 0.05 for run in runs for values in run[ratios].values()):
        print('~ the ratio to hand-written changed by 5% or more between rounds')
    for run in runs:
        hand = {row: values['hand'] for row, values in run[ratios].items() if 'hand' in values}
        if hand:
            worst = max(hand, key=hand.get)
            print(f'{run["compiler"]}: ctgrad / hand-written: mean '
                  f'{networks.geometric_mean(hand.values()):.2f}, worst {hand[worst]:.2f} '
                  f'({worst[0]} {worst[1]}, {worst[2]:,})')


def calls_of(results):
    """(function, form, length) -> {contestant: median of nanoseconds}, of all rounds."""
    times = {}
    for result in results:
        for name, values in times_of(result).items():
            times.setdefault(name, []).extend(values)
    calls = {}
    for name, values in times.items():
        function, form, length, contestant = name.split('/')[:4]
        calls.setdefault((function, form, int(length)), {})[contestant] = statistics.median(values)
    return dict(sorted(calls.items(), key=lambda item: (
        item[0][0], FORMS.index(item[0][1]), item[0][2])))


def print_calls(runs):
    compilers = [run['compiler'] for run in runs]
    print(f'{"":33}' + ''.join(f'{compiler:^30}' for compiler in compilers))
    print(f'{"ns a call":14}{"form":9}{"length":>10}'
          + f'{"ctgrad":>10}{"hand":>10}{"nothing":>10}' * len(runs))
    for row in dict.fromkeys(row for run in runs for row in run['calls']):
        function, form, length = row
        line = f'{function:14}{form:9}{length:>10,}'
        for run in runs:
            values = run['calls'].get(row, {})
            line += ''.join(f'{values.get(contestant, math.nan):10.2f}'
                            for contestant in ('ctgrad', 'hand', 'nothing'))
        print(line)


def layers_of(results):
    """(kind, shape) -> {pass: (nanoseconds a row, flops a second or None)}, medians of all rounds."""
    rows = {}
    for result in results:
        for row in common.repetitions_of(result):
            kind, what, _, shape = row['run_name'].split('/')
            rows.setdefault((kind, shape), {}).setdefault(what, []).append(row)
    # The program runs in random order.
    return {layer: {what: (1e9 / statistics.median(row['items_per_second'] for row in each),
                           statistics.median(row['flops'] for row in each) if 'flops' in each[0] else None)
                    for what, each in passes.items()}
            for layer, passes in sorted(rows.items())}


def print_layers(runs):
    passes = ['forward', 'gradients']
    print(f'{"":34}' + ''.join(f'{run["compiler"]:^48}' for run in runs))
    print(f'{"µs a row (GFLOP/s)":34}' + ''.join(f'{what:>24}' for what in passes) * len(runs))
    for layer in dict.fromkeys(layer for run in runs for layer in run['layers']):
        kind, shape = layer
        line = f'{kind:18}{shape:16}'
        for run in runs:
            for what in passes:
                time, flops = run['layers'].get(layer, {}).get(what, (math.nan, None))
                rate = f'({flops / 1e9:.0f})' if flops else ''
                line += f'{time / 1000:16.4f}{rate:>8}'
        print(line.rstrip())


def markdown(runs, date):
    """The short table: the smallest length, one line a function."""
    length = min(row[2] for run in runs for row in run['ratios'])
    functions = list(dict.fromkeys(row[0] for run in runs for row in run['ratios']))
    lines = ['| time / time of hand-written SIMD | '
             + ' | '.join(f'{form}, {run["compiler"].split()[0]}'
                          for run in runs for form in FORMS)
             + ' | scalar loop / ctgrad, fused | fast / precise, fused |',
             '|---' * (len(runs) * len(FORMS) + 3) + '|']
    for function in functions:
        cells = []
        scalar = []
        fast = []
        for run in runs:
            for form in FORMS:
                values = run['ratios'].get((function, form, length), {})
                cells.append(f'{values["hand"]:.2f}' if 'hand' in values else '')
            values = run['ratios'].get((function, 'fused', length), {})
            if 'scalar' in values:
                scalar.append(f'{1 / values["scalar"]:.0f}')
            if 'fast' in values:
                fast.append(f'{1 / values["fast"]:.2f}')
        lines.append(f'| {function} | ' + ' | '.join(cells)
                     + f' | {", ".join(scalar)} | {", ".join(fast)} |')
    by_length = {}
    for run in runs:
        for row, values in run['ratios'].items():
            if 'hand' in values:
                by_length.setdefault(row[2], []).append(values['hand'])
    others = ''.join(
        f'; at {each:,}, where both wait for memory and ratios change from round to round, '
        f'{networks.geometric_mean(ratios):.2f} on average and {max(ratios):.2f} at worst'
        for each, ratios in sorted(by_length.items()) if each != length)
    lines += ['',
              f'float, {length:,} elements; {max(by_length[length]):.2f} at worst{others}. '
              f'{processor()} ({runs[0]["simd"]}), one core, '
              f'{" and ".join(run["compiler"] for run in runs)}, '
              f'{" ".join(word for word in runs[0]["flags"] if word.startswith(("-O", "-m")))}, '
              f'{date:%Y-%m-%d}. Printed by `./dev bench`.', '',
              *row_lines(runs), '',
              'A training step with cross-entropy, batch 64, one core:', '']
    lines += [f'* {line}.' for line in training_lines(runs)]
    return '\n'.join(lines)


def row_lines(runs):
    """Ratios of formulas over a row, forward and backward, one line for each length."""
    lengths = sorted({row[2] for run in runs for row in run['row_ratios']})
    functions = list(dict.fromkeys(row[0] for run in runs for row in run['row_ratios']))
    compilers = [run['compiler'].split()[0] for run in runs]
    lines = [f'Over a row, forward / backward, {" and ".join(compilers)}:', '',
             '| | ' + ' | '.join(f'{length:,} elements' for length in lengths) + ' |',
             '|---' * (len(lengths) + 1) + '|']
    for function in functions:
        cells = []
        for length in lengths:
            pairs = [[run['row_ratios'].get((function, form, length), {}).get('hand', math.nan)
                      for form in ('forward', 'backward')] for run in runs]
            cells.append(', '.join(f'{forward:.2f} / {backward:.2f}' for forward, backward in pairs))
        lines.append(f'| {function} | ' + ' | '.join(cells) + ' |')
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('builds', nargs='*', type=pathlib.Path,
                        default=[ROOT / 'build' / 'bench-gcc', ROOT / 'build' / 'bench-clang'],
                        help='build directories (default: those of ./dev bench)')
    parser.add_argument('--quick', action='store_true', help='less than a minute, less exact')
    parser.add_argument('--filter', default='', metavar='REGEX',
                        help='only names that match: function/form/length/contestant')
    parser.add_argument('--core', type=int, help='run on this core (default: the last)')
    parser.add_argument('--rounds', type=int, help='runs of each program (default: 3)')
    parser.add_argument('--repetitions', type=int, help='in each run (default: 9)')
    parser.add_argument('--limit', type=float, metavar='RATIO',
                        help='fail if a ratio to hand-written is larger in every round')
    parser.add_argument('--markdown', type=pathlib.Path, metavar='FILE',
                        help='rewrite the table between the marks in this file')
    options = parser.parse_args()

    core = common.core_to_use(options.core)
    if core is None:
        parser.error(f'there is no core {options.core} here')
    rounds = options.rounds or (1 if options.quick else 3)
    repetitions = options.repetitions or (5 if options.quick else 9)
    seconds = 0.002 if options.quick else 0.01
    # Scalar loops over millions of elements take most of the time and show nothing new.
    wanted = options.filter or ('-/4194304/(scalar|Sacado)' if options.quick else '.')
    arguments = [f'--benchmark_filter={wanted}', f'--benchmark_min_time={seconds}',
                 f'--benchmark_repetitions={repetitions}']
    for build in options.builds:
        if not (build / 'benchmarks' / PROGRAM).exists():
            sys.exit(f'{build} has no benchmarks: run ./dev bench')

    date = datetime.datetime.now().astimezone()
    runs = [{'build': build, 'flags': common.flags_of(build, SOURCE), 'results': [], 'doubles': [],
             'few': [], 'rows': [], 'of_layers': []} for build in options.builds]
    for _ in range(rounds):
        for run in runs:
            run['results'].append(run_once(run['build'], core, arguments, PROGRAM))
            run['doubles'].append(run_once(run['build'], core, arguments, DOUBLE))
            run['few'].append(run_once(run['build'], core, arguments, CALLS))
            run['rows'].append(run_once(run['build'], core, arguments, ROWS))
            run['of_layers'].append(run_once(run['build'], core, arguments, LAYERS))
    for run in runs:
        run['training'], run['peak'] = networks.summaries([networks.run_once(
            run['build'], core, 'training',
            ['--benchmark_filter=^peak|/ctgrad', '--benchmark_min_time=0.1',
             f'--benchmark_repetitions={repetitions}'])])
        run['compiler'] = common.compiler_of(run['results'][0])
        run['simd'] = run['results'][0]['context']['simd']
        run['ratios'] = ratios_of_rounds(run['results'])
        run['double_ratios'] = ratios_of_rounds(run['doubles'])
        run['calls'] = calls_of(run['few'])
        run['row_ratios'] = ratios_of_rounds(run['rows'])
        run['layers'] = layers_of(run['of_layers'])
        directory = run['build'] / 'results'
        directory.mkdir(exist_ok=True)
        raw = {'date': date.isoformat(), 'processor': processor(), 'core': core,
               'load': os.getloadavg(), 'compiler': run['compiler'], 'flags': run['flags'],
               'arguments': arguments, 'rounds': run['results'], 'doubles': run['doubles'],
               'calls': run['few'], 'rows': run['rows'], 'layers': run['of_layers'],
               'peak': run['peak'],
               'training': [dataclasses.asdict(each) for each in run['training']]}
        path = directory / f'activations-{date:%Y%m%d-%H%M%S}.json'
        path.write_text(json.dumps(raw, indent=1), encoding='utf-8')
        print(f'{path}: {" ".join(run["flags"])}')
    print(f'{processor()} ({runs[0]["simd"]}), core {core}, '
          f'{rounds} x {repetitions} repetitions, load {os.getloadavg()[0]:.1f}, {date:%Y-%m-%d}\n')
    print_table(runs)
    print('\nIn double:')
    print_table(runs, 'double_ratios')
    print('\nOf few elements:')
    print_calls(runs)
    print('\nOver a row:')
    print_table(runs, 'row_ratios')
    print('\nLayers alone:')
    print_layers(runs)
    print('\nTraining step, batch 64:')
    print('\n'.join(training_lines(runs)))

    if options.markdown:
        common.rewrite_block(options.markdown, BEGIN, END, markdown(runs, date))
    if options.limit:
        above = [(run['compiler'], *row) for run in runs
                 for table in ('ratios', 'double_ratios', 'row_ratios')
                 for row, values in run[table].items()
                 if values.get('smallest', 0) > options.limit]
        if above:
            print(f'\nmore than {options.limit} times hand-written in every round:',
                  file=sys.stderr)
            for row in above:
                print('  ' + ' '.join(str(part) for part in row), file=sys.stderr)
            return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
