# SPDX-License-Identifier: BSL-1.0
"""Measures errors over a sample of all floats and fails where they are larger than a page says:
check.py PAGE PROGRAM STRIDE

A page has the worst errors of one machine. Others may round otherwise, and get half a unit or half
as much again; the fast tier begins with the processor's own estimates, which differ, and promises
about 1e-4.
"""

import pathlib
import re
import subprocess
import sys


def units(promised):
    return promised + max(0.5, promised / 2)


def relative(promised):
    return max(1.5 * promised, 2e-4)


def exactly(promised):
    return promised


# What is held to a page, by the heads of its columns; times are not.
ALLOWED = {
    'ULP': units, 'f': units, "f'": units,
    'relative': relative, 'fast f': relative, "fast f'": relative,
    # Blocks of a sample are wide: more lies beside zeros there.
    'beside zeros': relative,
    'special': exactly, 'NaN': exactly,
}


def cells(line):
    return [cell.strip() for cell in line.strip().strip('|').split('|')]


def error(cell):
    number = re.match(r'[\d.e+-]+|inf', cell)
    return float(number.group()) if number else 0.0


def table(page):
    """The heads of a page's table, and its rows by their names."""
    lines = [line for line in page.splitlines() if line.startswith(('| ', '|-'))]
    heads, _, *rows = map(cells, lines)
    names = heads.count('')
    return heads[names:], {
        tuple(row[:names]): [error(cell) for cell in row[names:]]
        for row in rows
        # Other libraries are on a page to be compared with.
        if 'xsimd' not in row[:names]
    }


def main():
    page, program, stride = sys.argv[1:]
    heads, promised = table(pathlib.Path(page).read_text(encoding='utf-8'))
    run = subprocess.run([program, stride], check=True, capture_output=True, text=True)
    measured_heads, measured = table(run.stdout)
    if measured_heads != heads or measured.keys() != promised.keys():
        sys.exit(f'{page} has other rows or columns than {program}: run ./dev accuracy')
    wrong = [
        f'{" ".join(name)}, {head}: {now}, but {page} says {then}'
        for name, errors in measured.items()
        for head, now, then in zip(heads, errors, promised[name], strict=True)
        if head in ALLOWED and not now <= ALLOWED[head](then)
    ]
    print(f'{len(measured)} rows compared')
    if wrong:
        sys.exit('\n'.join(wrong))


main()
