# SPDX-License-Identifier: BSL-1.0
"""Times of whole networks, from the programs in benchmarks/networks."""

import dataclasses
import math
import statistics

import common

PROGRAMS = ['training', 'throughput', 'latency']


@dataclasses.dataclass
class Measured:
    """One contestant with one network: medians, and how far the middle half of times is apart."""

    network: str
    detail: str  # the optimiser, or the rows at once
    contestant: str
    microseconds: float  # for a batch; in latency for a row
    samples: float  # a second
    share: float  # of the core's peak
    spread: float  # relative


def run_once(build, core, what, arguments):
    """One run of one of the programs; returns its JSON."""
    return common.run_once(build, core, arguments, f'networks_{what}')


def summaries(runs):
    """What all runs of a program say together, and the core's peak."""
    rows = {}
    for run in runs:
        for row in common.repetitions_of(run):
            name = row['run_name'].removesuffix('/process_time')
            rows.setdefault(name, []).append(row)
    peak = statistics.median(row['flops'] for row in rows.pop('peak'))
    return [summary(name, each, peak) for name, each in rows.items()], peak


def summary(name, rows, peak):
    _, network, detail, contestant = name.split('/')
    samples = statistics.median(row['items_per_second'] for row in rows)
    times = [row['cpu_time'] for row in rows]
    time = statistics.median(times)
    if name.startswith('latency/'):
        time = 1e6 / samples
    quarters = statistics.quantiles(times, n=4) if len(times) > 1 else [time, time, time]
    return Measured(network, detail, contestant, time, samples,
                    statistics.median(row['flops'] for row in rows) / peak,
                    (quarters[2] - quarters[0]) / statistics.median(times))


def kind_of(network):
    """What a network is made of."""
    if network.startswith('LeNet'):
        return 'images'
    return 'recurrent' if network.endswith(('GRU', 'LSTM')) else 'dense'


def in_order(results):
    """By the sizes of the network, LeNet last; SGD before Adam; few rows before many."""
    def order(each):
        sizes = [int(size) for size in each.network.split()[0].split('-') if size.isdigit()]
        return not sizes, sizes, int(each.detail) if each.detail.isdigit() else len(each.detail)
    return sorted(results, key=order)


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def by_case(results):
    """(network, detail) -> {contestant: Measured}, in that order."""
    cases = {}
    for each in in_order(results):
        cases.setdefault((each.network, each.detail), {})[each.contestant] = each
    return cases
