#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Draws the figures that examples, or your own programs, write as CSV: draw.py FOLDER PICTURES

Each picture is an SVG in the folder PICTURES, named after the last part of FOLDER and what it shows.
FOLDER may hold
    history_NAME.csv  what ctgrad's write_csv writes of a training: learning curves
    curves_NAME.csv   panel,series,epoch,y; the last name may be another and is shown
    regions.csv       panel,x,y,probability: what a classifier of two classes says on a grid
    points.csv        x,y,label: points upon the regions
    confusion_NAME.csv
                      target,predicted,count; or confusion.csv
    images_NAME.csv   image,row,column,value, such as the weights of units, or filters
    weights_NAME.csv  layer,weight: a histogram for each layer
Files that differ in NAME are one picture, but for curves and images. Equal figures give equal files."""

import csv
import io
import itertools
import math
import pathlib
import re
import sys

try:
    import matplotlib
except ImportError:
    print("draw.py: python3-matplotlib is missing", file=sys.stderr)
    sys.exit(77)

matplotlib.use("svg")
matplotlib.rcParams.update(
    {
        "svg.fonttype": "none",  # text stays text
        "svg.hashsalt": "ctgrad",
        "path.simplify": False,
        "font.size": 9,
        "axes.titlesize": 9,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "legend.frameon": False,
    }
)
from matplotlib import pyplot  # noqa: E402

COLOURS = ["#2f7ed8", "#e07b00", "#3a9b4b", "#c0392b", "#8e5bbf",
           "#7a5a44", "#d66fae", "#6b7280", "#a9a21c", "#17a3b8"]
WIDTH = 7.2


def read(path):
    """The columns' names, and the rows, with numbers where there are numbers."""

    def cell(text):
        try:
            return float(text) if text else math.nan
        except ValueError:
            return text

    with path.open(newline="") as file:
        names, *rows = csv.reader(file)
    return names, [[cell(text) for text in row] for row in rows]


def grouped(rows):
    """The rows without their first cell, by that: in the order in which they come first."""
    groups = {}
    for first, *rest in rows:
        groups.setdefault(first, []).append(rest)
    return groups


def series_name(path):
    return path.stem.partition("_")[2]


def panels(count, columns, height, widths=None, width=WIDTH):
    """A figure with so many axes in rows, and no more of them than those shown."""
    rows = math.ceil(count / columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(width, rows * height), squeeze=False,
                                   layout="constrained", gridspec_kw={"width_ratios": widths})
    flat = list(axes.flat)
    for axis in flat[count:]:
        axis.set_axis_off()
    return figure, flat[:count]


def count_epochs(axis):
    axis.set_xlabel("epoch")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.grid(alpha=0.25)


def legend(axis, lines, title=None):
    """Names of lines, alone on axes that show nothing else."""
    axis.set_axis_off()
    axis.legend(lines.values(), lines.keys(), title=title, loc="upper left", fontsize=8,
                title_fontsize=8, borderaxespad=0, alignment="left")


def learning_curves(paths):
    """Loss and accuracy by epoch: dashed on the training set, solid on the validation set."""
    figure, axes = panels(3, 3, 2.9, [1, 1, 0.45])
    shown = {}
    for colour, path in zip(itertools.cycle(COLOURS), paths):
        names, rows = read(path)
        columns = dict(zip(names, zip(*rows)))
        for axis, what in zip(axes, ("loss", "accuracy")):
            scale = 100 if what == "accuracy" else 1
            for prefix, style in (("", "--"), ("validation_", "-")):
                values = [scale * value for value in columns[prefix + what]]
                shown[series_name(path)], = axis.plot(columns["epoch"], values, style, color=colour,
                                                      linewidth=1.2)
    for axis, what in zip(axes, ("loss", "accuracy, %")):
        axis.set_title(what)
        count_epochs(axis)
    axes[0].set_ylim(bottom=0)
    legend(axes[2], shown, "solid: test\ndashed: training")
    return figure


