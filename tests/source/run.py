# SPDX-License-Identifier: BSL-1.0
"""Compiles or runs formulas that were printed as source, and compares: run.py c|cuda|numpy PROGRAM

PROGRAM writes the sources, and cases.json with what goes in and what has to come out. Exit code 77
(skipped) where there is no C compiler, or no NumPy.

A result may be off by 4 units in the last place, and by twice what errors of 4 units in each step of
the same computation were seen to do. NaN must be NaN. CUDA is compiled as C++ by the same compiler,
in float, at points where float has room.
"""

import ctypes
import json
import math
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings

language, program = sys.argv[1:]
problems = []
compared = 0
rough = 0


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def read(lists):
    return [[float.fromhex(number) for number in numbers] for numbers in lists]


def check(case, at, got, want, rounding, epsilon):
    global compared, rough
    compared += 1
    if math.isnan(want):
        right = math.isnan(got)
    elif math.isinf(want) or math.isinf(got):
        right = got == want
    else:
        scale = epsilon / sys.float_info.epsilon
        # Steps below the smallest normal number lose digits.
        tiny = 1e-318 if scale == 1 else 1e-36
        allowed = scale * (4 * math.ulp(want) + 2 * rounding) + tiny
        right = abs(got - want) <= allowed
        rough += abs(got - want) > scale * 4 * math.ulp(want) + tiny
    # Where an error can make any number, or NaN, of the result, there is no right one.
    if not right and not math.isfinite(rounding):
        return
    if not right:
        problems.append(f"{case['name']} at {at}: {got!r} instead of {want!r} +- {rounding:g}")


def compare(case, point, results, epsilon=sys.float_info.epsilon):
    inputs, wanted, roundings = (read(point[key]) for key in ("in", "out", "rounding"))
    room = 1e4
    for k, (got, want, rounding) in enumerate(zip(results, wanted, roundings, strict=True)):
        if len(got) != len(want):
            problems.append(f"{case['name']}: {len(got)} instead of {len(want)} of output {k}")
            continue
        for j in range(len(want)):
            at = inputs if case["rows"] else [values[j] for values in inputs]
            fits = all(x == 0 or 1e-4 < abs(x) < room or not math.isfinite(x) for x in at) \
                if not case["rows"] else True
            if epsilon > sys.float_info.epsilon and (not fits or abs(want[j]) > 1e30):
                continue
            where = f"{at}" + (f"[{j}]" if case["rows"] else "") + f", output {k},"
            check(case, where, got[j], want[j], rounding[j], epsilon)


# C.


def wrapper(case, number):
    """A function of arrays of arrays around the one that is to be tested."""
    name = pathlib.Path(case["name"]).name
    variables, parameters = case["variables"], case["parameters"]
    leaves = variables + parameters
    find = f"{case['function']}"
    head = f"#include <stddef.h>\nvoid call_{name}(size_t n, {number} **in, {number} **out)\n{{\n"
    if not case["rows"]:
        arguments = [f"in[{k}][i]" for k in range(leaves)]
        arguments += [f"&out[{k + 1}][i]" for k in range(leaves)]
        return (
            head + "    for (size_t i = 0; i < n; ++i)\n"
            f"        out[0][i] = {find}({', '.join(arguments)});\n}}\n"
        )
    arguments = ["n"] + [f"in[{k}]" for k in range(variables)]
    arguments += [f"*in[{k}]" for k in range(variables, leaves)]
    arguments += [f"*in[{leaves}]" if case["row_value"] else f"in[{leaves}]"]
    arguments += [] if case["row_value"] else ["out[0]"]
    arguments += [f"out[{k + 1}]" for k in range(leaves)]
    start = "    *out[0] = " if case["row_value"] else "    "
    return head + f"{start}{find}({', '.join(arguments)});\n}}\n"


def function_name(text):
    """The name of the last function in a source, which may not be the one that was wished for."""
    heads = [line for line in text.splitlines() if "(" in line and not line.startswith((" ", "/*"))]
    return heads[-1].split("(")[0].split()[-1]


