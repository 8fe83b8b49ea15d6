#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Prints the loop that g++ makes of backward<swish> for AVX2, and what each line computes.

What a line computes is not written here: it is followed through the registers, from the loads to
the stores. STEPS has names and words for the results, so docs/assembly.md cannot explain a line that
is not there; and a loop with a step that is not in STEPS cannot become a page.
"""

import argparse
import difflib
import pathlib
import platform
import re
import subprocess
import sys

import registers
from common import ROOT

SOURCES = {
    'ctgrad': '''
#include <ctgrad/simd/elementwise.hpp>
#include <span>
constexpr ctgrad::variable<"x"> x;
constexpr auto swish = x * sigmoid(x);
void run(std::span<const float> in, std::span<const float> dout, std::span<float> din)
{
    ctgrad::backward<swish>(in, dout, din);
}
''',
    'hand-written': '''
#include "benchmarks/kernels/hand_written.hpp"
template void hand_written::backward<hand_written::swish<float>, float>(
    const float*, const float*, float*, std::ptrdiff_t);
''',
}
OPTIONS = ['-std=c++20', '-O3', '-march=x86-64-v3', '-DNDEBUG', '-S', '-masm=intel', '-x', 'c++',
           '-', '-o', '-']
SKIPPED = 77

# What is computed -> the name of the result, and why.
STEPS = {
    'bits of x or -0': (
        'n',
        '-|x|: -0 is the sign bit alone, and `or` sets it. The exponential of a number that '
        'is not positive does not overflow.'),
    'max(-104, n)': (
        'z',
        'From -104 on exp rounds to 0, and further down the exponent would leave its field. '
        '`vmaxps` returns its last operand if one of them is NaN, so NaN stays.'),
    'z * 1.442695 + 12582912': (
        't',
        'z / ln 2. The sum with 1.5 * 2^23, beside which a float has no bits for fractions, '
        'rounds it to an integer.'),
    't - 12582912': ('k', 'That integer: exp(z) = 2^k * exp(r) with the r that is left of z.'),
    'z - k * 0.69314575': (
        'h',
        'z - k ln 2 begins with the upper bits of ln 2, so few that their product with k is '
        'exact ...'),
    'h - k * 1.4286068e-06': (
        'r',
        '... and takes the lower ones then. r is at most ln(2) / 2 in size.'),
    'r * r': (
        's',
        'exp(r) - 1 is a polynomial, r + r^2 (1/2 + r/6 + ...) with coefficients that make '
        'the largest error small. Its even and odd powers are two chains, which the processor'
        ' can compute side by side.'),
    's * 0.0013943306 + 0.041666325': ('a1', 'Even powers: about 1/720 and 1/24 ...'),
    'a1 * s + 0.5': ('a', '... and 1/2.'),
    's * 0.00019962397 + 0.008333219': ('b1', 'Odd powers: about 1/5040 and 1/120 ...'),
    'b1 * s + 0.16666667': ('b', '... and 1/6.'),
    'b * r + a': ('c', 'Both together.'),
    'c * s + r': ('f', 'exp(r) - 1.'),
    'f + 1': ('g', 'exp(r).'),
    'k + 26': (
        'u',
        'The power of two. 2^k may be too small for a normal float, 2^(k + 26) is not.'),
    'u + 12583039': (
        'v',
        '12583039 is 12582912 + 127, so the low bits of the sum are the integer u + 127: the '
        'exponent of the float 2^u.'),
    'bits of v << 23': (
        'p',
        'Shifted to where a float has its exponent, it is 2^u; all other bits are gone.'),
    'g * p': ('w', 'exp(z) * 2^26.'),
    'w * 1.4901161e-08': (
        'e',
        'Times 2^-26: exp(-|x|). Only results below the normal numbers are rounded here.'),
    'e + 1': ('d', 'The denominator of sigmoid(|x|) = 1 / (1 + exp(-|x|)).'),
    '1 / d': ('q', 'sigmoid(|x|), by the only division.'),
    'e * q': ('m', 'sigmoid(-|x|) = 1 - q, without cancellation.'),
    'bits of x and -0': ('sign', 'The sign of x ...'),
    'bits of sign or 1': ('one', '... given to 1, ...'),
    'one < 0': ('negative', '... and compared: all bits are set where x has its sign bit set.'),
    'negative ? m : q': ('y', 'sigmoid(x), chosen without a jump.'),
    'max(-3.4028235e+38, x)': (
        'x1',
        'At infinity swish\' has the limits 0 and 1, but j * x would be 0 * inf, NaN: x is '
        'kept between the largest floats ...'),
    'min(3.4028235e+38, x1)': ('x2', '... on both sides; NaN stays here too.'),
    'm * q': ('j', 'sigmoid\'(x) = sigmoid(x) * sigmoid(-x), for either sign.'),
    'j * x2 + y': ('slope', 'swish\'(x) = sigmoid(x) + x * sigmoid\'(x).'),
    'dy * slope': ('dx', 'The chain rule.'),
}
# What to count together.
KINDS = {
    'multiply-add': 'vfn?madd.*', 'multiply': 'vmulps', 'add, subtract': 'vaddps|vsubps',
    'divide': 'vdivps',
    'largest, smallest': 'vmaxps|vminps', 'compare, choose': 'vcmpps|vblendvps',
    'bits: and, or, shift, set to 0': 'vandps|vorps|vxorps|vpslld',
    'load, store, copy': 'vmov.*', 'load a constant': 'vbroadcastss',
    'ask for what comes a page later': 'prefetcht0', 'count, jump': 'add|cmp|jne',
}


def assembly(compiler, source):
    run = subprocess.run([*compiler, *OPTIONS, f'-I{ROOT / "include"}', f'-I{ROOT}'],
                         input=source, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(run.stderr)
    return run.stdout


def kinds_of(loop):
    """How many instructions there are of each of KINDS."""
    mnemonics = [registers.parts(instruction)[0] for instruction in loop.body]
    counts = {kind: sum(bool(re.fullmatch(pattern, each)) for each in mnemonics)
              for kind, pattern in KINDS.items()}
    if sum(counts.values()) != len(mnemonics):
        sys.exit(f'KINDS lacks one of {sorted(set(mnemonics))}')
    return counts


def reader_of(loop):
    return registers.Reader(loop, {expression: name for expression, (name, _) in STEPS.items()})


def loops(compiler):
    return {name: registers.Loop(assembly(compiler, source)) for name, source in SOURCES.items()}


def in_table(text):
    return text.replace('|', '\\|')


def page(compiler, found, path):
    loop = found['ctgrad']
    reader = reader_of(loop)
    listing = reader.lines()
    unknown = [expression for expression in reader.names if expression not in STEPS]
    if unknown:
        sys.exit(f'STEPS of benchmarks/assembly.py has no words for: {"; ".join(unknown)}')
    held = ', '.join(f'`{register}` = {value}' for register, value in sorted(
        reader.held.items(), key=lambda item: int(item[0].removeprefix('ymm'))))
    counts = {name: kinds_of(each) for name, each in found.items()}
    stays_in_registers = not any(re.search(r'\[rsp|\[rbp|^call', each) for each in loop.body)
    lines = [
        '# What the compiler makes of a formula', '',
        f'Made by `python3 benchmarks/assembly.py --page {path}` with {version_of(compiler)}; without '
        'arguments it prints the loops. A test compares this page with what the same compiler makes '
        'now.', '',
        'This is the whole inner loop of `backward<x * sigmoid(x)>` for `float`, with '
        '`-O3 -march=x86-64-v3` (AVX2): from x and the gradient dy of the result it computes '
        'dx = dy * swish\'(x). Nobody wrote it: the formula was differentiated, its exponential taken '
        'apart into pieces that value and derivative share, and the pieces unrolled over SIMD '
        'registers ([architecture.md](architecture.md)).', '',
        '## How to read it', '',
        'A register `ymm0` ... `ymm15` holds eight floats, and an instruction does the same to all '
        'eight. The first operand is where the result goes, the others are what it is computed from; '
        '`[...]` is memory, a number in brackets a constant there. `vfmadd` multiplies and adds with '
        'one rounding: of the operands a, b, c its 132 form computes a * c + b, 213 b * a + c and '
        '231 b * c + a, each into a; `vfnmadd` subtracts the product.', '',
        'Behind the semicolon: which of two vectors of eight the line is about, and what it computes. '
        'The two are independent of each other, and the compiler mixed their lines, so that the '
        'processor can work on one while the other waits for a result. Before the loop these '
        f'registers were set: {held}.', '',
        '```asm', 'loop:', *listing, '```', '',
        f'{len(listing)} instructions for 16 numbers'
        + (', no call, no jump but the one at the end, and no value that goes through memory in '
           'between' if stays_in_registers else '') + '.', '',
        '## Step by step', '', '| | | why |', '|---|---|---|',
        *(f'| {name} | {in_table(expression)} | {in_table(why)} |'
          for expression, (name, why) in STEPS.items() if expression in reader.names), '',
        '## Beside the hand-written kernel', '',
        'The loop of `hand_written::backward<swish>` in `benchmarks/kernels/hand_written.hpp`, which '
        'the benchmarks compare with, by the same compiler with the same options:', '',
        '| instructions | ' + ' | '.join(counts) + ' |', '|---' * (len(counts) + 1) + '|',
        *(f'| {kind} | ' + ' | '.join(str(each[kind]) for each in counts.values()) + ' |'
          for kind in KINDS),
        '| all | ' + ' | '.join(str(sum(each.values())) for each in counts.values()) + ' |', '',
        *remarks(reader),
    ]
    return '\n'.join(lines) + '\n'


def remarks(reader):
    """What differs from the hand-written loop, as long as it does."""
    lines = []
    if 'k + 26' in reader.names:
        lines += ['* exp(-|x|) is never large. ctgrad sees that in the formula, and 2^k is one factor; '
                  'the hand-written kernel takes the library\'s exponential for all arguments, whose '
                  '2^k is two.']
    if 'one < 0' in reader.names:
        lines += ['* What a specialist would still find: `vblendvps` looks at nothing but the sign bit '
                  'of its condition, so x itself would do for it, without the lines of `sign`, `one` '
                  'and `negative`.']
    return lines


def version_of(compiler):
    def ask(option):
        run = subprocess.run([*compiler, option], check=True, capture_output=True, text=True)
        return run.stdout.strip()

    if 'clang' in ask('--version'):
        return f'clang {ask("-dumpversion")}'
    return f'g++ {ask("-dumpfullversion")}'


def check(compiler, path):
    """The test: skipped with another compiler than the page's."""
    text = path.read_text(encoding='utf-8')
    if platform.machine() != 'x86_64' or f' with {version_of(compiler)};' not in text:
        print(f'{path} is not of {version_of(compiler)} on {platform.machine()}')
        return SKIPPED
    now = page(compiler, loops(compiler), path.resolve().relative_to(ROOT))
    changed = list(difflib.unified_diff(text.splitlines(), now.splitlines(), 'page', 'now',
                                        lineterm='', n=0))
    if changed:
        print('\n'.join(changed))
        sys.exit(f'docs/{path.name} is not what the compiler makes now: '
                 f'python3 benchmarks/assembly.py --page docs/{path.name}')
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--page', type=pathlib.Path, metavar='FILE', help='write this page')
    parser.add_argument('--check', type=pathlib.Path, metavar='FILE',
                        help='compare this page with what is made now')
    parser.add_argument('--compiler', nargs=argparse.REMAINDER, default=['g++'], metavar='WORD',
                        help='its command, as the last argument (default: g++)')
    options = parser.parse_args()
    if options.check:
        return check(options.compiler, options.check)
    found = loops(options.compiler)
    if options.page:
        text = page(options.compiler, found, options.page)
        options.page.write_text(text, encoding='utf-8')
        return 0
    for name, loop in found.items():
        print(f'{name}, {len(loop.body)} instructions:')
        print('\n'.join(reader_of(loop).lines()) + '\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
