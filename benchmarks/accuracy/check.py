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


def rows(page):
    """The first cells of each row of a table, and the errors in the others."""
    found = {}
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if line.startswith('| ') and cells[1] in ('precise', 'fast'):
            found[cells[0], cells[1]] = [error(cell) for cell in cells[2:5]]
    return found


def allowed(tier, promised):
    """In units in the last place, relative, and how many special values are wrong."""
    ulps, relative, special = promised
    return [ulps + max(0.5, ulps / 2), max(1.5 * relative, 2e-4 if tier == 'fast' else 0), special]


def error(cell):
    number = re.match(r'[\d.e+-]+|inf', cell)
    return float(number.group()) if number else 0.0


def main():
    page, program, stride = sys.argv[1:]
    promised = rows(pathlib.Path(page).read_text(encoding='utf-8'))
    measured = rows(subprocess.run([program, stride], check=True, capture_output=True,
                                   text=True).stdout)
    if measured.keys() != promised.keys() or not measured:
        sys.exit(f'{page} has other functions than {program}: run ./dev accuracy')
    wrong = [f'{" ".join(name)}: {errors}, but {page} says {promised[name]}'
             for name, errors in measured.items()
             if any(not now <= most for now, most in zip(errors, allowed(name[1], promised[name])))]
    print(f'{len(measured)} rows compared')
    if wrong:
        sys.exit('\n'.join(wrong))


main()
