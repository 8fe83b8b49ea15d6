# SPDX-License-Identifier: BSL-1.0
"""The compiler command of a build directory, for tests that call the compiler themselves."""

import json
import pathlib
import shlex


def syntax_check(build_directory):
    """The command that compiles headers/one.cpp, without its files and with a syntax check only."""
    commands = json.loads((pathlib.Path(build_directory) / "compile_commands.json").read_text())
    entry = next(c for c in commands if c["file"].endswith("tests/headers/one.cpp"))
    command = []
    arguments = iter(shlex.split(entry["command"]))
    for argument in arguments:
        if argument in ("-o", "-MF", "-MQ", "-MT"):
            next(arguments)
        elif argument not in ("-c", "-MD", entry["file"]):
            command.append(argument)
    # Include folders may be relative to the build directory: run the command there.
    return command + ["-fsyntax-only", "-fdiagnostics-color=never"]