def curves(path):
    """Lines by epoch, in panels."""
    names, rows = read(path)
    by_panel = grouped(rows)
    figure, axes = panels(len(by_panel) + 1, len(by_panel) + 1, 2.9, [1] * len(by_panel) + [0.45])
    colours, shown = {}, {}
    for axis, (panel, lines) in zip(axes, by_panel.items()):
        for series, points in grouped(lines).items():
            colour = colours.setdefault(series, COLOURS[len(colours) % len(COLOURS)])
            shown[series], = axis.plot(*zip(*points), color=colour, linewidth=1.2)
        axis.set_title(panel)
        count_epochs(axis)
    axes[0].set_ylabel(names[3])
    legend(axes[-1], shown)
    return figure


def regions(path):
    """Where a classifier says which of two classes, and the points that it learnt from."""
    by_panel = grouped(read(path)[1])
    points = path.with_name("points.csv")
    labelled = grouped([[label, x, y] for x, y, label in read(points)[1]] if points.exists() else [])
    # From the second class to the first.
    shades = ["#f1b67b", "#f5cda6", "#f6e6d7", "#e0e9f3", "#b9d1ee", "#92bae9"]
    figure, axes = panels(len(by_panel), 3, 2.6)
    for axis, (panel, rows) in zip(axes, by_panel.items()):
        xs = sorted({x for x, _, _ in rows})
        ys = sorted({y for _, y, _ in rows})
        values = {(x, y): value for x, y, value in rows}
        grid = [[values[x, y] for x in xs] for y in ys]
        axis.set_facecolor(shades[0])
        # One upon the other, so that each border is in the file once.
        for shade, level in zip(shades[1:], (0.1, 0.3, 0.5, 0.7, 0.9)):
            axis.contourf(xs, ys, grid, levels=[level, 2], colors=[shade])
        for colour, (_, pairs) in zip(("#1b5aa5", "#a85400"), sorted(labelled.items())):
            # Lines without length but with round ends: one path, where markers would be hundreds.
            dots = [dot for pair in pairs for dot in (pair, pair, (math.nan, math.nan))]
            axis.plot(*zip(*dots), color=colour, linewidth=2.6, solid_capstyle="round")
        axis.set(title=panel, xticks=[], yticks=[], aspect="equal", xlim=(xs[0], xs[-1]),
                 ylim=(ys[0], ys[-1]))
    return figure


def name_of(class_):
    return f"{class_:.0f}" if isinstance(class_, float) else class_


def confusion(paths):
    """Which class was taken for which: shares of the rows of a class as colour, counts as numbers."""
    alone = len(paths) == 1
    figure, axes = panels(len(paths), len(paths), 4.8 if alone else WIDTH / len(paths) + 0.3,
                          width=5.4 if alone else WIDTH)
    for axis, path in zip(axes, paths):
        by_target = grouped(read(path)[1])
        classes = list(by_target)
        counts = [[dict(row)[predicted] for predicted in classes] for row in by_target.values()]
        # The root makes the few mistakes visible beside the many that are right.
        shares = [[math.sqrt(count / max(sum(row), 1)) for count in row] for row in counts]
        axis.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=0.5)
        for i, row in enumerate(counts):
            for k, count in enumerate(row):
                if count:
                    axis.text(k + 0.5, i + 0.5, f"{count:.0f}", ha="center", va="center",
                              fontsize=7, color="white" if shares[i][k] > 0.6 else "black")
        ticks = [i + 0.5 for i in range(len(classes))]
        names = [name_of(each) for each in classes]
        turned = 45 if max(map(len, names)) > 2 else 0
        axis.set_xticks(ticks, names, rotation=turned, ha="right" if turned else "center",
                        rotation_mode="anchor")
        axis.set_yticks(ticks, names)
        axis.invert_yaxis()
        axis.set(xlabel="predicted", ylabel="target", aspect="equal", title=series_name(path))
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
    return figure


