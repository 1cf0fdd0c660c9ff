"""How much of everything a run of scripts/bench measures."""

import dataclasses
import sys
import time


@dataclasses.dataclass(frozen=True)
class Plan:
    """Numbers of groups, pushes and rounds; times in seconds. A window is one measurement of pushes."""

    few: int = 100
    groups: int = 10_000
    # Memory and latency.
    many: int = 50_000
    most: int = 100_000
    # Ready after kill -9: ten series each.
    kept: int = 60_000
    connections: tuple = (1, 16, 64, 256)
    # One group of so many series, and so many groups of so many series.
    large_series: int = 50_000
    wide_groups: int = 1000
    wide_series: int = 1000
    # What Holdfast and the ceiling get before they are measured: the JVM compiles meanwhile.
    warm_up: int = 10
    # Three JVMs that compile on the same cores need longer: the rate still doubles after 20 s.
    cluster_warm_up: int = 45
    # What is compared is measured in turns, A B A B, so that a machine that gets slower or faster
    # does so for both.
    rounds: int = 3
    window: int = 8
    # The real one answers about two pushes a second.
    slow_window: int = 20
    long_load: int = 60
    # Of the top rate, in per cent, and how long each rate is held.
    loads: tuple = (30, 50, 70, 90)
    load_window: int = 20
    load_warm_up: int = 5
    first_seconds: int = 30
    starts: int = 3
    scrapes: int = 7
    slow_scrapes: int = 3
    kills: int = 3
    # Of a cluster: how often a node copies or repairs, how many groups are repaired, how long a
    # node is frozen, and the pushes a second beside a copy.
    copies: int = 3
    differing: int = 1000
    freeze: int = 5
    beside: int = 1000
    # Scenarios that users have reported: see scenarios.py. Their own numbers are divided by this.
    smaller: int = 1
    minute: int = 60
    steady_load: int = 30


QUICK = Plan(
    few=20, groups=500, many=1000, most=2000, kept=1000, connections=(1, 16), large_series=2000,
    wide_groups=20, wide_series=200, warm_up=1, cluster_warm_up=1, rounds=1, window=1, slow_window=2,
    long_load=1, loads=(30, 70), load_window=1, load_warm_up=1, first_seconds=3, starts=1, scrapes=2,
    slow_scrapes=1, kills=1, copies=1, differing=100, freeze=3, beside=100, smaller=50, minute=2,
    steady_load=2)


def say(what):
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr)
