#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Measures what programs with ctgrad take to compile, and holds the counts behind it to a record.

Seconds of processor time and the most memory are of -O3 -march=native, without the linker: medians
of some runs. Seconds differ from machine to machine; what clang instantiates does not. So the
classes and functions that its time trace lists are counted, in all and those with ctgrad in their
names, and the steps of the longest evaluation of a constant expression: one within 2%. They are
recorded in compile/counts.json, with the words of docs/decisions.md that say why.
"""

import argparse
import collections
import datetime
import functools
import json
import os
import pathlib
import platform
import re
import shlex
import statistics
import subprocess
import sys
import tempfile

import common
from common import ROOT

PROGRAMS = {
    'headers': ('benchmarks/compile/headers.cpp', 'the headers that a model needs, and no more'),
    'quickstart': ('examples/quickstart.cpp', 'the README\'s code: kernels and a small network'),
    'fashion_mnist': ('examples/fashion_mnist.cpp', 'two classifiers, readers of IDX and CSV'),
    'ten_layers': ('benchmarks/compile/ten_layers.cpp', 'ten dense layers, trained'),
    'catalogue': ('benchmarks/compile/catalogue.cpp', 'all activations, forward and backward'),
}
RECORD = ROOT / 'benchmarks' / 'compile' / 'counts.json'
DECISIONS = ROOT / 'docs' / 'decisions.md'
LARGEST_GROWTH = 1.1
# The default of clang; one more step is an error.
STEPS_OF_CLANG = 1 << 20
# The same instructions everywhere, as what is instantiated depends on them.
COUNTED = ['-std=c++20', '-O3', '-march=x86-64-v3', '-fsyntax-only', '-w']
MEASURED = ['-std=c++20', '-O3', '-march=native', '-DNDEBUG', '-w']
SKIPPED = 77


class Compiler:
    """The compiler of a build directory, with its include folders."""

    def __init__(self, build):
        commands = json.loads((build / 'compile_commands.json').read_text(encoding='utf-8'))
        entry = next(each for each in commands if each['file'].endswith('kernels/activations.cpp'))
        words = [word for word in shlex.split(entry['command']) if not word.endswith('ccache')]
        self.folder = entry['directory']
        self.program = words[0]
        self.includes = [word for word in words if re.match('-I|-isystem.', word)]
        about = subprocess.run([self.program, '--version'], check=True, capture_output=True,
                               text=True).stdout.splitlines()[0]
        self.is_clang = 'clang' in about
        version = re.findall(r'\d+\.\d+\.\d+', about)[-1]
        self.name = f'clang {version}' if self.is_clang else f'g++ {version}'

    def command(self, name, arguments):
        return [self.program, *arguments, *self.includes, str(ROOT / PROGRAMS[name][0])]

    def run(self, name, arguments):
        return subprocess.run(self.command(name, arguments), cwd=self.folder, check=False,
                              capture_output=True, text=True)

    def cost(self, name, core):
        """Seconds of processor time and MB of memory of one compilation."""
        with tempfile.TemporaryDirectory() as directory:
            command = self.command(name, [*MEASURED, '-c', '-o', f'{directory}/out.o'])
            process = subprocess.Popen(command, cwd=self.folder,
                                       preexec_fn=lambda: os.sched_setaffinity(0, {core}))
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f'{shlex.join(command)} failed')
        return usage.ru_utime, usage.ru_maxrss / 1024

    def counts(self, name, steps):
        """What is instantiated with no more than so many steps for a constant expression; None if
        that is too few."""
        with tempfile.TemporaryDirectory() as directory:
            trace = pathlib.Path(directory) / 'trace.json'
            # The driver does not pass these on if nothing is generated.
            wanted = [f'-ftime-trace={trace}', '-ftime-trace-granularity=0']
            run = self.run(name, [*COUNTED, f'-fconstexpr-steps={steps}',
                                  *(word for each in wanted for word in ('-Xclang', each))])
            if 'maximum step limit' in run.stderr:
                return None
            if run.returncode != 0:
                sys.exit(run.stderr)
            events = json.loads(trace.read_text(encoding='utf-8'))['traceEvents']
        kinds = {'InstantiateClass': 'classes', 'InstantiateFunction': 'functions'}
        found = collections.Counter()
        for event in events:
            if kind := kinds.get(event['name']):
                found[kind] += 1
                found[f'{kind} of ctgrad'] += 'ctgrad::' in event['args']['detail']
        return dict(sorted(found.items()))

    def fewest_steps(self, name):
        """With how many steps for a constant expression it compiles, to 2%."""
        def compiles(steps):
            limited = [*COUNTED, '-Wfatal-errors', f'-fconstexpr-steps={steps}']
            return self.run(name, limited).returncode == 0

        low, high = 1, STEPS_OF_CLANG
        if not compiles(high):
            sys.exit(f'{PROGRAMS[name][0]} does not compile')
        while high > low * 1.02 + 1:
            middle = round((low * high) ** 0.5)
            low, high = (low, middle) if compiles(middle) else (middle, high)
        return high

    @functools.cached_property
    def surroundings(self):
        """The versions of what else the counts depend on."""
        includes = ''.join(f'#include <{header}>\n' for header in (
            'boost/version.hpp', 'xsimd/config/xsimd_config.hpp', 'version'))
        command = [self.program, *COUNTED, *self.includes, '-E', '-dM', '-x', 'c++', '-']
        run = subprocess.run(command, input=includes, cwd=self.folder, check=True,
                             capture_output=True, text=True)
        defined = dict(re.findall(r'^#define (\w+) (.*)$', run.stdout, re.MULTILINE))
        xsimd = (defined[f'XSIMD_VERSION_{part}'] for part in ('MAJOR', 'MINOR', 'PATCH'))
        return {'compiler': self.name, 'boost': defined['BOOST_LIB_VERSION'].strip('"'),
                'xsimd': '.'.join(xsimd),
                'standard library': defined.get('__GLIBCXX__', 'another')}


def recorded():
    return json.loads(RECORD.read_text(encoding='utf-8')) if RECORD.exists() else {'programs': {}}


def is_reason(words):
    """Whether docs/decisions.md has them; where its lines are broken does not matter."""
    text = DECISIONS.read_text(encoding='utf-8')
    return bool(words.strip()) and ' '.join(words.split()) in ' '.join(text.split())


def grown(now, then):
    """What has grown by more than is allowed, in words."""
    return [f'{now[kind]:,} {kind}, {now[kind] / then[kind] - 1:.0%} more than the '
            f'{then[kind]:,} recorded'
            for kind in now if kind in then and now[kind] > LARGEST_GROWTH * then[kind]]


def check(compiler, name):
    """The test: skipped where other versions would be compared."""
    record = recorded()
    if platform.machine() != 'x86_64' or not compiler.is_clang:
        print('counts are those of clang on x86-64')
        return SKIPPED
    if compiler.surroundings != record['with']:
        print(f'recorded with {record["with"]}, here there is {compiler.surroundings}')
        return SKIPPED
    then = record['programs'][name]
    if not is_reason(then['reason']):
        sys.exit(f'docs/decisions.md does not say "{then["reason"]}", which '
                 f'{RECORD.relative_to(ROOT)} gives as the reason for the counts of {name}.')
    now = compiler.counts(name, round(LARGEST_GROWTH * then['steps']))
    more = grown(now, then) if now else ['a constant expression of more than the '
                                         f'{then["steps"]:,} steps recorded and 10%']
    print(f'{name}: {now or "stopped"}, recorded: {then}')
    if more:
        sys.exit(f'{PROGRAMS[name][0]} takes {"; ".join(more)}: if that is worth it, say why in '
                 'docs/decisions.md and renew the record with ./dev compile-time --record --reason '
                 '"some words of that line".')
    return 0


def write_record(compiler, reason):
    """Lower counts are taken. Higher ones need a reason; without, the old ones stay, so that small
    growths do not add up unseen."""
    record = recorded()
    is_comparable = record.get('with') == compiler.surroundings
    programs = {}
    for name in PROGRAMS:
        steps = compiler.fewest_steps(name)
        now = compiler.counts(name, round(LARGEST_GROWTH * steps)) | {'steps': steps}
        then = record['programs'].get(name, {})
        more = grown(now, then) if is_comparable else []
        why = reason if more or not then else then['reason']
        if more and why in ('', then['reason']):
            sys.exit(f'{name} takes {"; ".join(more)}: --reason "words" must say why, in words of '
                     'docs/decisions.md and others than last time')
        if not is_reason(why):
            sys.exit(f'docs/decisions.md does not say "{why}": --reason must be words of it')
        if is_comparable and not more:
            now = {kind: min(now[kind], then.get(kind, now[kind])) for kind in now}
        programs[name] = now | {'reason': why}
        print(f'{name}: {programs[name]}')
    record = {'with': compiler.surroundings, 'programs': programs}
    RECORD.write_text(json.dumps(record, indent=4) + '\n', encoding='utf-8')


def measure(compilers, core, runs):
    """(program, compiler) -> medians of seconds and MB. Compilers take turns."""
    costs = {}
    for _ in range(runs):
        for name in PROGRAMS:
            for compiler in compilers:
                costs.setdefault((name, compiler.name), []).append(compiler.cost(name, core))
    return {key: tuple(map(statistics.median, zip(*each))) for key, each in costs.items()}


def print_table(compilers, costs, counts):
    heads = f'{"classes":>10}{"of ctgrad":>10}{"functions":>11}{"of ctgrad":>10}'
    print(f'{"to compile":16}' + ''.join(f'{compiler.name:^20}' for compiler in compilers)
          + (heads if counts else ''))
    for name in PROGRAMS:
        line = f'{name:16}'
        for compiler in compilers:
            seconds, memory = costs[name, compiler.name]
            line += f'{seconds:8.1f} s{memory:7.0f} MB'
        if name in counts:
            widths = (10, 10, 11, 10)
            line += ''.join(f'{count:{width},}'
                            for count, width in zip(counts[name].values(), widths))
        print(line)


def page(compilers, costs, path):
    heads = [f'{compiler.name}: {what}' for compiler in compilers for what in ('seconds', 'MB')]
    lines = [
        '# Compile time', '',
        f'Made by `./dev compile-time --page {path}`.', '',
        'Seconds of processor time and the most memory with `-O3 -march=native`, without the linker: '
        'medians, one core. Kernels in a source file of their own are compiled again only when that '
        'file changes.', '',
        '| | ' + ' | '.join(heads) + ' |', '|---' * (len(heads) + 1) + '|',
    ]
    for name, (file, about) in PROGRAMS.items():
        cells = []
        for compiler in compilers:
            seconds, memory = costs[name, compiler.name]
            cells += [f'{seconds:.1f}', f'{memory:.0f}']
        lines.append(f'| [{name}](../{file}): {about} | ' + ' | '.join(cells) + ' |')
    lines += ['', f'{common.processor()}, {datetime.date.today()}.', '', *page_of_record()]
    return '\n'.join(lines) + '\n'


def page_of_record():
    record = recorded()
    programs = record['programs']
    kinds = [kind for kind in next(iter(programs.values())) if kind != 'reason']
    versions = ', '.join(f'{key} {value}' for key, value in record['with'].items())
    return [
        '## What is instantiated', '',
        'Seconds differ from machine to machine and from run to run. What the compiler has to do does '
        'not: here are the classes and functions that clang\'s time trace lists as instantiated, all '
        'of them and those with ctgrad in their names (`std::array` of something of ours is one), and '
        'the steps of the longest evaluation of a constant expression, to 2%, of which clang allows '
        f'{STEPS_OF_CLANG:,} if no option says otherwise. The same sources give the same counts in '
        'every run.', '',
        '| | ' + ' | '.join(kinds) + ' |', '|---' * (len(kinds) + 1) + '|',
        *('| ' + ' | '.join([name, *(f'{counts[kind]:,}' for kind in kinds)]) + ' |'
          for name, counts in programs.items()), '',
        f'{versions}, `-march=x86-64-v3`.', '',
        'A test for each program (`meson test --suite compile`, in the build with clang) fails when a '
        'count is more than 10% above this record, `benchmarks/compile/counts.json`. '
        '`./dev compile-time --record` renews it: lower counts are taken, higher ones within 10% are '
        'not, so that small growths do not add up unseen, and those beyond only with '
        '`--reason "words"`: words of the line in [decisions.md](decisions.md) that says why. The test '
        'fails where that line is gone. With other versions than those of the record it is skipped.',
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('builds', nargs='*', type=pathlib.Path,
                        default=[ROOT / 'build' / f'bench-{name}' for name in ('gcc', 'clang')],
                        help='build directories whose compilers to take (default: of ./dev bench)')
    parser.add_argument('--runs', type=int, default=3,
                        help='compilations of each program (default: 3)')
    parser.add_argument('--core', type=int, help='run on this core (default: the last)')
    parser.add_argument('--page', type=pathlib.Path, metavar='FILE', help='write this page')
    parser.add_argument('--record', action='store_true',
                        help='renew the recorded counts, no more')
    parser.add_argument('--reason', default='', metavar='WORDS',
                        help='what docs/decisions.md says of counts that have grown')
    parser.add_argument('--check', choices=PROGRAMS, metavar='PROGRAM',
                        help='compare the counts of this program with the record, no more')
    options = parser.parse_args()

    compilers = [Compiler(build) for build in options.builds]
    clang = next((compiler for compiler in compilers if compiler.is_clang), None)
    if options.check:
        return check(compilers[0], options.check)
    if options.record:
        if clang is None:
            parser.error('counts are those of clang')
        return write_record(clang, options.reason)
    core = common.core_to_use(options.core)
    if core is None:
        parser.error(f'there is no core {options.core} here')
    costs = measure(compilers, core, options.runs)
    counts = {}
    if clang and platform.machine() == 'x86_64':
        counts = {name: clang.counts(name, STEPS_OF_CLANG) for name in PROGRAMS}
    print_table(compilers, costs, counts)
    if options.page:
        options.page.write_text(page(compilers, costs, options.page), encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
