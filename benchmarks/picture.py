# SPDX-License-Identifier: BSL-1.0
"""Times of whole networks as bars: multiples of ctgrad's."""

import networks

# Few libraries have all kinds, so each has its own bars. Recurrent networks, measured with one row
# only, have none.
KINDS = {'dense': 'dense networks', 'images': 'LeNet'}
COLOURS = {'ctgrad': '#2f7ed8'}
TITLES = {'training': 'Training step, batch 64', 'throughput': 'Inference of many rows',
          'latency': 'Inference of one row'}


def mean_ratios(results):
    """contestant -> geometric mean of its time over ctgrad's, if it has all these networks."""
    cases = networks.by_case(results).values()
    ratios = {}
    for name in {each.contestant for each in results}:
        if all(name in case for case in cases):
            ratios[name] = networks.geometric_mean(
                case[name].microseconds / case['ctgrad'].microseconds for case in cases)
    return ratios


def write(path, run):
    """Writes an SVG with a group of bars for each program, or says why not."""
    try:
        import matplotlib
    except ImportError:
        print(f'no {path}: python3-matplotlib is missing')
        return
    matplotlib.use('svg')
    # Text stays text; the same times give the same file.
    matplotlib.rcParams.update({'svg.fonttype': 'none', 'svg.hashsalt': 'ctgrad', 'font.size': 9})
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(networks.PROGRAMS), len(KINDS), figsize=(10, 7.2),
                                   layout='constrained', squeeze=False)
    panels = [(what, kind) for what in networks.PROGRAMS for kind in KINDS]
    for axis, (what, kind) in zip(axes.flat, panels):
        of_kind = [each for each in run[what] if networks.kind_of(each.network) == kind]
        ratios = sorted(mean_ratios(of_kind).items(), key=lambda item: -item[1])
        names = [name for name, _ in ratios]
        bars = axis.barh(names, [ratio for _, ratio in ratios],
                         color=[COLOURS.get(name, '#8a8f98') for name in names])
        axis.bar_label(bars, padding=3, labels=[
            f'{ratio:.2f}' if ratio < 10 else f'{ratio:.0f}' for _, ratio in ratios])
        axis.axvline(1, color='#2f7ed8', linewidth=0.8)
        axis.set_xscale('log')
        axis.set_title(f'{TITLES[what]}, {KINDS[kind]}', loc='left')
        axis.minorticks_off()
        axis.spines[['top', 'right']].set_visible(False)
        axis.margins(x=0.15)
    figure.supxlabel(f'time / time of ctgrad, geometric mean over networks ({run["compiler"]})')
    figure.savefig(path, metadata={'Date': None})
