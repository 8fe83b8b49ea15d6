# SPDX-License-Identifier: BSL-1.0
"""Writes more_activations.tsv: name, x, f, f', f'' to 17 digits, for the arguments of activations.tsv.

Needs mpmath. The formulas are written here a second time, so that a mistake in the catalogue is seen.
With 1500 digits and steps of 10^-400, central differences have hundreds of right digits wherever f is
computed without loss; a dash stands where a derivative does not exist. Waves stop at 1000, as `sine`
does in activations.tsv. The tests need only the table.
"""

import pathlib

from mpmath import (cos, erf, exp, expm1, isnan, log1p, mp, mpf, nan, nstr, sin, sqrt, tanh)

mp.dps = 1500
folder = pathlib.Path(__file__).parent


def sigmoid(x):
    return 1 / (1 + exp(-x))


def softplus(x):
    return log1p(exp(x))


def clamp(x, low, high):
    return min(max(x, low), high)


def bounded_relu(x, slope, largest, theta):
    return largest if x >= largest else x if x >= theta else slope * (x - theta)


def s_shaped_relu(x, left_at, left_slope, right_at, right_slope):
    if x >= right_at:
        return right_at + right_slope * (x - right_at)
    return x if x > left_at else left_at + left_slope * (x - left_at)


def square_nonlinearity(x):
    if abs(x) > 2:
        return mpf(1) if x > 0 else mpf(-1)
    return x - x * abs(x) / 4


third = mpf(1) / 3
always = 3

# Name, function, and the order of the first derivative that does not exist at 0, where it has a kink.
functions = [
    ("clipped_relu(20)", lambda x: clamp(x, mpf(0), mpf(20)), 1),
    ("thresholded_relu(1)", lambda x: x if x > 1 else mpf(0), always),
    ("threshold(0.5,-2)", lambda x: x if x > 0.5 else mpf(-2), always),
    ("bounded_relu(0.25,6,1)", lambda x: bounded_relu(x, mpf("0.25"), mpf(6), mpf(1)), always),
    ("squared_relu", lambda x: max(x, mpf(0)) ** 2, 2),
    ("absolute_value", abs, 1),
    ("parametric_relu", lambda x: x if x > 0 else x / 4, 1),
    ("randomized_relu", lambda x: x if x > 0 else (mpf("0.125") + third) / 2 * x, 1),
    ("s_shaped_relu(-1,0.25,2,0.5)",
     lambda x: s_shaped_relu(x, mpf(-1), mpf("0.25"), mpf(2), mpf("0.5")), always),
    ("isrlu(3)", lambda x: x if x > 0 else x / sqrt(1 + 3 * x * x), always),
    ("squareplus(4)", lambda x: (x + sqrt(x * x + 4)) / 2, always),
    ("sparse_plus", lambda x: mpf(0) if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4, always),
    ("bent_identity", lambda x: (sqrt(x * x + 1) - 1) / 2 + x, always),
    ("lecun_tanh", lambda x: mpf("1.7159") * tanh(2 * x / 3), always),
    ("isru(3)", lambda x: x / sqrt(1 + 3 * x * x), always),
    ("sparse_sigmoid", lambda x: clamp((x + 1) / 2, mpf(0), mpf(1)), always),
    ("hard_tanh_between(-2,3)", lambda x: clamp(x, mpf(-2), mpf(3)), always),
    ("square_nonlinearity", square_nonlinearity, 2),
    ("hard_shrink(0.5)", lambda x: x if abs(x) > 0.5 else mpf(0), always),
    ("serf", lambda x: x * erf(softplus(x)), always),
    ("lisht", lambda x: x * tanh(x), always),
    ("elish", lambda x: (x if x > 0 else expm1(x)) * sigmoid(x), 2),
    ("exponential", exp, always),
    ("quadratic_unit", lambda x: x * x + x, always),
    ("cube", lambda x: x ** 3, always),
]
waves = [
    ("snake(3)", lambda x: x + sin(3 * x) ** 2 / 3, always),
    ("growing_cosine", lambda x: x * cos(x), always),
]


def row(name, function, kink, x):
    step = mpf(10) ** -400 * max(abs(x), mpf(1))
    below, here, above = (function(at) for at in (x - step, x, x + step))
    slope = (above - below) / (2 * step)
    curvature = (above - 2 * here + below) / step ** 2
    # What rounding leaves of an exact 0.
    size = mpf(10) ** -600 * max(abs(below), abs(here), abs(above))
    values = [here]
    for order, value, rounding in ((1, slope, size), (2, curvature, size)):
        exists = order < kink or x != 0
        values.append(value if exists else nan)
        if exists and abs(value) < rounding:
            values[-1] = mpf(0)
    fields = ["-" if isnan(value) else nstr(value, 17) for value in values]
    return "\t".join([name, repr(float(x)), *fields])


def arguments(name):
    lines = (folder / "activations.tsv").read_text().splitlines()
    return [mpf(float(line.split("\t")[1])) for line in lines if line.split("\t")[0] == name]


table = ["# name\tx\tf\tdf\td2f"]
for entries, like in ((functions, "identity"), (waves, "sine")):
    for name, function, kink in entries:
        table += [row(name, function, kink, x) for x in arguments(like)]
(folder / "more_activations.tsv").write_text("\n".join(table) + "\n")
