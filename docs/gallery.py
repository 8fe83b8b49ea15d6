# SPDX-License-Identifier: BSL-1.0
"""Writes docs/activations.md and docs/pictures/ from the catalogue: gallery.py PROGRAM

PROGRAM is what docs/gallery.cpp compiles to; `./dev gallery` does both. With --check it only looks
whether the page has every function of the catalogue."""

import json
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[1]
docs = root / "docs"
pictures = docs / "pictures"

# Pixels of a picture, and of its margins: room for numbers on the left and below.
width, height = 372, 246
left, right, top, bottom = 22, 366, 6, 226
value_colour, slope_colour, axis_colour, grid_colour = "#2f7ed8", "#e07b00", "#8a8f98", "#8a8f9840"


def catalogue():
    """Names of the functions that the catalogue's headers define."""
    names = []
    include = root / "include" / "ctgrad" / "catalogue"
    umbrella = include / "activations.hpp"
    headers = [umbrella] + [
        include / name
        for name in re.findall(r"#include <ctgrad/catalogue/(\w+\.hpp)>", umbrella.read_text())
    ]
    for header in headers:
        names += re.findall(r"^(?:inline )?constexpr auto (\w+)(?= =|\()", header.read_text(), re.M)
    return names


def table_rows(path):
    """Cells of each row of the tables in a page, by the first cell."""
    rows = {}
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) > 1:
            rows.setdefault(cells[0], cells[1:])
    return rows


def short(value):
    return f"{value:.4g}".replace("-inf", "-∞").replace("inf", "∞")


def typeset(latex):
    """LaTeX that GitHub shows, numbers cut to six digits."""
    latex = re.sub(r"\\operatorname\{(log|tanh|sin|cos)\}", r"\\\1", latex)
    latex = latex.replace(r"\operatorname{minimum}", r"\min").replace(
        r"\operatorname{maximum}", r"\max"
    )
    latex = latex.replace(r"\operatorname{atan}", r"\arctan").replace(r"\operatorname", r"\mathrm")
    return re.sub(r"\d+\.\d{6,}", lambda found: f"{float(found.group()):.6g}", latex)


def simplified(points, tolerance):
    """The points that a line needs so that none is farther from it than that (Douglas, Peucker)."""
    if len(points) < 3:
        return points
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
    distances = [abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length for x, y in points]
    farthest = max(range(len(points)), key=distances.__getitem__)
    if distances[farthest] <= tolerance:
        return [points[0], points[-1]]
    return simplified(points[: farthest + 1], tolerance)[:-1] + simplified(
        points[farthest:], tolerance
    )


def picture(function):
    """The function and its derivative, with as many pixels for 1 on both axes."""
    low, high = function["view"]
    unit = (right - left) / (high - low)
    lowest = -0.4 * (bottom - top) / unit
    highest = 0.6 * (bottom - top) / unit

    def place(x, y):
        return left + (x - low) * unit, bottom - (y - lowest) * unit

    def number(value):
        return f"{value:.2f}".rstrip("0").rstrip(".")

    def line(start, end, colour):
        (x1, y1), (x2, y2) = place(*start), place(*end)
        d = f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"
        return f'<path d="{d}" stroke="{colour}"/>'

    def curve(lines, style):
        d = ""
        for points in lines:
            # What lies outside is cut off by the frame; far outside it is not worth digits.
            placed = [place(x, min(max(y, 3 * lowest), 3 * highest)) for x, y in points]
            d += "M" + "L".join(f"{number(x)} {number(y)}" for x, y in simplified(placed, 0.08))
        return f'<path d="{d}" clip-path="url(#frame)" {style}/>'

    def label(x, y, anchor, value):
        return f'<text x="{number(x)}" y="{number(y)}" text-anchor="{anchor}">{value}</text>'

    step = 1 if high - low <= 10 else 2
    ticks_x = range(int(low), int(high) + 1, step)
    ticks_y = [y for y in range(int(lowest), int(highest) + 1) if y % step == 0]
    name = function["name"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" fill="none" font-family="sans-serif" font-size="10">',
        f"<title>{name}: the function (solid) and its derivative (dashed)</title>",
        f'<clipPath id="frame"><path d="M{left} {top}H{right}V{bottom}H{left}Z"/></clipPath>',
    ]
    for x in ticks_x:
        parts.append(line((x, lowest), (x, highest), grid_colour if x else axis_colour))
    for y in ticks_y:
        parts.append(line((low, y), (high, y), grid_colour if y else axis_colour))
    parts.append(f'<g fill="{axis_colour}">')
    parts += [label(place(x, 0)[0], bottom + 13, "middle", x) for x in ticks_x]
    parts += [label(left - 5, place(0, y)[1] + 3.5, "end", y) for y in ticks_y]
    parts.append("</g>")
    parts.append(curve(function["value_curve"], f'stroke="{value_colour}" stroke-width="2.4"'))
    # On top, so that both are seen where they are equal.
    dashed = f'stroke="{slope_colour}" stroke-width="1.8" stroke-dasharray="5 4"'
    parts.append(curve(function["slope_curve"], dashed))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def properties(function):
    """What is known of a function, a line each."""
    brackets = ("[" if function["attains_low"] else "(", "]" if function["attains_high"] else ")")
    span = f"{brackets[0]}{short(function['low'])}, {short(function['high'])}{brackets[1]}"
    character = [function["direction"], function["symmetry"], function["continuity"]]
    if function["identity"]:
        character.append("the identity at the origin")
    ends = [f"{function[side]} on the {side}" for side in ("left", "right") if function[side]]
    if function["left"] and function["left"] == function["right"]:
        ends = [f"{function['left']} on both sides"]
    yield "Range", span
    yield "Character", ", ".join(filter(None, character + ends))
    yield "Largest slope", short(function["slope"])
    gain = f"weights {function['automatic']:.3f} / fan-in"
    if function["biases"]:
        gain += f"; deep: {function['weights']:.3f} / fan-in, biases {function['biases']:.3f}"
    yield "Initial variance", gain