def images(path):
    """Numbers as images: blue above 0, red below, each as strong as its largest."""
    by_image = grouped(read(path)[1])
    columns = min(len(by_image), 8 if len(by_image) == 16 else 6 if len(by_image) == 6 else 5)
    figure, axes = panels(len(by_image), columns, WIDTH / columns)
    for axis, (image, cells) in zip(axes, by_image.items()):
        rows = [[value for _, value in row] for row in grouped(cells).values()]
        largest = max(abs(value) for row in rows for value in row)
        # Enlarged, as viewers blur small images.
        times = math.ceil(160 / len(rows[0]))
        large = [[value for value in row for _ in range(times)] for row in rows for _ in range(times)]
        axis.imshow(large, cmap="RdBu", vmin=-largest, vmax=largest, interpolation="none")
        axis.set(xticks=[], yticks=[])
        axis.set_title(name_of(image), pad=2, fontsize=7)
        axis.spines[:].set_visible(True)
        axis.spines[:].set_color("#8a8f98")
    return figure


def histograms(paths):
    """How weights are distributed: a panel for each layer, a line for each file."""
    series = {series_name(path): grouped(read(path)[1]) for path in paths}
    layers = list(next(iter(series.values())))
    figure, axes = panels(len(layers) + 1, 3 if len(layers) > 3 else len(layers) + 1, 2.2)
    shown = {}
    for axis, layer in zip(axes, layers):
        weights = {name: [value for value, in found[layer]] for name, found in series.items()}
        everything = sorted(abs(value) for values in weights.values() for value in values)
        # A few far outside would leave no room for the others: they count at the edge.
        widest = everything[int(0.998 * (len(everything) - 1))] or 1
        bins = 15 if len(everything) < 3000 else 41
        edges = [widest * (2 * i / bins - 1) for i in range(bins + 1)]
        for colour, (name, values) in zip(itertools.cycle(COLOURS), weights.items()):
            inside = [min(max(value, -widest), widest) for value in values]
            _, _, (shown[name],) = axis.hist(inside, bins=edges, histtype="step", color=colour,
                                             weights=[100 / len(values)] * len(values))
        axis.set(title=layer, xlabel="weight")
    axes[0].set_ylabel("% of the weights")
    legend(axes[-1], shown)
    return figure


def pictures_of(folder):
    """Names and figures of all that a folder holds."""

    def files(pattern):
        return sorted(folder.glob(pattern))

    for name, together, draw in (("learning_curves", "history_*.csv", learning_curves),
                                 ("confusion", "confusion*.csv", confusion),
                                 ("weights", "weights_*.csv", histograms)):
        if files(together):
            yield name, draw(files(together))
    for pattern, draw in (("curves_*.csv", curves), ("regions.csv", regions),
                          ("images_*.csv", images)):
        for path in files(pattern):
            yield path.stem.removeprefix("curves_").removeprefix("images_"), draw(path)


def write(figure, path):
    """Neither date nor version, and no more digits than one sees: equal figures, equal files."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    pyplot.close(figure)

    def shortened(tag):
        rounded = re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number.group()):.2f}", tag.group())
        return re.sub(r"M(\S+ \S+)L\1(?=[M\s])", r"M\1h0", re.sub(r"\s+([MLCz])\s", r"\1", rounded))

    path.write_text(re.sub(r"<[^>]+>", shortened, text.getvalue()))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder, to = map(pathlib.Path, sys.argv[1:])
    to.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for name, figure in pictures_of(folder):
        path = to / f"{folder.resolve().name}_{name}.svg".replace(" ", "_")
        write(figure, path)
        print(f"{path}: {path.stat().st_size / 1024:.0f} KB")
        drawn += 1
    if not drawn:
        sys.exit(f"draw.py: {folder} holds nothing to draw")


main()
