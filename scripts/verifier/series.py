"""How many terms a separated evaluation has (protocols/training.md 2, step 2)."""

import math
from operator import mul

MEAN, WEIGHT, LOSS, BRIER = "mean", "weight", "loss", "brier"
MOST_TERMS = 512
RANGES = {2.0**k for k in range(-3, 7)} | {1.5 * 2.0**k for k in range(-3, 6)}


def mean(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def weight(z):
    tail = math.exp(-abs(z))
    return tail / ((1 + tail) * (1 + tail))


def loss(z):
    return max(z, 0) + math.log1p(math.exp(-abs(z)))


def brier(z):
    return mean(z) ** 2


FUNCTIONS = {MEAN: mean, WEIGHT: weight, LOSS: loss, BRIER: brier}


def required_terms(kind, radius, bound):
    """The smallest even number whose tail is within the bound at every centre; None if there is none."""
    target, resolution = max(bound, 1e-12), 32
    while resolution <= 2 * MOST_TERMS:
        tails = worst_tails(kind, radius, resolution)
        if tails[resolution * 3 // 4] <= max(target / 1024, 2.0**-36):
            for terms in range(2, min(MOST_TERMS, resolution - 2) + 1, 2):
                if tails[terms] <= target:
                    return terms
        resolution *= 2
    return None


def worst_tails(kind, radius, terms):
    """Of interpolation in twice as many points, from each term on, over the grid of centres.

    A label adds to the first two coefficients alone (loss) or turns the function round (brier); all but brier have the
    coefficients of -a at a, up to their signs and to the first two. So labels of 0 say it all, and half the grid does.
    """
    count = 2 * terms
    angles = [math.pi * (k + 0.5) / count for k in range(count)]
    points = [radius * math.cos(angle) for angle in angles]
    # Of the first half of the points: the other half mirrors it, with the sign of the term's parity.
    rows = [[math.cos(k * angle) * 2 / count for angle in angles[:terms]] for k in range(terms)]
    function, worst = FUNCTIONS[kind], [0.0] * terms
    for step in range(-128 if kind == BRIER else 0, 129):
        samples = [function(step / 2 + point) for point in points]
        mirrored = list(zip(samples[:terms], reversed(samples)))
        sides = [a + b for a, b in mirrored], [a - b for a, b in mirrored]
        tail = 0.0
        for k in range(terms - 1, 1, -1):
            tail += abs(sum(map(mul, rows[k], sides[k % 2])))
            worst[k] = max(worst[k], tail)
    return worst