def file_name(name):
    return re.sub(r"[^\w.]+", "_", name).strip("_") + ".svg"


def section(function, errors, ratios):
    name = function["name"]
    lines = [f"## {name}", "", f"![{name}](pictures/{file_name(name)})", ""]
    for symbol, key in (("f(x)", ""), ("f'(x)", "derivative_")):
        lines += ["```math", f"{symbol} = {typeset(function[key + 'latex'])}", "```", ""]
    lines += [
        "```",
        f"f  = {function['text']}",
        f"f' = {function['derivative_text']}",
        "```",
        "",
        "| | |",
        "|---|---|",
    ]
    lines += [f"| {key} | {value} |" for key, value in properties(function)]
    # Value, beside its zeros, slope, beside its zeros; the same of the fast tier.
    value, _, slope, _, fast_value, _, fast_slope, _, _, time, fast_time = [
        cell.split()[0] for cell in errors[name]
    ]
    lines.append(
        f"| Worst error, f and f' | {value} and {slope} ULP; fast {fast_value} and {fast_slope} |"
    )
    lines.append(f"| Time, f and f' together | {time} ns; fast {fast_time} ns |")
    ratio = ratios.get(re.sub(r"\(1\)$", "", name))
    if ratio:
        lines.append(
            f"| Time / hand-written SIMD | forward {ratio[0]}, backward {ratio[1]}, both {ratio[2]} |"
        )
    return lines + [""]


def formula_section(formula):
    """A formula of rows or of several inputs, with what flows back to each input."""
    name = formula["name"]
    gradients = formula["gradients"]
    lines = [f"## {name}", "", "```math", f"y = {typeset(formula['latex'])}", "```", ""]
    for leaf, (_, latex) in gradients.items():
        symbol = leaf if len(leaf) == 1 else rf"\mathrm{{{leaf}}}"
        lines += ["```math", rf"\mathrm{{d}}{symbol} = {typeset(latex)}", "```", ""]
    width = max(map(len, gradients)) + 1
    lines += ["```", f"{'y':{width}} = {formula['text']}"]
    lines += [f"{'d' + leaf:{width}} = {text}" for leaf, (text, _) in gradients.items()]
    return lines + ["```", ""]


def main():
    if sys.argv[1] == "--check":
        text = (docs / "activations.md").read_text()
        shown = re.findall(r"^## (\w+)", text, re.M)
        missing = [name for name in catalogue() if name not in shown]
        missing += [
            picture for picture in re.findall(r"\]\((pictures/\S+)\)", text)
            if not (docs / picture).is_file()
        ]
        for name in missing:
            print(f"docs/activations.md: {name} is missing: docs/catalogue.hpp, then ./dev gallery")
        sys.exit(bool(missing))
    run = subprocess.run([sys.argv[1]], capture_output=True, text=True, check=True)
    shown = [json.loads(line) for line in run.stdout.splitlines()]
    functions = [entry for entry in shown if "low" in entry]
    formulas = [entry for entry in shown if "gradients" in entry]
    errors = table_rows(docs / "activation_errors.md")
    ratios = table_rows(root / "README.md")
    unmeasured = [entry["name"] for entry in functions if entry["name"] not in errors]
    if unmeasured:
        sys.exit(f"docs/activation_errors.md lacks {', '.join(unmeasured)}: run ./dev accuracy")
    page = [
        "# Activations",
        "",
        "Every function of the [catalogue](../include/ctgrad/catalogue/activations.hpp), as it is",
        "written there, with the derivative that the library makes of it, and what it finds out about",
        "it (graph/properties.hpp, graph/gain.hpp).",
        "Solid is the function, dashed its derivative. *Dies* means that the slope is exactly 0 from",
        "some point on, *saturates* that it tends to 0. *Initial variance* is that of the weights in",
        "front of the function, and with `initialiser::deep` of the biases too, where that differs",
        "([decisions](decisions.md)). Errors in float, in units in the last place or of the fast tier",
        "relative, and times of one number are those of [activation_errors.md](activation_errors.md);",
        "ratios to hand-written code those of the [README](../README.md), where it has them.",
        "",
        "Made by `./dev gallery`.",
        "",
        "| | f(x) | range | character |",
        "|---|---|---|---|",
    ]
    pictures.mkdir(exist_ok=True)
    for old in pictures.glob("*.svg"):
        old.unlink()
    for function in functions:
        known = dict(properties(function))
        anchor = re.sub(r"[^\w-]", "", function["name"].replace(" ", "-"))
        page.append(
            f"| [{function['name']}](#{anchor}) | `{function['text']}` | {known['Range']}"
            f" | {known['Character']} |"
        )
    page.append("")
    for function in functions:
        page += section(function, errors, ratios)
        (pictures / file_name(function["name"])).write_text(picture(function))
    page += [
        "# Of rows and of several inputs",
        "",
        "Softmax and the norms see a row as a whole, gated units have two inputs, maxout as many as",
        "you like. dy is the gradient that comes in.",
        "",
    ]
    for formula in formulas:
        page += formula_section(formula)
    (docs / "activations.md").write_text("\n".join(page).rstrip() + "\n")
    print(f"docs/activations.md: {len(functions)} functions, {len(formulas)} formulas")


main()
