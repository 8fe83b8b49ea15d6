# SPDX-License-Identifier: BSL-1.0
"""Checks that no function leaks from the build for one set of instructions into what others run.

instructions.py PROGRAM BUILDS...: the objects that `isolate` made. Each shows one name and has no
instructions but its own; and the program has the vector instructions of the three builds, each of them
once: none was taken out for being in another build too, and none came from elsewhere.
"""

import collections
import re
import shutil
import subprocess
import sys

if shutil.which('objdump') is None or shutil.which('nm') is None:
    print('binutils are not installed')
    sys.exit(77)

problems = []


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def vector_instructions(path):
    """How many instructions there are with a VEX or EVEX prefix, by the kind that they need."""
    found = collections.Counter()
    for line in run('objdump', '--disassemble', '--no-show-raw-insn', '--demangle=none', path).splitlines():
        match = re.match(r'\s*[0-9a-f]+:\s+(?:\{\w+\} )?([a-z]\w*)(.*)', line)
        if not match:
            continue
        mnemonic, operands = match.groups()
        if re.search(r'%zmm|%k[0-7]|%[xy]mm(1[6-9]|2\d|3[01])', operands):
            found['avx512'] += 1
        elif mnemonic.startswith('v'):
            found['avx2'] += 1
    return found


# What each build has instructions of; the build for AVX-512 has those of AVX too.
expected = {'sse2': set(), 'avx2': {'avx2'}, 'avx512': {'avx2', 'avx512'}}

program, *builds = sys.argv[1:]
total = collections.Counter()
for build in builds:
    name = re.search(r'model_(\w+)\.o$', build)[1]
    shown = run('nm', '--defined-only', '--extern-only', '--format=posix', build).split('\n')
    names = [line.split()[0] for line in shown if line]
    if names != [f'model_{name}']:
        problems.append(f'{build} shows {len(names)} names: {names[:3]}')
    found = vector_instructions(build)
    if set(found) != expected[name]:
        problems.append(f'{build} has instructions of {sorted(found)}')
    print(f'{name}: {dict(found)}')
    total += found

in_program = vector_instructions(program)
print(f'program: {dict(in_program)}')
if in_program != total:
    problems.append(f'the program has {dict(in_program)}, its builds {dict(total)}')
if sorted(expected) != sorted(re.search(r'model_(\w+)\.o$', build)[1] for build in builds):
    problems.append('not all builds were looked at')

for problem in problems:
    print(problem)
sys.exit(bool(problems))
