# SPDX-License-Identifier: BSL-1.0
"""Compiles tests/precompiled.hpp as the tests are compiled: precompile.py BUILD HEADER OUTPUT DEPFILE"""

import subprocess
import sys

import compiler

build, header, output, depfile = sys.argv[1:]
command = compiler.command(build)
# The dependencies of the output, for ninja.
command += ["-MD", "-MF", depfile, "-MT", output]
sys.exit(subprocess.run([*command, "-x", "c++-header", header, "-o", output], cwd=build).returncode)
