# SPDX-License-Identifier: BSL-1.0
"""Times of whole networks, from the programs in benchmarks/networks."""

import dataclasses
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

    def case(self):
        return self.network, self.detail


def measure(build, core, what, arguments, rounds=1):
    """Runs one of the programs; returns its results, the core's peak and the last raw JSON."""
    rows = {}
    for _ in range(rounds):
        raw = common.run_once(build, core, arguments, f'networks_{what}')
        for row in common.repetitions_of(raw):
            name = row['run_name'].removesuffix('/process_time')
            rows.setdefault(name, []).append(row)
    peak = statistics.median(row['flops'] for row in rows.pop('peak'))
    return [summary(name, each, peak) for name, each in rows.items()], peak, raw


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


def by_case(results):
    """(network, detail) -> {contestant: Measured}, in the order of their names' numbers."""
    cases = {}
    for each in results:
        cases.setdefault(each.case(), {})[each.contestant] = each
    def order(case):
        network, detail = case
        sizes = [int(size) for size in network.split()[0].split('-')]
        return sizes, int(detail) if detail.isdigit() else -len(detail)
    return {case: cases[case] for case in sorted(cases, key=order)}
