# SPDX-License-Identifier: BSL-1.0
"""Checks that a mistake ends in a short and readable diagnostic: run.py CASE.cpp BUILD_FOLDER

A case holds a mistake and its correction:

    // EXPECT: words that must appear in the diagnostics (one line or more)
    // LINES: 12            (how many lines the compiler may print; 20 without this line.
                             Lines that say by what a header was included do not count)
    #ifdef CORRECTED
    ...                     (must compile without a warning)
    #else
    ...                     (must fail)
    #endif
"""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import compiler

case, build = map(pathlib.Path, sys.argv[1:])
source = case.read_text()
command = compiler.syntax_check(build) + compiler.precompiled(build)
expected = re.findall(r"^// EXPECT: *(.*\S)", source, re.MULTILINE)
budget = int((re.findall(r"^// LINES: *(\d+)", source, re.MULTILINE) or [20])[0])


def compile_case(*options):
    run = subprocess.run([*command, *options, str(case)], cwd=build, capture_output=True, text=True)
    return run.returncode, run.stderr


def one_space(text):
    return " ".join(text.split())


problems = []
code, text = compile_case()
# Which header was included from where depends on the precompiled header, which a user has not.
lines = [
    line for line in text.splitlines() if not re.match(r"(In file included| +) from .*[:,]$", line)
]
if not expected:
    problems.append("the case has no EXPECT line")
if code == 0:
    problems.append("the mistake compiles")
if "internal compiler error" in text or code < 0:
    problems.append("the compiler crashed")
for words in expected:
    if one_space(words) not in one_space(text):
        problems.append(f"the diagnostics do not say: {words}")
if len(lines) > budget:
    problems.append(f"{len(lines)} lines of diagnostics, more than {budget}")

if "CORRECTED" not in source:
    problems.append("the case has no correction (#ifdef CORRECTED)")
corrected_code, corrected_text = compile_case("-DCORRECTED", "-Werror")
if corrected_code != 0:
    problems.append("the correction does not compile:\n" + corrected_text)

print(f"{len(lines)} lines of diagnostics:\n{text}")
for problem in problems:
    print(f"{case.name}: {problem}")
sys.exit(bool(problems))
