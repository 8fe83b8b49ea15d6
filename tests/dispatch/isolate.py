# SPDX-License-Identifier: BSL-1.0
"""Checks what examples/dispatch/isolate does and what it refuses: isolate.py ISOLATE COMPILER..."""

import pathlib
import subprocess
import sys
import tempfile

isolate, *compiler = sys.argv[1:]
is_gcc = '__clang__' not in subprocess.run(
    [*compiler, '-dM', '-E', '-x', 'c++', '/dev/null'], check=True, capture_output=True, text=True
).stdout
own_constants = ['-fno-gnu-unique'] if is_gcc else []
problems = []

# An inline function, a local variable of one, and an exception: what linkers keep once for all.
BUILD = """
#include <stdexcept>
struct error : std::runtime_error { using std::runtime_error::runtime_error; };
[[gnu::noinline]] inline int answer() { return ANSWER; }
template <class T> T& counter() { static T calls = 0; return calls; }
static int call()
{
    if (++counter<int>() > 2) throw error("too often");
    return answer();
}
extern "C" int (*const model)();
int (*const model)() = &call;
"""
MAIN = """
#include <cstdio>
#include <exception>
extern "C" int (*const model_one)();
extern "C" int (*const model_other)();
int main()
{
    for (int i = 0; i < 2; ++i)
        std::printf("%d %d ", model_one(), model_other());
    try { model_one(); } catch (const std::exception& error) { std::puts(error.what()); }
}
"""
# What is refused: source, arguments, and what is said of it.
REFUSED = [
    ('int model() { return 1; }', [], 'has no name'),
    ('namespace mine { int model = 1; }', [], 'has no name'),
    ('int made(); extern "C" int model; int model = 1; int other = made();', [], 'before main'),
    ('extern "C" int model; int model = 1;', ['-flto'], ''),
]
if is_gcc:
    REFUSED.append((BUILD, ['-DANSWER=1'], 'compile with -fno-gnu-unique'))


def run(*command):
    return subprocess.run(command, capture_output=True, text=True)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)

    def compiled(source, *arguments):
        (folder / 'source.cpp').write_text(source)
        result = run(
            *compiler, '-std=c++20', '-O1', *arguments,
            '-c', folder / 'source.cpp', '-o', folder / 'source.o',
        )
        if result.returncode != 0:
            sys.exit(result.stderr)
        return folder / 'source.o'

    objects = []
    for suffix, answer in {'one': 1, 'other': 2}.items():
        objects.append(folder / f'model_{suffix}.o')
        result = run(
            isolate, 'model', suffix, objects[-1],
            compiled(BUILD, f'-DANSWER={answer}', *own_constants),
        )
        if result.returncode != 0:
            sys.exit(result.stderr)
    result = run(*compiler, compiled(MAIN), *objects, '-o', folder / 'program')
    said = result.stderr or run(folder / 'program').stdout
    if said != '1 2 1 2 too often\n':
        problems.append(f'two builds in one program say: {said}')

    for source, arguments, expected in REFUSED:
        output = folder / 'refused.o'
        result = run(isolate, 'model', 'refused', output, compiled(source, *arguments))
        if result.returncode == 0 or expected not in result.stderr or output.exists():
            problems.append(f'{source}\nis not refused, or with other words: {result.stderr}')

for problem in problems:
    print(problem)
sys.exit(bool(problems))
