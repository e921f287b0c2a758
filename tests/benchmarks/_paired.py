"""Time two ways to compute the same thing, alternately and in one process, and keep the ratio."""

import math
import os
import statistics
import time

import numpy as np

# The processor's time: a neighbour on the machine does not count. Windows measures it too coarsely.
clock = time.perf_counter if os.name == "nt" else time.process_time
LASTING = 0.02  # s that the fast side is repeated for in every round


def seconds(function, repeat=1):
    """Time of one call, averaged over `repeat` of them."""
    start = clock()
    for _ in range(repeat):
        function()
    return (clock() - start) / repeat


def repeats(function, lasting=LASTING):
    """How many calls last at least as long as `lasting`; the first call warms the caches and is not counted."""
    function()
    number = 1
    while (once := seconds(function, number)) * number < lasting / 4:
        number *= 4
    return max(1, math.ceil(lasting / once))


def ratio(slow, fast, rounds, share=1.0):
    """How many times longer `slow` takes than `fast`, the median of the rounds.

    `share` is the part of the task that one call of `slow` does (the whole by default). A short slow side is repeated
    as long as the fast one.
    """
    np.empty(4_000_000)  # 32 MB, freed at once: the allocator reaches its steady state
    often = repeats(fast)
    first, few, ratios = seconds(slow), 1, []
    if first > LASTING:
        ratios.append(first / seconds(fast, often))
    else:
        few = math.ceil(LASTING / first)
    while len(ratios) < rounds:
        ratios.append(seconds(slow, few) / seconds(fast, often))
    return statistics.median(ratios) / share
