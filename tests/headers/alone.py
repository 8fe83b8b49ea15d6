# SPDX-License-Identifier: BSL-1.0
"""Checks that each header compiles by itself: alone.py INCLUDE_FOLDER BUILD_FOLDER LEFT_OUT..."""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import compiler

include, build = map(pathlib.Path, sys.argv[1:3])
command = compiler.syntax_check(build) + ["-O0", "-x", "c++", "-"]


def diagnostics(header):
    source = f"#include <{header.relative_to(include).as_posix()}>\n"
    run = subprocess.run(command, input=source, cwd=build, capture_output=True, text=True)
    return header, run.returncode, run.stderr


left_out = {include / name for name in sys.argv[3:]}
headers = sorted(set(include.rglob("*.hpp")) - left_out)
failed = 0
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    for header, code, text in pool.map(diagnostics, headers):
        if code != 0:
            failed += 1
            print(f"{header.relative_to(include)} does not compile alone:\n{text}")
print(f"{len(headers) - failed} of {len(headers)} headers compile alone")
sys.exit(failed > 0 or not headers)
