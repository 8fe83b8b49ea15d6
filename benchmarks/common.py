# SPDX-License-Identifier: BSL-1.0
"""What run.py and peers.py have in common."""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Those of kernels/activations.hpp, in the order of tables.
FUNCTIONS = ['sigmoid', 'tanh', 'swish', 'gelu', 'gelu_tanh', 'mish', 'elu', 'softplus']
# Libraries that would start threads, and count them before the program is pinned to a core.
ONE_THREAD = {'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1', 'MKL_NUM_THREADS': '1'}


def processor():
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        for line in file:
            if line.startswith('model name'):
                return ' '.join(line.split(':', 1)[1].split())
    return 'unknown processor'


def compiler_of(result):
    return ' '.join(result['context']['compiler'].split()[:2])


def flags_of(build, source):
    """The flags that decide what code is made, from the compilation database."""
    commands = json.loads((build / 'compile_commands.json').read_text(encoding='utf-8'))
    for entry in commands:
        if entry['file'].endswith(source):
            words = shlex.split(entry['command'])
            return [word for word in words if re.match(r'-(O|m|std=|f(?!diagnostics))', word)]
    return []


def core_to_use(wanted):
    """The core that is wanted, or else the last; None if it is not there."""
    cores = os.sched_getaffinity(0)
    core = max(cores) if wanted is None else wanted
    return core if core in cores else None


def run_once(build, core, arguments, program):
    """One run of a program, pinned to a core; returns its JSON."""
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory) / 'out.json'
        command = [
            str(build / 'benchmarks' / program),
            '--benchmark_enable_random_interleaving=true',
            '--benchmark_out_format=json',
            f'--benchmark_out={out}',
            *arguments,
        ]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, check=False, env=os.environ | ONE_THREAD,
                              preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        if done.returncode != 0:
            sys.exit(f'{command[0]} failed:\n{done.stderr}')
        text = out.read_text(encoding='utf-8')
        return json.loads(text) if text else {'benchmarks': []}  # nothing matches the filter


def repetitions_of(result):
    """The rows of single repetitions, without those of means and medians."""
    return [row for row in result['benchmarks'] if row.get('run_type', 'iteration') == 'iteration']


def times_of(result):
    """Processor time of each repetition, by name."""
    times = {}
    for row in repetitions_of(result):
        times.setdefault(row['run_name'], []).append(row['cpu_time'])
    return times


def rewrite_block(path, begin, end, text):
    old = path.read_text(encoding='utf-8')
    if begin not in old or end not in old:
        sys.exit(f'{path} needs the lines "{begin}" and "{end}" for the table to go between')
    before, rest = old.split(begin, 1)
    after = rest.split(end, 1)[1]
    path.write_text(f'{before}{begin}\n{text}\n{end}{after}', encoding='utf-8')
