# SPDX-License-Identifier: BSL-1.0
"""The compiler command of a build directory, for tests that call the compiler themselves."""

import json
import pathlib
import shlex


def command(build_directory):
    """How a test is compiled, without its files and without the precompiled header."""
    commands = json.loads((pathlib.Path(build_directory) / "compile_commands.json").read_text())
    entry = next(c for c in commands if c["file"].endswith("tests/core/shape.cpp"))
    result = []
    arguments = iter(shlex.split(entry["command"]))
    for argument in arguments:
        if argument in ("-o", "-MF", "-MQ", "-MT", "-include", "-include-pch"):
            next(arguments)
        elif argument not in ("-c", "-MD", entry["file"]):
            result.append(argument)
    # Include folders may be relative to the build directory: run the command there.
    return result


def syntax_check(build_directory):
    """The same with a syntax check only."""
    return command(build_directory) + ["-fsyntax-only", "-fdiagnostics-color=never"]


def precompiled(build_directory):
    """The arguments with which the tests take the precompiled header."""
    header = pathlib.Path(build_directory) / "tests" / "precompiled.hpp.gch"
    is_clang = any("clang" in word for word in command(build_directory)[:2])
    return ["-include-pch", str(header)] if is_clang else ["-include", "precompiled.hpp"]
