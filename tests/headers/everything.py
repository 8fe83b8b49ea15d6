# SPDX-License-Identifier: BSL-1.0
"""Writes a header that includes all headers: everything.py INCLUDE_FOLDER OUTPUT LEFT_OUT..."""

import pathlib
import sys

include, output = map(pathlib.Path, sys.argv[1:3])
headers = sorted(h.relative_to(include).as_posix() for h in include.rglob("*.hpp"))
text = "#pragma once\n" + "".join(f"#include <{h}>\n" for h in headers if h not in sys.argv[3:])
if not output.exists() or output.read_text() != text:
    output.write_text(text)
