# SPDX-License-Identifier: BSL-1.0
"""Checks that each ```cpp block of README.md and docs/*.md is a slice of a file in examples/.

The examples are compiled and run, so the documentation's code is too; a ```meson block is a slice of
what builds them. Indentation and empty lines
do not count: a slice of a function body may stand at the margin. A block that is meant to be read
only (a mistake, a sketch) is fenced as ```c++.
"""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]


def significant_lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def contains(lines, slice_):
    return any(lines[i : i + len(slice_)] == slice_ for i in range(len(lines) - len(slice_) + 1))


def files(*patterns):
    paths = [path for pattern in patterns for path in (root / "examples").rglob(pattern)]
    return [significant_lines(path.read_text()) for path in sorted(paths)]


examples = {"cpp": files("*.cpp", "*.hpp"), "meson": files("meson.build")}
blocks = 0
problems = []
for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
    text = page.read_text() if page.exists() else ""
    for match in re.finditer(r"^[ \t]*```(cpp|meson)\b[^\n]*\n(.*?)^[ \t]*```", text, re.MULTILINE | re.DOTALL):
        blocks += 1
        lines = significant_lines(match[2])
        line = text[: match.start()].count("\n") + 1
        if not lines or not any(contains(example, lines) for example in examples[match[1]]):
            first = lines[0] if lines else "(empty)"
            problems.append(
                f"{page.relative_to(root)}:{line}: no file in examples/ has this block: {first}"
            )

for problem in problems:
    print(problem)
print(f"{blocks - len(problems)} of {blocks} blocks are slices of examples")
sys.exit(bool(problems))
