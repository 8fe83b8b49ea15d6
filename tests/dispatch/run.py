# SPDX-License-Identifier: BSL-1.0
"""Runs the example `dispatch` as machines of several kinds would.

run.py PROGRAM chosen                   the best that this machine has
run.py PROGRAM asked INSTRUCTIONS       what CTGRAD_ARCH asks for
run.py PROGRAM unknown NAME             a name that does not exist
run.py PROGRAM emulated CPU CHOSEN      on a processor of qemu

Exit code 77: skipped, because this machine lacks the instructions or qemu.
"""

import os
import shutil
import subprocess
import sys

SKIPPED = 77
ALL = ['sse2', 'avx2', 'avx512']


def run(command, wanted=None):
    environment = {k: v for k, v in os.environ.items() if k != 'CTGRAD_ARCH'}
    if wanted is not None:
        environment['CTGRAD_ARCH'] = wanted
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    print(result.stdout, result.stderr, sep='')
    return result


def check(condition, sentence):
    if not condition:
        sys.exit(f'wrong: {sentence}')


def is_there(output, name):
    """Whether the program ran that build, which it does with all that the machine can run."""
    return f'{name}: differs' in output


def check_chosen(result, name):
    check(result.returncode == 0, f'exit code {result.returncode}')
    check(result.stdout.startswith(f'chosen: {name}\n'), f'{name} was not chosen')
    check(is_there(result.stdout, name), f'{name} did not run')


def chosen(program):
    result = run([program])
    available = [name for name in ALL if is_there(result.stdout, name)]
    check(available == ALL[: len(available)] and available, f'available are {available}')
    check_chosen(result, available[-1])
    check_chosen(run([program], wanted=''), available[-1])


def asked(program, name):
    result = run([program], wanted=name)
    if result.returncode == 2:
        check(f'CTGRAD_ARCH is "{name}", but this machine can run sse2' in result.stderr, 'the sentence')
        check(not is_there(run([program]).stdout, name), f'{name} is available but was refused')
        sys.exit(SKIPPED)
    check_chosen(result, name)


def unknown(program, name):
    result = run([program], wanted=name)
    check(result.returncode == 2, f'exit code {result.returncode}')
    expected = f'CTGRAD_ARCH is "{name}", but this program has builds for {", ".join(ALL)};'
    check(expected in result.stderr, 'the sentence')


def emulated(program, processor, name):
    emulator = shutil.which('qemu-x86_64')
    if emulator is None:
        print('qemu-x86_64 (qemu-user) is not installed')
        sys.exit(SKIPPED)
    command = [emulator, '-cpu', processor, program]
    result = run(command)
    better = ALL[ALL.index(name) + 1 :]
    check_chosen(result, name)
    check(not any(is_there(result.stdout, one) for one in better), 'a build ran that cannot')
    for one in better:
        refused = run(command, wanted=one)
        check(refused.returncode == 2, f'{one} was not refused')
    for one in ALL[: ALL.index(name)]:
        check_chosen(run(command, wanted=one), one)


program, kind, *arguments = sys.argv[1:]
{'chosen': chosen, 'asked': asked, 'unknown': unknown, 'emulated': emulated}[kind](
    program, *arguments
)