def run_compiled(cases, folder, suffix, number, command):
    chosen = [case for case in cases if (folder / (case["name"] + suffix)).exists()]
    text = ""
    for case in chosen:
        source = (folder / (case["name"] + suffix)).read_text()
        case["function"] = function_name(source)
        linkage = ('extern "C" {\n', "}\n") if suffix.endswith(".cu") else ("", "")
        text += source + wrapper(case, number).join(linkage)
    unit = folder / ("all" + suffix)
    unit.write_text(text)
    library = folder / ("all" + suffix + ".so")
    result = subprocess.run(
        [*command, "-O1", "-ffp-contract=off", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror",
         str(unit), "-o", str(library), "-lm"], capture_output=True, text=True)
    if result.returncode != 0:
        problems.append(f"{suffix} does not compile:\n{result.stderr[:3000]}")
        return
    loaded = ctypes.CDLL(str(library))
    scalar = ctypes.c_float if number == "float" else ctypes.c_double
    for case in chosen:
        for point in case["points"]:
            inputs, outputs = read(point["in"]), point["out"]
            size = len(inputs[0]) if inputs else 1

            def pointers(lists):
                arrays = [(scalar * len(values))(*values) for values in lists]
                kind = ctypes.POINTER(scalar) * len(arrays)
                return arrays, kind(*(ctypes.cast(a, ctypes.POINTER(scalar)) for a in arrays))

            _, into = pointers(inputs)
            arrays, out = pointers([[0.0] * len(values) for values in outputs])
            getattr(loaded, f"call_{case['name']}")(ctypes.c_size_t(size), into, out)
            epsilon = 2.0**-23 if number == "float" else sys.float_info.epsilon
            compare(case, point, [list(array) for array in arrays], epsilon)


def run_c(cases, folder):
    compiler = shlex.split(os.environ.get("CC", "")) or [shutil.which("cc") or ""]
    if not compiler[0]:
        skip("there is no C compiler")
    run_compiled(cases, folder, ".c", "double", [*compiler, "-std=c99"])
    run_compiled(cases, folder, ".float.c", "float", [*compiler, "-std=c99"])


def run_cuda(cases, folder):
    compiler = shlex.split(os.environ.get("CXX", "")) or [shutil.which("c++") or ""]
    if not compiler[0]:
        skip("there is no C++ compiler")
    device = ["-D__device__=", "-D__forceinline__=static inline", "-x", "c++"]
    run_compiled(cases, folder, ".cu", "float", [*compiler, *device])
    run_compiled(cases, folder, ".double.cu", "double", [*compiler, *device])


# NumPy.


def run_numpy(cases, folder):
    try:
        import numpy as np
    except ImportError:
        skip("there is no NumPy")
    warnings.simplefilter("error")
    for case in cases:
        source = (folder / (case["name"] + ".py")).read_text()
        names = {}
        exec(compile(source, case["name"] + ".py", "exec"), names)
        function = [value for name, value in names.items() if not name.startswith("__")][-1]
        for point in case["points"]:
            inputs = [np.array(values) for values in read(point["in"])]
            if case["rows"]:
                # Variables, the incoming gradient, parameters.
                seed = inputs.pop()
                inputs.insert(case["variables"], seed)
            with np.errstate(all="raise"):
                results = function(*inputs)
            compare(case, point, [np.ravel(result).tolist() for result in results])


with tempfile.TemporaryDirectory() as directory:
    folder = pathlib.Path(directory)
    subprocess.run([program, directory], check=True)
    cases = json.loads((folder / "cases.json").read_text())
    {"c": run_c, "cuda": run_cuda, "numpy": run_numpy}[language](cases, folder)

for problem in problems[:40]:
    print(problem[-1000:])
print(f"{compared} numbers compared, {len(problems)} problems; {rough} are off by more than 4 units in "
      "the last place")
sys.exit(bool(problems) or compared == 0)
