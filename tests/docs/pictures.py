# SPDX-License-Identifier: BSL-1.0
"""Checks that docs/experiments.md shows each picture of the experiments, and that examples/draw.py draws all
that it says it draws: pictures.py DRAW.PY. Drawing is skipped without matplotlib."""

import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

root = pathlib.Path(__file__).resolve().parents[2]
HISTORY = "epoch,loss,accuracy,validation_loss,validation_accuracy,seconds,samples_per_second\n"
GRID = [(x / 4, y / 4) for y in range(-4, 5) for x in range(-4, 5)]

# Figures in small, and words that their pictures must show.
FILES = {
    "history_no validation.csv": HISTORY + "1,2.5,0.1,,,0.1,10\n2,1.25,0.5,,,0.1,10\n",
    "history_plain.csv": HISTORY + "1,2.5,0.1,2.6,0.2,0.1,10\n2,1.25,0.5,1.5,0.4,0.1,10\n",
    "curves_loss.csv": 'panel,series,epoch,height\n"one, two",relu,1,0.125\n"one, two",relu,2,0.25\n',
    "regions.csv": "panel,x,y,probability\n"
    + "".join(f"line,{x},{y},{(x + 1) / 2}\n" for x, y in GRID),
    "points.csv": "x,y,label\n0.5,0.5,0\n-0.5,0.25,1\n",
    "confusion.csv": "target,predicted,count\ncat,cat,7\ncat,dog,0\ndog,cat,21\ndog,dog,9\n",
    "images_units.csv": "image,row,column,value\n0,0,0,1\n0,0,1,-1\n1,0,0,0.5\n1,0,1,0.25\n",
    "weights_new.csv": "layer,weight\ndense 2 x 2,0.5\ndense 2 x 2,-0.25\ndense 2 x 2,0.1\n",
}
WORDS = {
    "learning_curves": ["no validation", "plain", "accuracy, %"],
    "loss": ["one, two", "relu", "height"],
    "regions": ["line"],
    "confusion": ["cat", "dog", "21", "predicted"],
    "units": ["0", "1"],
    "weights": ["dense 2 x 2", "new"],
}

problems = []


def check_page():
    text = (root / "docs" / "experiments.md").read_text()
    shown = set(re.findall(r"\]\(pictures/experiments/(\S+)\)", text))
    there = {path.name for path in (root / "docs" / "pictures" / "experiments").glob("*.svg")}
    problems.extend(f"docs/experiments.md shows {name}, which is not there" for name in shown - there)
    problems.extend(f"docs/experiments.md does not show {name}" for name in there - shown)


def draw(folder, to):
    return subprocess.run([sys.executable, sys.argv[1], folder, to], capture_output=True, text=True)


def check_drawing(folder):
    """False without matplotlib."""
    small = folder / "small"
    small.mkdir()
    for name, text in FILES.items():
        (small / name).write_text(text)
    for to in ("first", "second"):
        done = draw(small, folder / to)
        if done.returncode == 77:
            return False
        if done.returncode != 0:
            problems.append(f"draw.py fails:\n{done.stderr}")
            return True
    drawn = {path.name for path in (folder / "first").iterdir()}
    if drawn != {f"small_{name}.svg" for name in WORDS}:
        problems.append(f"draw.py draws {sorted(drawn)}")
        return True
    for name, words in WORDS.items():
        path = folder / "first" / f"small_{name}.svg"
        text = path.read_text()
        shown = [each.strip() for each in xml.etree.ElementTree.fromstring(text).itertext()]
        problems.extend(f"{name} does not show {word}" for word in words if word not in shown)
        if text != (folder / "second" / path.name).read_text():
            problems.append(f"{name}: equal figures give another file")
    (folder / "empty").mkdir()
    if draw(folder / "empty", folder / "none").returncode == 0:
        problems.append("draw.py does not say that there is nothing to draw")
    return True


check_page()
with tempfile.TemporaryDirectory() as name:
    can_draw = check_drawing(pathlib.Path(name))
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0 if can_draw else 77)
