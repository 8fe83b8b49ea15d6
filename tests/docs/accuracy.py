# SPDX-License-Identifier: BSL-1.0
"""Writes docs/accuracy.md from what the accuracy tests print: accuracy.py BUILD_FOLDER"""

import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
build = pathlib.Path(sys.argv[1])
line = re.compile(r"^(\S+)\s+(float|double)\s+(f'{0,2})\s+([\d.]+) of\s+[\d.]+ ULP at (\S+)$")
columns = [(number, form) for number in ("float", "double") for form in ("f", "f'", "f''")]

errors = {}
for name in ("sigmoids", "rectifiers", "activations", "gates", "roots", "waves"):
    program = build / "tests" / f"simd_{name}_accuracy"
    run = subprocess.run([program], cwd=root, capture_output=True, text=True, check=True)
    for match in filter(None, map(line.match, run.stdout.splitlines())):
        function, number, form, worst, place = match.groups()
        errors.setdefault(function, {})[number, form] = f"{worst} ({float(place):g})"

page = [
    "# Accuracy of activations",
    "",
    "Worst error of value, first and second derivative over the arguments of",
    "tests/reference/*activations.tsv (63 from -3e38 to 3e38, computed with 60 digits), in units in",
    "the last place, and the argument where it occurs. Results below the smallest normal number count",
    "in units of that number's last place, results beside a zero crossing in those of the terms that",
    "cancel there; tests/simd/activation_table.hpp says how. Where the error is tens of units, the",
    "rounding of an argument such as 1.702 x is what the exponential magnifies. The formulas are the",
    "textbook forms of include/ctgrad/catalogue. The bounds are tests.",
    "",
    "Made by `python3 tests/docs/accuracy.py build/test-gcc`.",
    "",
    "| | " + " | ".join(f"{number} {form}" for number, form in columns) + " |",
    "|---" * (len(columns) + 1) + "|",
]
for function, row in errors.items():
    page.append(f"| {function} | " + " | ".join(row.get(column, "") for column in columns) + " |")
(root / "docs" / "accuracy.md").write_text("\n".join(page) + "\n")
print(f"docs/accuracy.md: {len(errors)} functions")
