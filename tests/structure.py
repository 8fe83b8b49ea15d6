# SPDX-License-Identifier: BSL-1.0
"""Checks the order of the layers and that no test, example or benchmark is left out of the build."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[1]
include = root / "include" / "ctgrad"

# What a folder may include besides itself and core/; what those may include counts too.
allowed = {
    "core": [],
    "symbolic": [],
    "graph": ["symbolic"],
    "catalogue": ["symbolic"],
    "tensor": [],
    "simd": ["graph", "tensor"],
    "layers": ["catalogue", "simd"],
    "network": ["layers"],
    "data": ["tensor"],
    "train": ["network", "data", "io"],
    "io": ["network"],
}
# Umbrella headers lie beside the folders. This one must not need zlib.
left_out_of_umbrella = {"data", "train", "io"}
# Headers of others, by the first part of their name, and who may include them.
foreign = {
    "xsimd": ["simd/architecture.hpp"],
    "zlib.h": ["data/gzip.hpp", "data/zip.hpp"],
    "tbb": ["train/threads.hpp"],
}

problems = []


def reachable(folder):
    result = {folder, "core"}
    for below in allowed[folder]:
        result |= reachable(below)
    return result


def includes(path):
    return re.findall(r"^\s*#\s*include\s*([<\"])([^>\"]+)", path.read_text(), re.MULTILINE)


for header in sorted(include.rglob("*.hpp")):
    name = header.relative_to(include).as_posix()
    folder = name.split("/")[0] if "/" in name else None
    if folder and folder not in allowed:
        problems.append(f"{name}: tests/structure.py does not know its folder")
        continue
    for quote, target in includes(header):
        first, _, rest = target.partition("/")
        if first == "ctgrad":
            if not (include / rest).is_file():
                problems.append(f"{name}: {target} does not exist")
            to = rest.split("/")[0] if "/" in rest else None
            if folder and to is None:
                problems.append(f"{name} includes the umbrella {target}")
            elif folder and to not in reachable(folder):
                problems.append(f"{name} includes {target}, which lies above or beside it")
            elif name == "ctgrad.hpp" and to in left_out_of_umbrella:
                problems.append(f"{name} includes {target}, which is to be included by itself")
        elif quote == '"':
            problems.append(f'{name}: write <ctgrad/...> instead of "{target}"')
        elif first in foreign and name not in foreign[first]:
            problems.append(f"{name} includes {target}; only {foreign[first][0]} may")


def check_listed(folder, pattern, skip=()):
    listed = set(re.findall(r"'([\w/]+)(?:\.cpp)?'", (root / folder / "meson.build").read_text()))
    for source in sorted((root / folder).glob(pattern)):
        path = source.relative_to(root / folder).with_suffix("")
        name = path.name if path.parts[0] in ("laws", "compile_fail") else path.as_posix()
        if path.parts[0] not in skip and name not in listed:
            problems.append(f"{folder}/meson.build does not list {source.relative_to(root)}")


check_listed("tests", "**/*.cpp", skip=("headers", "cross", "fuzz"))
check_listed("examples", "*.cpp")
check_listed("benchmarks", "**/*.cpp")

for problem in problems:
    print(problem)
sys.exit(bool(problems))
