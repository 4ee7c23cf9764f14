"""Makes training.json: test vectors of training.md, computed from that page without Moiety.

Needs Python 3 with mpmath and numpy (long doubles of 64 bits or more). Run in this folder:
python3 training.py > training.json
"""

import copy
import hashlib
import json
import math
import re
import struct

import mpmath as mp
import numpy as np

mp.mp.dps = 40
LD = np.longdouble
W = 152


def ceil_log2(x):
    """c(x) of an integer."""
    return max(0, (x - 1).bit_length())


def exponent(x):
    """e(x) of a positive double."""
    return math.inf if math.isinf(x) else math.frexp(x)[1] - 1


def text(x):
    return mp.nstr(mp.mpf(x), 17, strip_zeros=False, min_fixed=-3, max_fixed=5)


# 4. Elementary functions


def elementary():
    turns = [0, 1, 4, 1 << 61, (1 << 61) - 1, (1 << 61) + 1, 1 << 62, 1 << 63, (1 << 63) + 1, 3 << 62, (1 << 64) - 1,
             0x0123456789ABCDEF, 0xDEADBEEFCAFEF00D, 0x5555555555555555, 0xAAAAAAAAAAAAAAAA, 12345678901234567890]
    circle = []
    for t in turns:
        angle = 2 * mp.pi * t / mp.mpf(2) ** 64
        circle.append({"turns": str(t), "cosine": text(mp.cos(angle)), "sine": text(mp.sin(angle))})
    places = [0.0, 1e-300, -1e-17, 1e-9, 0.1, -0.34657359027997264, 0.5, 1.0, -1.5, math.pi, -20.25, 64.0, 100.7,
              -300.3, 500.125, 709.5, -708.0, -744.0]
    # From the double itself, not from its decimals.
    exps = [{"x": repr(x), "value": text(mp.e ** mp.mpf(x))} for x in places]
    places = [1e-300, 1e-20, 0.1, 0.5, 0.7071067811865475, 0.7071067811865476, 0.9999999999999999, 1.0,
              1.0000000000000002, 1.4142135623730951, 1.4142135623730954, 2.0, math.e, 3.0, 10.0, 1e10, 1.7e308]
    logs = [{"x": repr(x), "value": text(mp.log(mp.mpf(x)))} for x in places]
    return {"circle": circle, "exp": exps, "log": logs}


# 4. Kernels


def mu(z):
    return 1 / (1 + mp.exp(-z))


def phi(z):
    return mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi)


def cdf(z):
    return mp.erfc(-z / mp.sqrt(2)) / 2


def softplus(z):
    return mp.log1p(mp.exp(-abs(z))) + max(z, 0)


# shape: terms, modes a unit of P / 16, interval in parts of P, reg, V, S
SHAPES = {
    "sigmoid": ("odd sin", 5, (-0.25, 0.25), 1e-9),
    "bell": ("odd cos", 5, (-0.25, 0.25), 1e-9),
    "softplus": ("cos", 10, (-0.25, 0.25), 1e-6),
    "brier": ("all", 10, (-0.25, 0.25), 1e-6),
    "mills": ("all", 10, (-0.375, 0.375), 1e-6),
    "probitWeight": ("odd cos", 8, (-0.25, 0.25), 1e-9),
    "probitLoss": ("all", 10, (-0.375, 0.375), 1e-6),
    "exponential": ("all", 10, (-0.5, 0.125), 1e-8),
    "square": ("odd", 10, (-0.25, 0.25), 1e-9),
}
SHAPE_OF = {
    ("logistic", "mean"): "sigmoid", ("logistic", "weight"): "bell", ("logistic", "loss"): "softplus",
    ("logistic", "brier"): "brier", ("probit", "mean"): "mills", ("probit", "weight"): "probitWeight",
    ("probit", "loss"): "probitLoss", ("probit", "brier"): "brier", ("poisson", "mean"): "exponential",
    ("poisson", "loss"): "exponential", ("negativeBinomial", "mean"): "sigmoid",
    ("negativeBinomial", "weight"): "sigmoid", ("negativeBinomial", "loss"): "softplus",
    ("negativeBinomial", "dispersion"): "softplus", ("negativeBinomial", "curvature"): "square",
    ("gamma", "mean"): "exponential", ("gamma", "loss"): "exponential", ("gamma", "pearson"): "exponential",
    ("cox", "mean"): "exponential",
}


def first_period(family):
    return {"negativeBinomial": 64, "linear": 1}.get(family, 32)


def most_doublings(facts):
    return {"poisson": 1, "gamma": 1, "cox": 1, "logistic": 10 - facts.e}.get(facts.family, 4)


def interval(family, shape, period):
    if shape in ("sigmoid", "bell") and period < 64:
        return (-7 / 32, 7 / 32)
    return (-0.125, 0.5) if family == "gamma" and shape == "exponential" else SHAPES[shape][2]


def function(family, shape):
    return {
        "sigmoid": lambda z: mu(z) - 0.5,
        "bell": lambda z: mu(z) * mu(-z),
        "softplus": lambda z: softplus(z) - z / 2,
        "brier": lambda z: (cdf(-z) if family == "probit" else mu(-z)) ** 2,
        "square": lambda z: mu(-z) ** 2 - 0.5,
        "mills": lambda z: -phi(z) / cdf(z),
        "probitWeight": lambda z: phi(z) ** 2 / (cdf(z) * cdf(-z)),
        "probitLoss": lambda z: -mp.log(cdf(z)),
        "exponential": lambda z: mp.exp(-z if family == "gamma" else z),
    }[shape]


def long(x):
    return LD(mp.nstr(x, 25))


def householder(matrix, right):
    """Least squares in long doubles."""
    a, b = matrix.copy(), right.copy()
    n = a.shape[1]
    for k in range(n):
        v = a[k:, k].copy()
        v[0] += np.copysign(np.sqrt((v * v).sum()), v[0])
        scale = 2 / (v * v).sum()
        a[k:, k:] -= np.outer(v, scale * (v[:, None] * a[k:, k:]).sum(axis=0))
        b[k:] -= v * (scale * (v * b[k:]).sum())
    x = np.zeros(n, dtype=LD)
    for k in reversed(range(n)):
        x[k] = (b[k] - (a[k, k + 1:n] * x[k + 1:]).sum()) / a[k, k]
    return x


def series(family, kind):
    shape = SHAPE_OF[family, kind]
    terms, per_unit, _, reg = SHAPES[shape]
    period = first_period(family)
    low, high = interval(family, shape, period)
    modes = per_unit * period // 16
    frequencies = [2 * j + 1 if terms.startswith("odd") else j + 1 for j in range(modes)]
    points = 24 * modes + 1
    z = [period * (low + (high - low) * mp.mpf(i) / (points - 1)) for i in range(points)]
    values = np.array([long(function(family, shape)(x)) for x in z], dtype=LD)
    angle = np.outer(np.array([long(2 * mp.pi * x / period) for x in z], dtype=LD), np.array(frequencies, dtype=LD))
    cosines, sines, one = np.cos(angle), np.sin(angle), np.ones((points, 1), dtype=LD)
    parts = {"odd sin": [sines], "odd cos": [cosines], "cos": [one, cosines], "all": [one, cosines, sines],
             "odd": [cosines, sines]}[terms]
    matrix = np.hstack(parts)
    count = matrix.shape[1]
    x = householder(
        np.vstack([matrix, LD(reg) * np.eye(count, dtype=LD)]), np.concatenate([values, np.zeros(count, dtype=LD)]))
    error = np.abs((matrix * x).sum(axis=1) - values).max()
    zeros = np.zeros(modes, dtype=LD)
    constant = x[0] if terms in ("cos", "all") else LD(0)
    rest = x[1:] if terms in ("cos", "all") else x
    a = zeros if terms == "odd sin" else rest[:modes]
    b = rest if terms == "odd sin" else rest[modes:] if terms in ("all", "odd") else zeros
    return {
        "family": family, "kind": kind, "period": period, "modes": modes,
        "frequencies": frequencies[:6], "constant": float(constant), "cosines": [float(v) for v in a[:6]],
        "sines": [float(v) for v in b[:6]], "largest": float(np.abs(x).max()), "error": float(error),
    }


# 3. Layouts


class Facts:
    """What both parties know before the first exchange."""

    def __init__(self, family, rows, active, passive, *, s=0, h=-2, r=1, modulus=3072, penalty=0.0, tau=1e-3,
                 passes=60, errors=True, loss=True, brier=False, weighted=False, theta=False, e=None,
                 robust=False, held_out=0, l1=0.0, folds=0, events=None, curve=0, decisions=None,
                 comparison=None):
        self.family, self.rows, self.active, self.passive = family, rows, active, passive
        self.s, self.h, self.r, self.modulus, self.penalty = s, h, r, modulus, penalty
        self.tau, self.passes, self.errors, self.loss, self.brier = tau, passes, errors, loss, brier
        self.weighted, self.theta, self.robust, self.held_out, self.l1 = weighted, theta, robust, held_out, l1
        self.folds = folds
        self.squares = family == "gamma" and loss
        self.p = active + passive
        self.cox = family == "cox"
        # E: of proportional hazards, all rows where the job names none.
        self.events = (rows if events is None else events) if self.cox else 0
        # Declared times of a survival curve.
        self.curve = curve
        # Levels of a column of B's: how many, whether there is a test, times of curves, smallest cell.
        self.comparison = comparison
        self.decisions = 26 * passes + 61 + 6 * theta + 48 * self.cox if decisions is None else decisions
        self.k = ceil_log2(rows)
        self.F = 36 if family == "linear" else 20
        self.b = self.F + (self.k + 1) // 2 + 1
        self.first_period = first_period(family) if e is None else 2 ** e
        self.e = exponent(self.first_period)
        self.norm_floor = 2 * exponent(tau / 8) - self.k

    def without(self):
        """Of the fit without one of B's columns."""
        facts = copy.copy(self)
        facts.passive -= 1
        facts.p -= 1
        return facts

    def json(self):
        return {
            "family": self.family, "rows": self.rows, "activeColumns": self.active, "passiveColumns": self.passive,
            "penalty": self.penalty, "tolerance": self.tau, "maximumPasses": self.passes, "modulusBits": self.modulus,
            "computesStandardErrors": self.errors, "opensLoss": self.loss, "opensBrier": self.brier,
            "scaleBits": self.s, "weightBits": self.h, "rowBits": self.r, "periodBits": self.e, "decisionBits": self.decisions,
            "isWeighted": self.weighted, "estimatesTheta": self.theta, "isRobust": self.robust,
            "heldOutRows": self.held_out, "l1": self.l1, "folds": self.folds, **({"events": self.events} if self.cox else {}),
            **({"curvePoints": self.curve} if self.curve else {}),
            **({"comparison": self.comparison} if self.comparison else {}),
        }


class Refusal(Exception):
    pass


def scale_of(facts, kind):
    """Labels do not multiply what theta is estimated from; what its error is from comes in a unit of A's."""
    return 0 if kind == "curvature" or kind == "dispersion" and not facts.weighted else facts.s


def widths(facts, kind, period):
    """V, S and M of a kernel."""
    shape, s = SHAPE_OF[facts.family, kind], scale_of(facts, kind)
    v, scalar = {
        "sigmoid": (20, min(16 + s, 29)), "softplus": (max(12, 24 - 2 * s), min(22 + s, 29)), "bell": (20, 16), "probitWeight": (20, 16),
        "square": (28, 26), "exponential": (max(6, 20 - s), 27) if facts.family == "gamma" else (max(6, 18 - s), 29),
    }.get(shape, (24, 22))
    if facts.cox:
        # Finer as far as the longest period leaves room.
        v += max(0, min(4, 18 - ceil_log2(16 * facts.rows)))
    m = {
        "sigmoid": 2, "square": 2, "bell": 1, "softplus": 10, "brier": 12, "mills": 10, "probitWeight": 1,
        "probitLoss": 2 * ceil_log2(period) - 2, "exponential": 5 + (3 * period + 15) // 16,
    }[shape]
    return v, scalar, m + s


def kernel_layout(facts, kind, period):
    shape = SHAPE_OF[facts.family, kind]
    v, scalar, m = widths(facts, kind, period)
    slots = (16 if facts.family in ("poisson", "gamma", "cox") else 256) * facts.rows
    least = v + scalar + m + 2 + ceil_log2(slots)
    # What has no room for 40 bits against carries gets by with 32.
    w = max(v + scalar + m + 2, min(125, least + 40))
    if w > 125 or w < least + 32:
        raise Refusal("predictorOutOfRange")
    length = 2 * SHAPES[shape][1] * period // 16
    best = None
    for g in range(1, 9):
        j = ((facts.modulus - 64 - (v + m + scalar + 2)) // w + 2 - g) // g
        if j < 1:
            continue
        c = -(-length // g)
        cost = 50 * c + c * (6 + g * ((scalar + 4) // 3)) + ((g - 1) * w + 1100) // j
        if best is None or cost < best[0]:
            best = (cost, g, j)
    if best is None:
        raise Refusal("keyTooSmall")
    return {"slotBits": w, "entries": best[1], "rowsPerGroup": best[2], "length": length}


def column_layout(facts, value_bits, scalar_bits):
    u = max(W, value_bits + scalar_bits + facts.k + 2)
    rows = ((facts.modulus - 64) // u + 1) // 2
    if rows < 1 or scalar_bits > 63:
        raise Refusal("keyTooSmall")
    return {"valueBits": value_bits, "scalarBits": scalar_bits, "slotBits": u, "rowsPerCiphertext": rows}


def packed_layout(facts, values, value_bits):
    u = max(W, value_bits + facts.b + facts.k + 2)
    slots = min(values, (facts.modulus - 64) // u)
    if slots < 1 or facts.b > 63:
        raise Refusal("keyTooSmall")
    return {"valueBits": value_bits, "scalarBits": facts.b, "slotBits": u, "slotsPerCiphertext": slots}


def product_layout(facts, rows, inner):
    u = 305 + ceil_log2(inner)
    fitting = (facts.modulus - 64) // u
    if fitting < 1:
        raise Refusal("keyTooSmall")
    blocks = -(-rows // fitting)
    return {"slotBits": u, "rowsPerBlock": -(-rows // blocks), "blocks": blocks}


def row_layout(facts, entries, period):
    t = W if facts.family == "linear" else facts.F + 40 + ceil_log2(period)
    top = t + facts.b + 1 + ceil_log2(entries) + 2
    rows = (facts.modulus - 64 - top) // t + 1
    if rows < 1:
        raise Refusal("keyTooSmall")
    return {"turnBits": t, "scalarBits": facts.b + 1, "rowsPerResult": rows}


def result_bits(facts, residual_sum=None):
    """Fraction bits of coefficients."""
    v = 1.0 if residual_sum is None else max(residual_sum, 2.0 ** -60) / facts.rows
    finer = min(8, (1 - exponent(v)) // 2) if v < 1 else 0
    return min(40, 12 + (facts.k + max(0, facts.h + 2) + 1) // 2 + finer)


def square_scale(facts, total):
    """By how many doublings sums of squares are made greater; none where the residuals' size is not known."""
    v = 1.0 if total is None else max(total, 2.0 ** -60) / facts.rows
    return -exponent(v) if v < 1 else 0


def square_shape(facts, period, scale):
    """Bits that a residual loses, what is left of it, and how its square is truncated; the slots of the products."""
    if facts.family == "linear":
        fraction, bits = 34, 110
    else:
        v, scalar, _ = widths(facts, "mean", period)
        fraction = v + scalar
        bits = max(kernel_layout(facts, "mean", period)["slotBits"], fraction + facts.r) + 1
    left = min(fraction, 34 - max(0, facts.r - 12))
    drop = fraction - left
    value = bits - drop + (drop > 0)
    shift = 42 - min(17, scale)
    slot = max(W, 2 * value + 2)
    if (facts.modulus - 64) // slot < 1 or value > 126:
        raise Refusal("keyTooSmall")
    return {"period": period, "scale": scale, "drop": drop, "valueBits": value, "fractionBits": left, "squareShift": shift,
            "slotBits": slot, "rowsPerCiphertext": (facts.modulus - 64) // slot}


def squares():
    result = []
    for family, s, h, r in [("logistic", 0, -2, 1), ("logistic", 8, 6, 9), ("linear", 0, 0, 4), ("probit", 0, 0, 3),
                            ("poisson", 0, 5, 8), ("poisson", 16, 14, 17), ("negativeBinomial", 6, 3, 8), ("gamma", 4, 0, 7),
                            ("gamma", 14, 0, 16), ("linear", 0, 7, 14)]:
        for modulus in (2048, 3072):
            facts = Facts(family, 5000, 6, 9, s=s, h=h, r=r, modulus=modulus, robust=True,
                          weighted=family == "logistic" and s > 0 or family == "linear" and h > 0)
            for scale in (0, 5, 34):
                result.append({"facts": facts.json(), **square_shape(facts, facts.first_period, scale)})
    return result


def layouts():
    result = []
    shapes = [("logistic", 0, -2, 1), ("linear", 0, 0, 4), ("probit", 0, 0, 3), ("poisson", 0, 5, 8),
              ("negativeBinomial", 6, 3, 8), ("gamma", 4, 0, 7), ("linear", 0, 7, 11), ("gamma", 4, 5, 12), ("cox", 0, 3, 6)]
    for family, s, h, r in shapes:
        for modulus in (2048, 3072):
            for n in (1000, 100_000):
                weighted = family in ("linear", "gamma") and h > 0
                facts = Facts(family, n, 6, 9, s=s, h=h, r=r, modulus=modulus, weighted=weighted)
                period = facts.first_period
                kernels = {}
                for (owner, kind) in SHAPE_OF:
                    if owner != family:
                        continue
                    try:
                        kernels[kind] = kernel_layout(facts, kind, period)
                    except Refusal as refusal:
                        kernels[kind] = {"error": str(refusal)}
                if family == "linear":
                    fraction, gradient, weight = 34, 110, None
                elif facts.cox:
                    fraction, gradient, weight = 34, 113, 113 + 2 - 8
                else:
                    v, scalar, _ = widths(facts, "mean", period)
                    fraction = v + scalar
                    gradient = max(kernels["mean"]["slotBits"], fraction + r) + 1
                    kind = "weight" if "weight" in kernels else "mean"
                    v, scalar, _ = widths(facts, kind, period)
                    weight = 28 + max(kernels[kind]["slotBits"], v + scalar + r) - v - scalar
                start = 27 + max(h, 0)
                products = 28 + facts.k
                c = result_bits(facts)
                integer = 10 if family == "linear" else 13
                entry = {
                    "facts": facts.json(), "period": period, "kernels": kernels,
                    "knownRows": column_layout(facts, fraction + r + 1, facts.b),
                    "gradient": column_layout(facts, gradient, facts.b),
                    "startCross": packed_layout(facts, facts.active, start + facts.b),
                    "rowProducts": {"active": row_layout(facts, facts.passive, period),
                                    "passive": row_layout(facts, facts.active, period)},
                    "product": product_layout(facts, facts.p, facts.p),
                    "longProduct": product_layout(facts, 40, 40),
                    "resultBits": {"coefficients": c + integer, "constant": c + 26,
                                   "variances": 36 + max(0, h + 2), "constantVariance": 60 + max(0, h + 2)},
                }
                if family in ("linear", "gamma"):
                    if family == "linear":
                        entry["residualSum"] = column_layout(facts, 111, 56)
                        if weighted:
                            entry["weighing"] = {"slotBits": 222, "rowsPerCiphertext": (modulus - 64) // 222}
                    elif "slotBits" in kernels["pearson"]:
                        v, scalar, _ = widths(facts, "pearson", period)
                        share = max(kernels["pearson"]["slotBits"], v + scalar + r) + 36 - v - scalar
                        entry["squares"] = column_layout(facts, share, (share + 1) // 2 + 1)
                if weighted or family not in ("linear", "gamma"):
                    entry["startBlock"] = column_layout(facts, start, products)
                if family not in ("linear", "gamma"):
                    entry["block"] = column_layout(facts, weight, products)
                    entry["cross"] = {"active": packed_layout(facts, facts.active, weight + facts.b),
                                      "passive": packed_layout(facts, facts.passive, weight + facts.b)}
                if facts.cox:
                    # No raw constant; the fraction of known rows is that of residuals.
                    del entry["resultBits"]["constant"], entry["resultBits"]["constantVariance"]
                result.append(entry)
    return result


def refused_layouts():
    result = []
    for family, n, kind, modulus, s in [
        ("logistic", 131_072, "brier", 3072, 0), ("logistic", 131_073, "brier", 3072, 0),
        ("logistic", 1 << 25, "brier", 3072, 0), ("logistic", (1 << 25) + 1, "brier", 3072, 0),
        ("logistic", 524_288, "loss", 3072, 0), ("logistic", 524_289, "loss", 3072, 0),
        ("logistic", 1 << 27, "loss", 3072, 0), ("logistic", (1 << 27) + 1, "loss", 3072, 0),
        ("logistic", 1 << 24, "mean", 3072, 0), ("poisson", 1 << 22, "mean", 3072, 6),
        ("negativeBinomial", 1000, "mean", 3072, 25),
    ]:
        facts = Facts(family, n, 2, 2, s=s, modulus=modulus)
        try:
            found = {"layout": kernel_layout(facts, kind, facts.first_period)}
        except Refusal as refusal:
            found = {"error": str(refusal)}
        result.append({"facts": facts.json(), "kind": kind, "period": facts.first_period, **found})
    return result


# 3.8, 3.9, 5.12: proportional hazards


def shared_layout(value_bits, modulus):
    """Products of shared numbers: two terms a row."""
    u = max(W, 2 * value_bits + 3)
    rows = (modulus - 64) // u
    if rows < 1 or value_bits > 126:
        raise Refusal("keyTooSmall")
    return {"slotBits": u, "rowsPerCiphertext": rows, "ciphertextsPerRow": 2}


def risk_layout(kind, inputs, outputs, values, term_bits, modulus):
    """`values`: sums of each output."""
    u = max(W, term_bits + ceil_log2(inputs) + 2)
    room = (modulus - 64) // u
    if room < 1:
        raise Refusal("keyTooSmall")
    if kind != "vectors":
        groups = -(-outputs // room)
        return {"slotBits": u, "slotsPerCiphertext": 1, "outputsPerCiphertext": room, "ciphertextsPerInput": 1,
                "resultCount": groups * (values if kind == "columns" else 1)}
    side = min(values, room)
    parts = -(-values // side)
    shared = room // values if parts == 1 else 1
    return {"slotBits": u, "slotsPerCiphertext": side, "outputsPerCiphertext": shared, "ciphertextsPerInput": 2 * parts,
            "resultCount": -(-outputs // shared) if parts == 1 else outputs * parts}


def rate_bits(facts, period):
    """r': of a share of a rate, cut to 34 fraction bits."""
    v, scalar, _ = widths(facts, "mean", period)
    return kernel_layout(facts, "mean", period)["slotBits"] + 2 - (v + scalar - 34)


def scalar_fraction(facts):
    """g"""
    return max(46, facts.k + 24)


def risk_widths():
    """All exchanges of a fit over risk sets."""
    result = []
    for n, events, active, passive, modulus, period in [
            (1024, 300, 4, 5, 3072, 32), (1025, 300, 4, 5, 3072, 64), (8192, 40, 4, 5, 3072, 64), (8193, 40, 4, 5, 3072, 64),
            (1000, 300, 4, 5, 3072, 32), (1000, 300, 4, 5, 3072, 64), (1000, 300, 1, 1, 2048, 32), (1000, 1000, 6, 9, 2048, 64),
            (1000, 1, 2, 40, 3072, 32), (100_000, 100_000, 6, 9, 3072, 32), (100_000, 20_000, 21, 30, 4096, 32),
            (100_000, 1025, 3, 12, 2048, 32), (1 << 21, 1 << 20, 3, 4, 3072, 32), (1 << 22, 1 << 20, 3, 4, 3072, 32),
            (1 << 17, 5, 3, 13, 3072, 32)]:
        facts = Facts("cox", n, active, passive, h=3, r=6, modulus=modulus, events=events)
        assert facts.first_period == 32
        try:
            rate = rate_bits(facts, period)
        except Refusal as refusal:
            result.append({"facts": facts.json(), "period": period, "error": str(refusal)})
            continue
        b, e = facts.b, facts.events
        columns = {"columns": risk_layout("columns", n, e, active - 1, rate + b - 8 + 1 + 62, modulus)} if active > 1 else {}
        result.append({
            "facts": facts.json(), "period": period, "rateBits": rate, "scalarFractionBits": scalar_fraction(facts),
            "sums": risk_layout("sums", n, e, 1, rate + 62, modulus),
            "hazards": risk_layout("hazards", e, n, 1, 112 + 62, modulus), **columns,
            "vectors": risk_layout("vectors", n, e, passive, rate + b - 8 + 3 + 62, modulus),
            "reciprocalProducts": shared_layout(112, modulus), "residualProducts": shared_layout(max(112, rate), modulus),
        })
    return result


def risk_layouts():
    """Of any numbers, refused ones too."""
    result = []
    for kind, inputs, outputs, values, term_bits, modulus in [
            ("sums", 1000, 300, 1, 171, 3072), ("sums", 1, 1, 1, 60, 2048), ("sums", 1025, 7, 1, 181, 256),
            ("sums", 1024, 7, 1, 180, 256), ("sums", 1025, 7, 1, 180, 256), ("hazards", 300, 1000, 1, 174, 2048),
            ("hazards", 1 << 24, 1 << 24, 1, 174, 4096), ("columns", 1000, 300, 3, 200, 3072), ("columns", 1000, 12, 5, 202, 2048),
            ("columns", 500, 9, 2, 190, 256), ("vectors", 1000, 300, 5, 202, 3072), ("vectors", 1000, 300, 14, 202, 3072),
            ("vectors", 1000, 300, 15, 202, 3072), ("vectors", 1000, 300, 7, 202, 3072), ("vectors", 1000, 301, 6, 202, 3072),
            ("vectors", 1000, 300, 40, 202, 2048), ("vectors", 4, 3, 2, 186, 256), ("vectors", 4, 3, 2, 189, 256),
            ("vectors", 4, 3, 2, 188, 256)]:
        given = {"kind": kind, "inputs": inputs, "outputs": outputs, "values": values, "termBits": term_bits, "modulusBits": modulus}
        try:
            result.append({**given, **risk_layout(kind, inputs, outputs, values, term_bits, modulus)})
        except Refusal as refusal:
            result.append({**given, "error": str(refusal)})
    return result


def shared_layouts():
    result = []
    for value_bits, modulus in [(112, 3072), (112, 2048), (60, 2048), (74, 1024), (75, 1024), (126, 4096), (127, 4096), (112, 291),
                                (112, 290), (115, 3072)]:
        try:
            found = shared_layout(value_bits, modulus)
        except Refusal as refusal:
            found = {"error": str(refusal)}
        result.append({"valueBits": value_bits, "modulusBits": modulus, **found})
    return result


def chunks(facts, count, most, each=1, multiple=1, bounded=True):
    """How many chunks, and how many ciphertexts in all, of `count` rows or results with `each` ciphertexts."""
    width = 2 * -(-facts.modulus // 8)
    size = min(most, 3_670_016 // (each * width)) if bounded else most
    size = max(multiple, size // multiple * multiple)
    return [-(-count // size), count * each], size


def exchange(request, owner, sent, answered):
    return {"type": request, "owner": owner, "request": sent[0], "reply": answered[0]}


def of_columns(facts, owner, columns, value_bits, scalar_bits):
    """3.3"""
    rows = column_layout(facts, value_bits, scalar_bits)["rowsPerCiphertext"]
    return exchange(0x0214, owner, chunks(facts, -(-facts.rows // rows), 4096), chunks(facts, columns, 4096))


def of_cross(facts, owner, values, columns, weight):
    """3.4"""
    each = -(-values // packed_layout(facts, values, weight + facts.b)["slotsPerCiphertext"])
    return exchange(0x0216, owner, chunks(facts, facts.rows, 512, each), chunks(facts, columns * each, 4096))


def of_product(facts, x, y, z, part="all"):
    """3.5, both ways."""
    layout = product_layout(facts, x, y)
    blocks, size = layout["blocks"], layout["rowsPerBlock"]
    results = {"all": blocks * z, "lower": sum(min(z, (b + 1) * size) for b in range(blocks)), "diagonal": z}[part]
    return [exchange(0x0218, owner, chunks(facts, blocks * y, 4096), chunks(facts, results, 512)) for owner in ("active", "passive")]


def of_elements(facts, rows, value_bits):
    """3.8, two terms: answered chunk by chunk."""
    each = shared_layout(value_bits, facts.modulus)["rowsPerCiphertext"]
    sent = chunks(facts, rows, 512, 2, each)
    return exchange(0x021C, "active", sent, chunks(facts, -(-rows // each), sent[1] // each, bounded=False))


def of_single(facts, rows, value_bits):
    """3.8, one term."""
    each = (facts.modulus - 64) // max(W, 2 * value_bits + 2)
    sent = chunks(facts, rows, 512, 1, each)
    return exchange(0x021C, "active", sent, chunks(facts, -(-rows // each), sent[1] // each, bounded=False))


def of_risk(facts, inputs, layout):
    """3.9"""
    return exchange(0x021E, "passive", chunks(facts, inputs, 512, layout["ciphertextsPerInput"]),
                    chunks(facts, layout["resultCount"], 512))


def of_step(facts, step, period):
    """The exchanges of a step of a fit of proportional hazards, in order: chunks and ciphertexts of both messages."""
    n, e, m_a, m_b, p, modulus = facts.rows, facts.events, facts.active, facts.passive, facts.p, facts.modulus
    rate = rate_bits(facts, period)
    penalty = of_product(facts, p, p, 1) if facts.penalty else []
    if step == "startGradient":
        return [of_columns(facts, "active", m_b, 34 + facts.r + 1, facts.b)] + penalty
    if step == "startInformation":
        start = 27 + max(facts.h, 0)
        return [of_columns(facts, "active", m_b * (m_b + 1) // 2, start, 28 + facts.k), of_cross(facts, "active", m_a, m_b, start)]
    if step == "rates":
        layout = kernel_layout(facts, "mean", period)
        group = layout["rowsPerGroup"]
        sent = chunks(facts, n, 512, -(-layout["length"] // layout["entries"]), group)
        return [exchange(0x0212, "active", sent, chunks(facts, -(-n // group), sent[1] // group, bounded=False))]
    if step == "risks":
        return [of_risk(facts, n, risk_layout("sums", n, e, 1, rate + 62, modulus))]
    if step.startswith("reciprocals"):
        return [of_elements(facts, e, 112)] * (2 * int(step.split()[-1]))
    if step == "residual":
        return [of_risk(facts, e, risk_layout("hazards", e, n, 1, 112 + 62, modulus)), of_elements(facts, n, max(112, rate))]
    if step == "gradient":
        return [of_columns(facts, "active", m_b, 113, facts.b), of_columns(facts, "passive", m_a, 113, facts.b)] + penalty
    if step == "information":
        weight, found = 113 + 2 - 8, []
        found += [of_columns(facts, owner, m * (m + 1) // 2, weight, 28 + facts.k) for owner, m in (("active", m_b), ("passive", m_a))]
        found += [of_cross(facts, "active", m_a, m_b, weight), of_cross(facts, "passive", m_b, m_a, weight)]
        if m_a > 1:
            # With case weights a column without entries too.
            found.append(of_risk(facts, n, risk_layout("columns", n, e, m_a - 1 + facts.weighted, rate + facts.b - 8 + 1 + 62, modulus)))
            found.append(of_elements(facts, e * (m_a - 1), 112))
        found.append(of_risk(facts, n, risk_layout("vectors", n, e, m_b, rate + facts.b - 8 + 3 + 62, modulus)))
        found.append(of_elements(facts, e * m_b, 112))
        for place in range(0, e, 1024):
            found += of_product(facts, p, min(1024, e - place), p, "lower")
        return found
    if step == "meat 0":
        found = [of_elements(facts, e * (p - 1), 112)]
        found += 2 * (p - 1) * [of_risk(facts, e, risk_layout("hazards", e, n, 1, 112 + 62, modulus))]
        found += [of_elements(facts, n * (p - 1), max(112, rate)), of_single(facts, n * (p - 1), max(113, facts.b))]
        for row in range(0, n, 1024):
            found += of_product(facts, p, min(1024, n - row), p, "lower")
        return found
    if step == "robustVariances 0":
        return 2 * of_product(facts, p, p, p) + of_product(facts, p, p, p, "diagonal")
    if step == "curve":
        return [of_risk(facts, e, risk_layout("hazards", e, facts.curve, 1, 112 + 62, modulus))]
    if step in ("levelTest", "levelCurves"):
        return of_levels(facts, step == "levelTest")
    if step == "pathSum":
        return of_product(facts, 1, p, 1)
    if step == "wald":
        return of_product(facts, p, p, 1) + of_product(facts, 1, p, 1)
    return {"coefficients": [], "variances": of_product(facts, p, p, p) + of_product(facts, p, p, p, "diagonal")}[step]


def of_levels(facts, is_test):
    """5.13: sums over rows, over risk sets, products; what the active party gets comes after them."""
    n, e, (g, has_test, times, cell), modulus = facts.rows, facts.events, facts.comparison, facts.modulus
    kinds = 2 + has_test
    values = 3 if is_test else kinds * times
    # 3.4 with 0 and 1 of one bit.
    slots = min(values, (modulus - 64) // max(W, 80 + ceil_log2(e) + 1 + 1 + facts.k + 2))
    each = -(-values // slots)
    rows = exchange(0x0216, "active", chunks(facts, n, 512, each), chunks(facts, g * each, 4096))
    risk = of_risk(facts, n, risk_layout("sums", n, e, 1, 19 + 62, modulus))
    # Until a number of 2^-(m+1) is 0.12 at least, and ten more.
    m = max(facts.k, ceil_log2(cell))
    signs = 10 + next(t for t in range(99) if 2.4 ** t >= 0.12 * 2 ** (m + 1))
    if is_test:
        products = sum((of_product(facts, g - 1, min(1024, e - place), g - 1, "lower") for place in range(0, e, 1024)), [])
        numbers = 3 * g - 1 + g * (g - 1) // 2
        return ([rows] + [risk] * (g - 1) + products + [of_elements(facts, 2 * g, 112)] * (2 * signs)
                + of_all(facts, 2 * g, 1) + [of_elements(facts, numbers, 112)])
    points = of_elements(facts, g * times, 112)
    steps = 9 + next(t for t in range(99) if 540 * 3.5 ** t >= n)
    found = [rows] + [of_elements(facts, kinds * g * times, 112)] * (2 * signs) + of_all(facts, kinds * g, times) + [risk] * (2 * (g - 1)) + [of_elements(facts, g * e, 112)] * (2 * steps + 1)
    widths, step = [], 1
    while step < e:
        widths.append(len(range(2 * step - 1, e, 2 * step)))
        step *= 2
    while step > 1:
        step //= 2
        widths.append(len(range(3 * step - 1, e, 2 * step)))
    found += [of_elements(facts, g * width, 112) for width in widths if width]
    return found + [of_risk(facts, e, risk_layout("hazards", e, times, 1, 112 + 62, modulus))] * g + [points]


def of_all(facts, numbers, places):
    """The first halves of what is left times the second ones, until one number is left at each place."""
    found = []
    while numbers > 1:
        found.append(of_elements(facts, numbers // 2 * places, 112))
        numbers -= numbers // 2
    return found


def risk_exchanges():
    result = []
    for n, events, active, passive, modulus, period, penalty in [
            (1000, 300, 4, 5, 3072, 32, 0.0), (1000, 300, 1, 1, 2048, 64, 0.1), (1500, 1500, 3, 20, 2048, 32, 0.0),
            (20_000, 2049, 9, 40, 3072, 64, 0.0), (100_000, 20_000, 11, 12, 3072, 32, 0.0), (700, 1, 2, 1, 4096, 32, 0.0)]:
        facts = Facts("cox", n, active, passive, h=3, r=6, modulus=modulus, penalty=penalty, errors=penalty == 0, loss=penalty == 0,
                      events=events, curve={20_000: 25, 700: 3}.get(n, 0), weighted=n in (1500, 20_000), robust=n in (1500, 700),
                      comparison={1000: [2, 1, 0, 11], 1500: [4, 1, 3, 11], 20_000: [20, 1, 50, 100], 700: [3, 0, 1, 2000]}.get(n))
        steps = [{"step": step, "exchanges": of_step(facts, step, period)} for step in (
            "startGradient", "startInformation", "rates", "risks", "reciprocals 4 8", "reciprocals 8 12", "reciprocals warm 4",
            "reciprocals warm 2", "residual", "gradient", "information", "pathSum", "wald", "coefficients", "variances")]
        # No raw constant, neither estimate nor variance: one number for each column.
        bits = {"coefficients": result_bits(facts) + 13, "variances": 36 + max(0, facts.h + 2)}
        results = {name: {"active": [each] * active, "passive": [each] * passive} for name, each in bits.items()}
        if facts.robust:
            steps += [{"step": step, "exchanges": of_step(facts, step, period)} for step in ("meat 0", "robustVariances 0")]
        if facts.curve:
            steps.append({"step": "curve", "exchanges": of_step(facts, "curve", period)})
        for name, has_one in zip(("levelTest", "levelCurves"), (facts.comparison or [0] * 4)[1:3]):
            if has_one:
                steps.append({"step": name, "exchanges": of_step(facts, name, period)})
        result.append({"facts": facts.json(), "period": period, "steps": steps, **results})
    return result


def stretches():
    """By what reciprocals are multiplied before each iteration, in eighths: as an inverse (5.2), and not at all."""
    result = [{"reciprocals": f"{j} {i}", "factors": ([15] * max(0, i - 5) + [14, 12, 9, 8, 8])[-i:]} for j, i in ((4, 8), (8, 12))]
    return result + [{"reciprocals": f"warm {i}", "factors": [8] * i} for i in (4, 2)]


def path():
    """Four nodes of Gauss and Legendre's on 0 .. 1 and their weights, in units of 2^-24."""
    result = []
    for x in sorted(mp.polyroots([mp.mpf(35) / 8, 0, -mp.mpf(30) / 8, 0, mp.mpf(3) / 8])):
        slope = (140 * x ** 3 - 60 * x) / 8
        weight = 2 / ((1 - x * x) * slope * slope)
        result.append({"place": int(mp.nint((x + 1) / 2 * 2 ** 24)), "weight": int(mp.nint(weight / 2 * 2 ** 24))})
    return result


def risk_matrix(table, ties, rates, places, g, weight=None, power=0):
    """M, from its definition alone: the rows of a table are time, event, entry, stratum.

    The rates have case weights in them; of an event's mean weight a power multiplies its row (section 5.12)."""
    groups = {}
    for row, (time, event, _, stratum) in enumerate(table):
        if event:
            groups.setdefault((stratum, -time), []).append(row)
    matrix = []
    for (stratum, time), tied in sorted(groups.items()):
        at_risk = [row for row, (t, _, entry, s) in enumerate(table) if s == stratum and entry < -time <= t]
        assert set(tied) <= set(at_risk)
        for l in range(len(tied)):
            part = mp.mpf(1) - (mp.mpf(l) / len(tied) if ties == "efron" else 0)
            total = sum((part if row in tied else 1) * mp.mpf(rates[row]) for row in at_risk)
            mean = mp.mpf(sum(weight[row] for row in tied)) / len(tied) if weight else 1
            c = rounded(mp.mpf(2) ** g / total)
            c = min(max(c, 1), int((2 ** 62 - 2 ** 10) / max(1, mean)))
            if power and mean != 1:
                c = max(1, rounded(c * mean ** power))
            tied_c = rounded(c * part)
            matrix.append([tied_c if row in tied else c if row in at_risk else 0 for row in range(len(table))])
    assert len(matrix) <= places
    return matrix + [[0] * len(table)] * (places - len(matrix)), len(matrix)


def own_matrix(table, places, weight=None):
    """What means over an event's rows at risk are multiplied with for each row that has an event then."""
    groups = {}
    for row, (time, event, _, stratum) in enumerate(table):
        if event:
            groups.setdefault((stratum, -time), []).append(row)
    matrix = []
    for _, tied in sorted(groups.items()):
        mean = mp.mpf(sum(weight[row] for row in tied)) / len(tied) if weight else 1
        line = [rounded(2 ** 46 * mp.mpf(weight[row] if weight else 1) / (len(tied) * mp.sqrt(mean))) if row in tied else 0
                for row in range(len(table))]
        matrix += [line] * len(tied)
    return matrix + [[0] * len(table)] * (places - len(matrix))


def rounded(x):
    """To the nearest integer, of a half the greater one, of a number that no order of its additions brings over a half."""
    half = abs(x - mp.floor(x) - mp.mpf(1) / 2)
    assert half == 0 or half > x * mp.mpf(2) ** -51, x
    return int(mp.floor(x + mp.mpf(1) / 2))


def risk_sets():
    """Small tables, their matrices, and products with these both ways."""
    none = -1.0
    # Ties of events, of events with ends of observation, entries at an event's time, strata that have no event.
    tables = {
        "ties, entries and strata": [
            (5.0, 1, 0.0, 1), (3.0, 1, none, 0), (3.0, 1, 1.0, 0), (3.0, 0, none, 0), (7.0, 1, 3.0, 0), (2.0, 1, none, 0),
            (5.0, 1, 2.0, 1), (5.0, 1, none, 1), (4.0, 0, 2.0, 1), (6.5, 0, 5.0, 1), (9.0, 0, 2.5, 0), (1.0, 0, none, 3)],
        "one stratum, no entries": [
            (4.0, 1, none, 0), (4.0, 1, none, 0), (1.0, 1, none, 0), (6.0, 0, none, 0), (8.0, 1, none, 0), (4.0, 0, none, 0),
            (1.0, 0, none, 0), (2.5, 1, none, 0), (8.0, 0, none, 0), (4.0, 1, none, 0), (0.5, 0, none, 0), (3.0, 0, none, 0)],
        "strata, entries at events": [
            (2.0, 1, 1.0, -4), (2.0, 1, 0.5, -4), (1.0, 1, none, -4), (3.0, 1, 2.0, -4), (3.0, 0, 1.0, -4), (1.5, 0, none, -4),
            (2.0, 1, none, 2), (2.0, 1, 1.0, 2), (2.0, 0, none, 2), (1.0, 1, none, 2), (4.0, 1, 2.0, 2), (4.0, 1, 1.0, 2)],
    }
    rates = [[1.0, 0.5, 2.25, 0.0625, 1.5, 3.0, 0.75, 1.125, 0.25, 2.0, 0.875, 1.0],
             [0.375, 1.75, 4.0, 0.125, 0.5, 1.0, 2.5, 0.8125, 1.0, 0.25, 6.0, 1.375]]
    weights = [1.0, 1.25, 0.5, 4.0, 1.75, 2.0, 0.75, 0.5, 0.5, 0.25, 1.75, 2.5]
    x = [3, -1, 4, 1, -5, 9, -2, 6, 5, -3, 5, 8]
    y = [2, -7, 1, 8, -2, 8, 1, -8, 2, 8, 4, -5]
    result = []
    for number, (name, table) in enumerate(tables.items()):
        for ties in ("efron", "breslow"):
            for g, places, weight in ((46, 9, None), (47, 12, None), (46, 11, weights)):
                e = rates[(number + (g == 47)) % 2]
                matrix, events = risk_matrix(table, ties, e, places, g)
                of_hazards, more = matrix, {"ofOwn": own_matrix(table, places)}
                if weight:
                    e = [a * b for a, b in zip(e, weight)]
                    matrix, _ = risk_matrix(table, ties, e, places, g, weight)
                    of_hazards, _ = risk_matrix(table, ties, e, places, g, weight, 1)
                    of_means, _ = risk_matrix(table, ties, e, places, g, weight, mp.mpf(1) / 2)
                    more = {"weight": weight, "ofHazards": of_hazards, "ofMeans": of_means, "ofOwn": own_matrix(table, places, weight)}
                has_entry = any(entry != none for _, _, entry, _ in table)
                result.append({
                    "name": name, "ties": ties, "time": [row[0] for row in table], "event": [row[1] for row in table],
                    **({"entry": [row[2] for row in table]} if has_entry else {}), "stratum": [row[3] for row in table],
                    "rates": e, "fractionBits": g, "places": places, "events": events, "matrix": matrix,
                    "x": x, "sums": [sum(m * v for m, v in zip(row, x)) for row in matrix],
                    "y": y[:places], "hazards": [sum(row[i] * v for row, v in zip(of_hazards, y)) for i in range(len(table))],
                    **more,
                })
    return result


# 2. Shares


def stream(name):
    """Words of 192 bits that look random."""
    count = 0
    while True:
        yield int.from_bytes(hashlib.sha256(f"training vectors {name} {count}".encode()).digest()[:24], "big")
        count += 1


def word(x):
    return format(x % (1 << 192), "048x")


def truncations():
    words = stream("truncation")
    result = []
    modulus = 1 << W
    values = [0, 1, -1, 5, -7, 1 << 40, -(1 << 40), 123456789 << 50, -(987654321 << 70), (1 << 100) + 12345,
              -(1 << 120)]
    for value in values:
        for t in (1, 2, 40, 66, 100):
            a, c = next(words), next(words)
            b = (value - a) % modulus
            left = ((a + c) % modulus) >> t
            right = -(((c - b) % modulus) >> t)
            if (c - b) % modulus + value not in range(modulus):
                continue
            assert left + right in (value >> t, (value >> t) + 1)
            result.append({"shift": t, "value": str(value), "common": word(c), "active": word(a), "passive": word(b),
                           "activeResult": word(left), "passiveResult": word(right)})
    # One that fails: the common word leaves no room.
    a, c = 3, modulus - 2
    b = (1 - a) % modulus
    left, right = ((a + c) % modulus) >> 10, -(((c - b) % modulus) >> 10)
    result.append({"shift": 10, "value": "1", "common": word(c), "active": word(a), "passive": word(b),
                   "activeResult": word(left), "passiveResult": word(right)})
    return result


# 3.6 Windows


def trace_width(facts):
    return max(12, ceil_log2(facts.p) + 4)


def window_shape(facts, step):
    """scale, level, floor, width, refinement"""
    name = step.split()
    if name[0] == "trace":
        return 40, -2, -2, trace_width(facts), 0
    if name[0] == "norm":
        return 80, max(int(name[1]), facts.norm_floor), facts.norm_floor, 14, 0
    if name[0] == "riskTrace":
        return 40, -9, -9, 12, 0
    if name[0] in ("pathIntegral", "wald", "score"):
        return 40, max(facts.k + 6, -4), -4, 12, 14
    if name[0] == "sum":
        return 40, max(facts.k + scale_of(facts, name[1]) + 6, -8), -8, 12, 18
    heavy = max(0, facts.h) if facts.weighted else 0
    return 68, max(facts.k + 2 + heavy, -50), -50, 12, 18


def take(digits, width, level, floor, refinement):
    """The number that sequences of pairs give, and the widths that they had."""
    used, refining = [], False
    for a, b in digits:
        bits = width + refinement if refining else width
        used.append(bits)
        d = (a + b) % (1 << bits)
        if d >= 1 << (bits - 1):
            d -= 1 << bits
        there = abs(d) >= 4 or level <= floor
        if there and refinement and not refining:
            refining, level = True, level - refinement
        elif there or refining:
            return (d + 1) * 2.0 ** level, used
        else:
            level = max(floor, level - 2)
    return None, used


def open_shares(facts, step, a, b):
    scale, level, floor, width, refinement = window_shape(facts, step)
    digits, places = [], []
    number, refining = None, False
    while number is None:
        bits = width + refinement if refining else width
        place = level + scale
        pair = [((x % (1 << W)) >> place) % (1 << bits) for x in (a, b)]
        digits.append(pair)
        number, used = take(digits, width, window_shape(facts, step)[1], floor, refinement)
        d = sum(pair) % (1 << bits)
        d -= (1 << bits) if d >= 1 << (bits - 1) else 0
        if (abs(d) >= 4 or level <= floor) and refinement and not refining:
            refining, level = True, level - refinement
        else:
            level = max(floor, level - 2)
    return digits, used, number


def windows():
    words = stream("windows")
    facts = Facts("logistic", 1000, 3, 4)
    linear = Facts("linear", 100_000, 3, 4, h=0, r=4)
    weighted = Facts("linear", 100_000, 3, 4, h=7, r=11, weighted=True)
    cox = Facts("cox", 1000, 4, 5, h=2, r=5, events=300)
    names = {id(facts): "logistic", id(linear): "linear", id(weighted): "weighted", id(cox): "cox"}
    cases = [(facts, "trace", x) for x in (0.0, 0.1, 0.26, 0.49, 1.75, -3.0, 7.0, -0.01, 500.0)]
    cases += [(facts, "norm 8", x) for x in (5000.0, 1e6, 60.0, 0.37, 1e-7, 0.0, -1e-30, -2.5, -1e-9)]
    cases += [(facts, "norm -9", x) for x in (1e-3, 300.0, 1e-11)]
    cases += [(facts, "norm -60", x) for x in (1e-11, 3e-9)]
    cases += [(facts, "sum loss 64", x) for x in (412.9271, 0.6931, 690.1, 0.0, 1e-3, -17.25)]
    cases += [(facts, "sum brier 64", 88.125)]
    cases += [(facts, "sum dispersion 64", 731.5)]
    cases += [(linear, "residualSum", x) for x in (81_234.56, 1e-12, 0.0, 3.0, 1e-20)]
    cases += [(weighted, "residualSum", x) for x in (8.1e9, 3.0)]
    cases += [(cox, "riskTrace", x) for x in (0.0, 0.0003, 0.0078, -0.0021, 0.51, -3.0, 3.9)]
    cases += [(cox, "pathIntegral", x) for x in (-41.731, -0.0004, 0.0, 2.5, -31_000.5)]
    cases += [(cox, "wald", x) for x in (93.77, 0.0, 12_345.678)] + [(cox, "score", x) for x in (101.2, 0.03)]
    result = []
    for f, step, x in cases:
        scale = window_shape(f, step)[0]
        value = int(mp.nint(mp.mpf(x) * mp.mpf(2) ** scale))
        a = next(words)
        b = (value - a) % (1 << W)
        digits, used, number = open_shares(f, step, a, b)
        result.append({"facts": names[id(f)], "step": step, "active": word(a),
                       "passive": word(b), "bits": used, "windows": [[str(v) for v in pair] for pair in digits],
                       "number": repr(number)})
    return {"facts": {"logistic": facts.json(), "linear": linear.json(), "weighted": weighted.json(), "cox": cox.json()}, "openings": result}


# 5. The program


class Stop(Exception):
    pass


class Failure(Exception):
    pass


LN2 = 0.693147180559945


class Program:
    def __init__(self, facts, opened):
        self.f, self.opened, self.used = facts, list(opened), 0
        self.steps, self.q, self.doublings, self.spent = [], 0, 0, int(facts.family == "logistic")
        self.P, self.level, self.good = facts.first_period, 8, False
        self.trace = 0.0
        penalised = facts.penalty > 0
        self.diverges = not penalised and facts.family in ("logistic", "probit")
        self.vanishes = not penalised and facts.family in ("poisson", "negativeBinomial")
        self.constant = facts.family in ("linear", "gamma")
        self.bounded = facts.family in ("logistic", "probit") and not facts.weighted
        self.shrinkage = 3 if facts.family in ("probit", "negativeBinomial") else 4
        self.thetas, self.settled = 0, not facts.theta
        self.leapt, self.out = False, 0
        # Proportional hazards: whether the last reciprocals may be far from those that come next.
        self.far = True
        self.before_leap = None
        self.summary = {"converged": False, "norm": 0.0, "loss": None, "brier": None, "residualSum": None,
                        "withholdsStandardErrors": False}

    def do(self, *steps):
        self.steps += [re.sub(r"\bP\b", str(self.P), step) for step in steps]

    def ask(self, step, counted=True):
        self.do(step)
        if callable(self.opened_by):
            self.opened.append(self.opened_by(self.steps[-1], self))
        if self.used == len(self.opened):
            raise Stop
        self.used += 1
        number = self.opened[self.used - 1]
        if counted:
            self.spend(self.steps[-1].split(), number)
        return number

    def spend(self, step, number):
        f = self.f
        if step[0] == "norm":
            least = 2.0 ** f.norm_floor
            self.spent += 14 + max(0, int(step[1]) + 2 - exponent(max(number, least)))
        else:
            self.spent += {"trace": trace_width(f), "range": 1, "theta": 1, "riskTrace": 12}.get(step[0], 30 + f.k)
        if self.spent > f.decisions and step[0] in ("norm", "trace", "range", "theta", "riskTrace"):
            raise Failure("notConverged")

    opened_by = None

    def norm(self):
        x = self.ask(f"norm {self.level}")
        least = 2.0 ** self.f.norm_floor
        if x < -4 * least:
            return math.inf
        self.level = min(8, exponent(max(x, least)) + 4)
        return math.sqrt(max(x, least) * 2.0 ** self.f.k)

    def look(self):
        self.do("direction")
        found = self.norm()
        self.do("accept")
        return found

    def one_pass(self):
        self.do("predictor P")
        self.residual()
        self.do("gradient P")
        self.count()

    def residual(self):
        if self.f.cox:
            self.do("rates P", "risks P", *self.from_afar("4 8") if self.far else ["reciprocals warm 4"])
            self.far = False
        self.do("residual P")

    def from_afar(self, start):
        """One iteration more: of the last one before it the trace may be large."""
        return [f"reciprocals {start}", "reciprocals warm 2"]

    def has_reciprocals(self, counted=True):
        """Whether the last ones are there (5.12)."""
        return abs(self.ask("riskTrace", counted)) <= 2.0 ** -7

    def repair(self, n):
        """The norm under reciprocals that are there, and whether the steps go on with it."""
        if self.far:
            self.do("stay")
            self.one_pass()
            n = self.look()
        if self.has_reciprocals():
            return n, False
        for start in ("4 8", "8 12"):
            self.do(*self.from_afar(start), "residual P", "gradient P")
            n = self.look()
            if self.has_reciprocals():
                return n, n > self.f.tau and self.q < self.f.passes
        raise Failure("predictorOutOfRange")

    def goes_on(self):
        """Another theta of the active party's."""
        if self.settled:
            return False
        self.do("predictor P")
        self.ask("sum dispersion P", counted=False)
        self.thetas += 1
        if self.ask("theta") == 0:
            self.settled = True
            return False
        if self.thetas == 6:
            raise Failure("notConverged")
        return True

    def count(self):
        self.q += 1
        if self.q % 4 == 0:
            self.do("checkpoint")

    def loss(self):
        self.do("stay", "predictor P")
        if self.ask("sum loss P") < LN2:
            raise Failure("separation")

    def double(self):
        self.doublings += 1
        self.P *= 2
        self.level = 8
        self.far = True
        if self.doublings > most_doublings(self.f):
            raise Failure("separation" if self.diverges else "predictorOutOfRange")
        if self.diverges and not (self.f.family == "logistic" and self.P == 64):
            self.loss()

    def invert(self, start, final=False):
        self.do(start)
        self.good, self.trace = False, 0.0
        trace = self.ask("trace")
        if abs(trace) > 0.5:
            if trace <= -1 or trace > self.f.p:
                return False
            self.do("further 7" if start.startswith("cold") else "more 4")
            trace = self.trace = self.ask("trace")
            if abs(trace) > 0.5:
                return False
        if abs(trace) > 0.25:
            self.do("more 2")
        if final:
            self.do("more 3")
        self.good = True
        return True

    def start(self, final=False):
        while True:
            self.do("startGradient", "startInformation")
            if self.invert("cold 0 8", final):
                return
            if 0.5 < self.trace <= self.f.p:
                self.do("checkpoint")
                linear = self.f.family == "linear"
                cost = 0 if linear else 10 * self.f.passive
                most = (1 if linear else 2) - self.out
                paid = self.spent + cost + 2 * trace_width(self.f) <= self.f.decisions
                if self.f.penalty == 0 and self.f.passive > 1 and self.trace <= most + 0.5 and paid:
                    self.spent += cost
                    self.do("aliases B", "leaveOut")
                    self.f, self.out = self.f.without(), self.out + 1
                    continue
                self.do("aliases")
            raise Failure("aliasedAcrossParties")

    def invert_anew(self, final=False):
        starts = ["warm 4"] if self.good else []
        starts += ["cold 0 8"] if self.bounded else ["cold 1 8", "cold 4 8"]
        return any(self.invert(start, final) for start in starts)

    def near(self):
        return 50 * (max(self.f.tau, 1e-3) if self.leapt else self.f.tau)

    def inform(self):
        self.do("information P")
        if self.leapt:
            self.do("steady")

    def leap(self):
        if self.f.family == "logistic" and self.P == 32:
            self.double()
            self.do("stay")
            self.one_pass()
        n = self.refresh()
        self.leapt, self.before_leap = True, self.doublings
        for time in (1, 2):
            for j in (-3, -2):
                if self.q < self.f.passes:
                    self.do(f"move {j}")
                    self.one_pass()
                    self.do("direction")
                    found = self.norm()
                    if found < n:
                        self.do("accept")
                        return found
            self.do("stay")
            if time == 1 and self.q < self.f.passes and self.doublings < most_doublings(self.f):
                self.double()
                self.do("stay")
                self.one_pass()
                n = self.look()
            else:
                break
        self.do("checkpoint", "movements")
        raise Failure("separation")

    def outdated(self, found, n, j):
        if self.constant:
            return False
        if self.leapt:
            return found > self.near() and found > n / 4
        return found > self.f.tau and found > n * (1 - 0.75 * 2.0 ** -j)

    def refresh(self):
        while True:
            self.inform()
            if self.invert_anew():
                return self.look()
            self.double()
            self.do("stay")
            self.one_pass()

    def step(self, n):
        first = 0 if n < 1 else min(2, exponent(1 + 4 * n / math.sqrt(self.f.rows)))
        j = first
        while j <= first + 2:
            self.do(f"move {j}")
            self.one_pass()
            self.do("direction")
            found = self.norm()
            if found < n:
                self.do("accept")
                return found, j
            self.far = True
            j += 2
            if self.q >= self.f.passes or j > first + 2 and n <= self.near():
                self.do("stay")
                return n, j
        return None

    def restart(self):
        self.double()
        self.do("stay")
        self.one_pass()
        return self.look() if self.constant else self.refresh()

    def fit(self):
        if self.f.family == "linear":
            self.linear()
        else:
            self.newton()
        if self.f.held_out:
            self.of_held_out()
        if self.f.comparison:
            _, is_test, times, _ = self.f.comparison
            for name, is_there in (("levelTest", is_test), ("levelCurves", times)):
                if is_there:
                    self.do("checkpoint", name)

    def of_held_out(self):
        """Sums over the rows that were kept aside."""
        f = self.f
        self.do("checkpoint")
        while self.doublings <= most_doublings(f) and self.has_room(f.held_out):
            if self.ask("heldOutRange P", counted=False) == 0:
                if f.family == "linear":
                    self.summary["heldOutLoss"] = self.ask("heldOutSquares", counted=False)
                if f.loss:
                    self.summary["heldOutLoss"] = self.ask("heldOutSum loss P", counted=False)
                if f.brier:
                    self.summary["heldOutBrier"] = self.ask("heldOutSum brier P", counted=False)
                return
            if f.family == "linear":
                return
            self.doublings += 1
            self.P *= 2

    def has_series(self, period):
        """Whether there is room for that of `mean`."""
        try:
            kernel_layout(self.f, "mean", period)
        except Refusal:
            return False
        return True

    def has_room(self, count, factor=1):
        rows = copy.copy(self.f)
        rows.rows = count
        try:
            for kind in ["loss"] * self.f.loss + ["brier"] * self.f.brier:
                kernel_layout(rows, kind, factor * self.P)
        except Refusal:
            return False
        return True

    def newton(self):
        self.start()
        f = self.f
        n, fresh, slow, confirmed = self.look(), True, 0, False
        while True:
            while n > f.tau and self.q < f.passes:
                done = self.step(n)
                if done is None:
                    n, fresh, slow = self.restart(), not self.constant, 0
                    continue
                found, j = done
                if found >= n:
                    break
                if self.leapt and found > n / 2 and found <= self.near():
                    n = found
                    break
                if fresh and n < 1 and j == 0 and found > n / self.shrinkage:
                    slow += 1
                elif fresh:
                    slow = 0
                fresh = False
                if slow == 3 and not self.leapt and (self.diverges or self.vanishes):
                    n, slow = self.leap(), 0
                    continue
                if self.outdated(found, n, j):
                    found = self.refresh()
                    fresh = True
                n = found
            if f.cox:
                n, again = self.repair(n)
                if again:
                    continue
            if n > self.near():
                raise Failure("notConverged")
            self.summary["converged"] = n <= f.tau or self.leapt and self.q < f.passes
            self.summary["norm"] = n
            self.do("move 0", "accept")
            if not self.settled and self.doublings == self.before_leap and self.doublings < most_doublings(f) and self.q < f.passes:
                self.double()
                self.do("stay")
                self.one_pass()
                n, fresh = self.look(), False
                continue
            if self.goes_on():
                self.do("residual P", "gradient P")
                self.count()
                self.level = 8
                n, fresh = self.look(), False
                continue
            self.do("checkpoint", f"coefficients {result_bits(f)}")
            if confirmed or self.ask("range P") == 0:
                break
            if f.cox and (self.doublings == most_doublings(f) or not self.has_series(2 * self.P)):
                self.summary["converged"] = False
                break
            if self.leapt and self.doublings == most_doublings(f):
                self.summary["converged"] = False
                break
            self.double()
            self.settled = not f.theta or self.thetas == 6
            self.do("stay")
            self.one_pass()
            n = self.look()
            confirmed = n <= self.near()
            if n <= f.tau:
                break
        self.finish()

    def along_path(self):
        """The slope of the loss between A's own fit and this one (5.12)."""
        for j in range(4):
            self.far = True
            self.do(f"pathPoint {j}", "predictor P")
            self.residual()
            self.do("gradient P", f"pathSum {j}")
        self.far = True

    def finish_hazards(self):
        f = self.f
        if f.loss:
            self.along_path()
        if not f.errors and not f.curve and not f.loss:
            return
        self.do("stay", "predictor P")
        self.residual()
        if not self.has_reciprocals(False):
            self.summary["withholdsStandardErrors"] = f.errors
            return
        if f.loss:
            self.summary["loss"] = self.ask("pathIntegral", counted=False)
        if f.curve:
            self.do("checkpoint", "curve")
        if not f.errors:
            return
        self.inform()
        # Robust errors have another matrix.
        if not f.robust:
            self.summary["wald"] = self.ask("wald", counted=False)
        if not self.invert_anew(True):
            self.summary["withholdsStandardErrors"] = True
            return
        self.do("checkpoint")
        self.variances()
        # Rao's test of no effect.
        self.far = True
        self.do("null", "predictor P")
        self.residual()
        if not self.has_reciprocals(False):
            return
        self.do("gradient P")
        self.inform()
        if self.invert_anew(True):
            self.do("direction")
            self.summary["score"] = self.ask("score", counted=False)

    def finish(self):
        f = self.f
        if f.cox:
            self.finish_hazards()
            return
        narrow = {"logistic": f.loss or f.brier, "negativeBinomial": f.loss or f.brier, "probit": f.brier}
        while narrow.get(f.family) and self.ask("sumRange P", counted=False):
            if self.doublings == most_doublings(f) or not self.has_room(f.rows, 2):
                break
            self.doublings += 1
            self.P *= 2
        if f.errors or f.loss or f.brier or self.validates():
            self.do("stay", "predictor P")
        if f.loss:
            loss = self.ask("sum loss P", counted=False)
            if self.diverges and loss < LN2:
                raise Failure("separation")
            self.summary["loss"] = loss
        if f.brier:
            self.summary["brier"] = self.ask("sum brier P", counted=False)
        if f.theta and f.errors and f.loss:
            self.do("curvature P")
        if f.squares:
            self.summary["residualSum"] = self.ask("squares P", counted=False)
        if self.validates() or f.errors and (f.family == "poisson" or f.robust):
            self.do("residual P")
        if f.errors or self.validates() and not self.constant:
            if self.constant:
                good = self.invert("more 1", True)
            else:
                if self.validates():
                    self.do("foldInformation P")
                else:
                    self.inform()
                good = self.invert_anew(True)
            if not good:
                self.summary["withholdsStandardErrors"] = f.errors
                return
        if f.errors:
            self.do("checkpoint")
            self.variances()
        self.validate()

    def validates(self):
        f = self.f
        return f.folds > 0 and f.rows - -(-f.rows // f.folds) > f.p and not self.leapt

    def validate(self):
        """Section 5.11."""
        f = self.f
        if not self.validates() or not self.good:
            return
        if self.constant:
            self.do("foldInformation P")
        self.do("foldPoints P", "checkpoint")
        if f.family == "linear":
            self.do("foldPredictor P")
            self.summary["foldLoss"] = self.ask("foldSquares", counted=False)
            return
        most = most_doublings(f)
        while self.doublings <= most and self.has_room(f.rows):
            if self.ask("foldRange P", counted=False) == 0:
                self.do("foldPredictor P")
                if f.loss:
                    self.summary["foldLoss"] = self.ask("foldSum loss P", counted=False)
                if f.brier:
                    self.summary["foldBrier"] = self.ask("foldSum brier P", counted=False)
                return
            self.doublings += 1
            self.P *= 2

    def variances(self):
        """Of coefficients; robust ones after the sums of squares, which are made greater where they are known to be small."""
        if not self.f.robust:
            self.do("variances")
            return
        total = self.summary["residualSum"]
        scale = square_scale(self.f, total)
        if scale > 34:
            self.summary["withholdsStandardErrors"] = True
            return
        self.do(f"meat P {scale}", f"robustVariances {scale}")

    def linear(self):
        if self.f.l1 > 0:
            self.do("startGradient", "startInformation")
            self.do("checkpoint", "correlations", "propose", "predictor P", "residual P", "gradient P", "checkpoint",
                    "jointGradient", "propose")
        else:
            self.start(True)
            self.do("direction", "accept")
            for _ in range(2):
                self.do("move 0", "predictor P", "residual P")
                self.weigh("weight")
                self.do("gradient P", "direction", "accept")
            self.do("move 0")
        self.do("accept", "predictor P", "residual P")
        self.weigh("root")
        self.do("checkpoint")
        total = self.ask("residualSum", counted=False)
        self.q = 1
        self.summary.update(residualSum=total, converged=True)
        self.do(f"coefficients {result_bits(self.f, total)}")
        if self.f.errors and self.f.robust or self.validates():
            self.weigh("root")
        if self.f.errors:
            self.variances()
        self.validate()

    def weigh(self, by):
        """What residual shares of a linear fit are multiplied with."""
        if self.f.weighted:
            self.do(f"weigh {by}")

    def run(self):
        try:
            self.fit()
            end = {"name": "fitted", **{k: v for k, v in self.summary.items() if v is not None}}
        except Stop:
            end = None
        except Failure as failure:
            end = {"name": str(failure)}
        return end


class Script:
    """Answers each opening from a list of its kind; the last of a list goes on for ever."""

    def __init__(self, norms=(), trace=(0.0,), loss=(400.0,), brier=(80.0,), range_=(0,), residual=(500.0,), theta=(0,),
                 beyond=(0,), sums=(0,), risk=(0.0,), path=(-41.5,), wald=(83.25,), score=(91.5,)):
        self.lists = {"norm": list(norms), "trace": list(trace), "loss": list(loss), "brier": list(brier),
                      "range": list(range_), "residualSum": list(residual), "squares": list(residual), "dispersion": [900.0],
                      "theta": list(theta), "heldOutRange": list(beyond), "heldOutSum": [90.0, 21.0], "heldOutSquares": [110.0],
                      "sumRange": list(sums), "foldRange": list(beyond), "foldSum": [95.0, 22.0], "foldSquares": [115.0],
                      "riskTrace": list(risk), "pathIntegral": list(path), "wald": list(wald), "score": list(score)}

    def __call__(self, step, program):
        words = step.split()
        name = words[1] if words[0] == "sum" else words[0]
        values = self.lists[name]
        value = values.pop(0) if len(values) > 1 else values[0]
        # Norms are given in standard errors, and opened squared.
        if name == "norm" and value is not None:
            return value if value < 0 else float(value * value / 2.0 ** program.f.k)
        return float(value)


def programs():
    logistic = dict(rows=1000, active=4, passive=5)

    def fit(**more):
        return Facts("logistic", **{**logistic, **more})

    def hazards(**more):
        return Facts("cox", **{**logistic, "h": 2, "r": 5, "events": 300, **more})

    # Fresh and stale norms in turns.
    SLOW = [0.9, 0.5, 0.6, 0.35, 0.4, 0.2, 0.25]
    decay = [40.0, 6.0, 0.7, 0.012, 0.0004]
    singular = [3.0, 2.75]
    cases = [
        ("a fit by one inverse", fit(), Script([3.0, 0.4, 0.03, 0.002, 0.0003])),
        ("a fit with fresh information", fit(brier=True), Script([40.0, 22.0, 9.0, 1.5, 0.9, 0.31, 0.05, 0.0006])),
        ("a start at the answer", fit(errors=False), Script([0.0005])),
        ("neither metrics nor errors", fit(penalty=0.01, errors=False, loss=False), Script(decay)),
        ("ridge with metrics", fit(penalty=0.5, errors=False, brier=True), Script([12.0, 8.0, 7.5, 0.2, 0.0001])),
        ("a refused step", fit(), Script([40.0, 55.0, 21.0, 18.0, 2.0, 0.1, 0.0002])),
        ("a doubled period", fit(), Script([40.0, 55.0, 60.0, 12.0, 9.0, 1.0, 0.02, 0.0003])),
        ("a longer first period", fit(e=6), Script([40.0, 55.0, 60.0, 12.0, 9.0, 1.0, 0.02, 0.0003])),
        ("a leap under a longer first period", fit(e=6), Script(SLOW + [0.2, 0.02, 0.0004])),
        ("a step under three periods", fit(penalty=1e-4, errors=False),
         Script([40.0, 55.0, 60.0, 70.0, 71.0, 72.0, 41.0, 12.0, 0.5, 0.0004])),
        ("a negative norm is infinite", fit(), Script([40.0, -1.0, 12.0, 0.6, 0.0003])),
        ("no step helps near the answer", fit(), Script([3.0, 0.02, 0.021, 0.0205, 0.02])),
        ("separation by the loss", fit(), Script([40.0, 55.0, 60.0, 12.0], loss=[0.5])),
        ("separation at the end", fit(), Script(decay, loss=[0.693147180559])),
        ("separation by doublings", fit(), Script([40.0, 55.0])),
        ("out of range under a penalty", fit(penalty=1e-6, errors=False), Script([40.0, 55.0])),
        ("a leap after three slow steps", fit(), Script(SLOW + [0.004, 0.0003])),
        ("a leap of four directions", fit(), Script(SLOW + [0.3, 0.02, 0.0003])),
        ("a leap under twice the period", fit(), Script(SLOW + [0.3, 0.3, 0.22, 0.02, 0.0003])),
        ("a leap in vain", fit(), Script(SLOW + [0.3, 0.3, 0.22, 0.3, 0.3])),
        ("a leap in vain, out of passes", fit(passes=4, decisions=1000), Script(SLOW + [0.3])),
        ("no pass left for a leap", fit(passes=3, decisions=1000), Script(SLOW)),
        ("no information at a leap", fit(), Script(SLOW[:6] + [0.2, 0.02, 0.0003], trace=[0.0] * 3 + [-2.0, -2.0, 0.0])),
        ("a leap to a standstill", fit(), Script(SLOW + [0.02, 0.012, 0.5])),
        ("a leap, then steps that do not help", fit(), Script(SLOW + [0.02, 0.03, 0.025])),
        ("a leap, then slow far from the answer", fit(), Script(SLOW + [0.19, 0.15, 0.18, 0.004, 0.0003])),
        ("slow again after a leap", fit(), Script(SLOW + [0.19, 0.18, 0.17, 0.16, 0.15, 0.14, 0.13, 0.12, 0.02, 0.0003])),
        ("a leap and a set range bit", fit(), Script(SLOW + [0.004, 0.0003, 0.004, 0.003], range_=[1])),
        ("a leap, the last period and a set range bit", Facts("poisson", 1000, 4, 5, h=4, r=7, loss=False),
         Script(SLOW + [0.3, 0.3, 0.22, 0.02, 0.0003], range_=[2])),
        ("a leap with a fine tolerance", fit(tau=1e-5), Script(SLOW + [0.004, 0.003])),
        ("a leap, and all labels on their side", fit(), Script(SLOW + [0.004, 0.0003], loss=[0.5])),
        ("slow under a penalty", fit(penalty=1e-6, errors=False, passes=9),
         Script([0.9, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.16, 0.13, 0.12, 0.11, 0.1, 0.09, 0.08, 0.07, 0.06])),
        ("passes used up, near", fit(passes=3), Script([3.0, 0.4, 0.06, 0.009])),
        ("passes used up, far", fit(passes=3), Script([3.0, 0.4, 0.3, 0.25, 0.2, 0.1])),
        ("passes used up by refused steps", fit(passes=2), Script([3.0, 5.0, 4.0])),
        ("collinear", fit(), Script(trace=singular)),
        ("a column left out", fit(), Script(decay, trace=[4.0, 1.0, 0.0])),
        ("two columns left out", fit(), Script(decay, trace=[4.0, 2.0, 3.0, 1.0, 0.0])),
        ("more directions than columns may be left out", fit(), Script(trace=[4.0, 2.75])),
        ("still collinear without two columns", fit(), Script(trace=[3.0, 2.5, 3.0, 1.5, 3.0, 1.0])),
        ("two directions when one column is left", fit(), Script(trace=[3.0, 2.0, 3.0, 2.0])),
        ("the last column is not left out", fit(passive=1), Script(trace=[3.0, 1.0])),
        ("no column is left out under a penalty", fit(penalty=0.1, errors=False), Script(trace=[3.0, 1.0])),
        ("a trace beyond p when a column is left out", fit(), Script(trace=[3.0, 1.0, 8.25])),
        ("a column left out of a linear fit", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False),
         Script(trace=[3.0, 1.0, 0.0])),
        ("one column too many to be left out of a linear fit", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False),
         Script(trace=[3.0, 1.5, 3.0, 1.0])),
        ("the last bit that leaves a column out", fit(decisions=98), Script([3.0], trace=[4.0, 1.0, 0.0])),
        ("a bit too few to leave a column out", fit(decisions=97), Script([3.0], trace=[4.0, 1.0, 0.0])),
        ("a column left out, then a leap", fit(), Script(SLOW + [0.004, 0.0003], trace=[4.0, 1.0, 0.0])),
        ("no inverse, and no count of directions", fit(), Script(trace=[3.0, -0.75])),
        ("collinear at last", fit(), Script(trace=[4.0, 0.75])),
        ("inverse by a hair", fit(), Script(decay, trace=[4.0, 0.5, -0.5, 0.0])),
        ("more iterations", fit(), Script(decay, trace=[3.0, 0.25, 0.0])),
        ("near at once", fit(), Script(decay, trace=[0.5, 0.5])),
        ("more iterations of a warm start", fit(),
         Script([40.0, 34.0, 34.0, 8.0, 0.3, 0.0003], trace=[0.0, 2.0, 0.5, 0.75, 0.25, 0.0])),
        ("a trace beyond p", fit(), Script(trace=[9.25])),
        ("a trace that went away", fit(), Script(trace=[-1.0])),
        ("a warm start that fails", fit(), Script([40.0, 34.0, 34.0, 8.0, 0.3, 0.0003], trace=[0.0, -2.0, 0.0])),
        ("a warm start that fails at its second look", fit(),
         Script([40.0, 34.0, 34.0, 8.0, 0.3, 0.0003], trace=[0.0, 2.0, 0.75, 0.0])),
        ("no start succeeds once", fit(),
         Script([40.0, 34.0, 28.0, 8.0, 0.3, 0.0003], trace=[0.0, -2.0, 20.0, 0.0])),
        ("no start succeeds once, weights without a bound", Facts("poisson", 1000, 4, 5, h=4, r=7, loss=False),
         Script([40.0, 34.0, 28.0, 8.0, 0.3, 0.0003], trace=[0.0, -2.0, 20.0, 3.0, 2.0, 1.0, 0.0])),
        ("case weights that grew", fit(weighted=True),
         Script([40.0, 34.0, 34.0, 8.0, 0.3, 0.0003], trace=[0.0, -2.0, 20.0, 0.0])),
        ("weights that grew", Facts("poisson", 1000, 4, 5, h=4, r=7, loss=False),
         Script([40.0, 34.0, 34.0, 8.0, 0.3, 0.0003], trace=[0.0, -2.0, 20.0, 0.0])),
        ("errors withheld", fit(), Script(decay, trace=[0.0, -2.0])),
        ("errors withheld slowly", fit(), Script([3.0, 0.4, 0.03, 0.0003], trace=[0.0] + singular)),
        ("a set range bit, at the answer", fit(), Script([3.0, 0.4, 0.03, 0.0003, 0.0004], range_=[2, 0])),
        ("a set range bit, near it", fit(), Script([3.0, 0.4, 0.03, 0.0003, 0.02, 0.0008], range_=[1])),
        ("a set range bit, far from it", fit(), Script([3.0, 0.4, 0.03, 0.0003, 9.0, 0.6, 0.0002], range_=[3, 0])),
        ("range bits without end", fit(penalty=1e-3, errors=False, passes=1000),
         Script([3.0, 0.4, 0.03, 0.0003] + [9.0, 0.0003] * 8, range_=[3])),
        ("decisions that cost too much", fit(decisions=200), Script([40.0, 22.0, 9.0, 1.5, 0.9, 0.31, 0.05, 0.0006])),
        ("the last decision that is paid", fit(decisions=131, errors=False), Script([3.0, 0.4, 0.03, 0.0003])),
        ("one bit too few", fit(decisions=130, errors=False), Script([3.0, 0.4, 0.03, 0.0003])),
        ("a trace that costs too much", fit(decisions=11), Script([3.0])),
        ("no bit for the last trace", fit(decisions=142), Script([3.0, 0.4, 0.03, 0.0003])),
        ("a bit for the last trace, none for sums", fit(decisions=143), Script([3.0, 0.4, 0.03, 0.0003])),
        ("a wide trace", fit(active=400, passive=200, rows=20_000), Script([3.0, 0.4, 0.03, 0.0003])),
        ("a large table", fit(rows=100_000, active=20, passive=30, tau=1e-4), Script([300.0, 90.0, 4.0, 0.1, 0.00005])),
        ("linear", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False), Script()),
        ("linear, nearly exact", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False), Script(residual=[1e-7])),
        ("linear, close", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False), Script(residual=[0.9])),
        ("linear, exact", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False), Script(residual=[0.0])),
        ("linear, ridge", Facts("linear", 5000, 4, 5, h=0, r=4, loss=False, errors=False, penalty=0.1), Script()),
        ("linear, case weights", Facts("linear", 1000, 4, 5, h=7, r=11, loss=False, weighted=True), Script()),
        ("linear, case weights, robust errors",
         Facts("linear", 1000, 4, 5, h=7, r=14, loss=False, weighted=True, robust=True), Script(residual=[20.0])),
        ("linear, case weights, robust errors that are not computed",
         Facts("linear", 1000, 4, 5, h=-2, r=4, loss=False, weighted=True, robust=True, errors=False), Script(residual=[2e5])),
        ("linear, case weights, a column left out, cross-validation and held-out rows",
         Facts("linear", 1000, 4, 5, h=20, r=24, loss=False, weighted=True, folds=10, held_out=40), Script(trace=[3.0, 1.0, 0.0])),
        ("linear, case weights, ridge",
         Facts("linear", 1000, 4, 5, h=1, r=5, loss=False, weighted=True, errors=False, penalty=0.1, folds=3), Script()),
        ("gamma, case weights", Facts("gamma", 1000, 4, 5, s=3, h=4, r=6, weighted=True), Script([12.0, 0.4, 0.0003])),
        ("linear, collinear", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False), Script(trace=[3.0])),
        ("linear, near at once", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False), Script(trace=[0.5])),
        ("Poisson", Facts("poisson", 1000, 4, 5, h=4, r=7, loss=False), Script([12.0, 7.0, 6.0, 0.4, 0.0003])),
        ("Poisson, out of range", Facts("poisson", 1000, 4, 5, h=4, r=7, loss=False), Script([12.0, 13.0])),
        ("Poisson, a level without events", Facts("poisson", 1000, 4, 5, h=4, r=7, loss=False),
         Script([0.9, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.16])),
        ("gamma, a doubled period", Facts("gamma", 1000, 4, 5, s=3, h=0, r=6, loss=False),
         Script([12.0, 13.0, 14.0, 11.0, 0.4, 0.0003])),
        ("gamma", Facts("gamma", 1000, 4, 5, s=3, h=0, r=6, loss=False), Script([12.0, 7.0, 6.0, 0.4, 0.0003])),
        ("negative binomial, theta 2", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8, loss=False),
         Script([12.0, 7.0, 6.0, 0.4, 0.0003])),
        ("gamma with its dispersion", Facts("gamma", 1000, 4, 5, s=3, h=0, r=6), Script([12.0, 0.4, 0.0003])),
        ("gamma, ridge", Facts("gamma", 1000, 4, 5, s=3, h=0, r=6, loss=False, errors=False, penalty=0.1),
         Script([12.0, 0.4, 0.0003])),
        ("theta estimated", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8, theta=True),
         Script([12.0, 0.4, 0.0003, 0.03, 0.0005, 0.0004], theta=[1, 1, 0])),
        ("theta right at once", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8, theta=True),
         Script([12.0, 0.4, 0.0003])),
        ("theta without end", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8, theta=True),
         Script([12.0, 0.4, 0.0003], theta=[1])),
        ("theta after a leap", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8, theta=True),
         Script(SLOW + [0.004, 0.0003, 0.05, 0.0004, 0.02, 0.0005], theta=[1, 0])),
        ("theta after a leap under twice the period", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8, theta=True),
         Script(SLOW + [0.3, 0.3, 0.22, 0.02, 0.0003, 0.02, 0.0005], theta=[1, 0])),
        ("theta after a leap, out of passes", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8, theta=True, passes=4,
                                                   decisions=1000),
         Script(SLOW + [0.004, 0.0003], theta=[0])),
        ("theta, then a set range bit", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8, theta=True),
         Script([12.0, 0.4, 0.0003, 0.02, 0.0003, 0.5, 0.0002, 0.0003], theta=[1, 0, 0], range_=[1, 0])),
        ("negative binomial, steps of Fisher's", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8),
         Script([0.9, 0.28, 0.088, 0.027, 0.0085, 0.0027, 0.0008])),
        ("negative binomial, a level without events", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8),
         Script([0.9, 0.6, 0.4, 0.27, 0.18, 0.12, 0.08])),
        ("probit, a level with one outcome", Facts("probit", 1000, 4, 5, h=0, r=3),
         Script([0.9, 0.6, 0.4, 0.27, 0.18, 0.12, 0.08])),
        ("probit", Facts("probit", 1000, 4, 5, h=0, r=3), Script([12.0, 7.0, 6.0, 0.4, 0.0003])),
        ("sums of held-out rows", fit(brier=True, held_out=250), Script(decay)),
        ("held-out rows under the second period", fit(brier=True, held_out=250), Script(decay, beyond=[2, 0])),
        ("held-out rows out of every range", fit(penalty=1e-3, errors=False, brier=True, held_out=250), Script(decay, beyond=[1])),
        ("held-out rows without room", fit(rows=300_000, brier=False, held_out=1_000_000), Script(decay)),
        ("held-out rows of a linear fit", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, held_out=40), Script()),
        ("held-out rows of a linear fit, out of range", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, held_out=40),
         Script(beyond=[3])),
        ("held-out counts", Facts("poisson", 1000, 4, 5, h=4, r=7, held_out=99), Script([12.0, 0.4, 0.0003], beyond=[1])),
        ("held-out rows after robust errors", fit(robust=True, held_out=250), Script(decay)),
        ("sums under the third period", fit(brier=True), Script(decay, sums=[2, 1, 0])),
        ("sums under the longest period", fit(), Script(decay, sums=[3])),
        ("sums without room for twice the period", fit(rows=300_000, brier=True), Script([30.0, 0.4, 0.00003], sums=[1])),
        ("sums under a penalty, no loss", fit(penalty=0.1, errors=False, loss=False), Script(decay, sums=[1])),
        ("probit, its loss has the range's limits", Facts("probit", 1000, 4, 5, h=0, r=3), Script(decay, sums=[1])),
        ("probit, a Brier score under twice the period", Facts("probit", 1000, 4, 5, h=0, r=3, brier=True),
         Script(decay, sums=[1, 0])),
        ("negative binomial, sums under twice the period", Facts("negativeBinomial", 1000, 4, 5, s=6, h=1, r=8),
         Script([12.0, 7.0, 6.0, 0.4, 0.0003], sums=[1, 0])),
        ("cross-validation", fit(brier=True, folds=10), Script(decay)),
        ("cross-validation without errors", fit(errors=False, folds=2), Script(decay)),
        ("cross-validation under a penalty, in a longer period", fit(penalty=0.1, errors=False, brier=True, folds=5),
         Script(decay, beyond=[1, 2, 0])),
        ("cross-validation and held-out rows, out of every range", fit(folds=7, held_out=250), Script(decay, beyond=[1])),
        ("cross-validation, then held-out rows in its period", fit(brier=True, folds=7, held_out=250),
         Script(decay, beyond=[3, 0])),
        ("cross-validation without room", fit(rows=600_000, folds=10), Script(decay)),
        ("cross-validation, errors withheld", fit(folds=10), Script(decay, trace=[0.0, -2.0])),
        ("cross-validation after a leap", fit(folds=10), Script(SLOW + [0.004, 0.0003])),
        ("cross-validation after robust errors", fit(robust=True, folds=10), Script(decay)),
        ("cross-validation without a column", fit(folds=10), Script(decay, trace=[4.0, 1.0, 0.0])),
        ("cross-validation of counts", Facts("poisson", 1000, 4, 5, h=4, r=7, folds=10),
         Script([12.0, 7.0, 6.0, 0.4, 0.0003], beyond=[1, 0])),
        ("cross-validation of counts, without errors", Facts("poisson", 1000, 4, 5, h=4, r=7, errors=False, folds=10),
         Script([12.0, 7.0, 6.0, 0.4, 0.0003])),
        ("cross-validation of a gamma fit", Facts("gamma", 1000, 4, 5, s=3, h=0, r=6, folds=10),
         Script([12.0, 0.4, 0.0003])),
        ("cross-validation of a gamma fit under a penalty",
         Facts("gamma", 1000, 4, 5, s=3, h=0, r=6, errors=False, penalty=0.1, folds=10), Script([12.0, 0.4, 0.0003])),
        ("cross-validation of a gamma fit, errors withheld", Facts("gamma", 1000, 4, 5, s=3, h=0, r=6, folds=10),
         Script([12.0, 0.4, 0.0003], trace=[0.0, -2.0])),
        ("cross-validation of a linear fit", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, folds=10), Script()),
        ("cross-validation of a linear fit, ridge",
         Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, errors=False, penalty=0.1, folds=20), Script()),
        ("one row too few for folds", Facts("linear", 13, 4, 5, h=0, r=4, loss=False, folds=3), Script()),
        ("rows enough for folds", Facts("linear", 15, 4, 5, h=0, r=4, loss=False, folds=3), Script()),
        ("elastic net", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, errors=False, penalty=0.1, l1=0.02), Script()),
        ("lasso with held-out rows", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, errors=False, l1=0.5, held_out=99), Script()),
        ("robust errors", fit(robust=True), Script(decay)),
        ("robust errors withheld", fit(robust=True), Script(decay, trace=[0.0, -2.0])),
        ("linear, robust errors", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, robust=True), Script()),
        ("linear, nearly exact, robust errors", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, robust=True),
         Script(residual=[1e-7])),
        ("linear, exact, robust errors", Facts("linear", 1000, 4, 5, h=0, r=4, loss=False, robust=True),
         Script(residual=[0.0])),
        ("Poisson, robust errors", Facts("poisson", 1000, 4, 5, h=4, r=7, robust=True),
         Script([12.0, 7.0, 6.0, 0.4, 0.0003])),
        ("gamma, robust errors", Facts("gamma", 1000, 4, 5, s=3, h=0, r=6, robust=True),
         Script([12.0, 0.4, 0.0003], residual=[90.0])),
        ("proportional hazards", hazards(), Script(decay)),
        ("hazards, room for as many events as rows", hazards(events=None), Script([3.0, 0.4, 0.03, 0.002, 0.0003])),
        ("hazards, standard errors that are not computed", hazards(errors=False), Script(decay, path=[-0.00390625])),
        ("hazards, ridge", hazards(penalty=0.1, errors=False, loss=False), Script(decay)),
        ("hazards, ridge, reciprocals that are not there", hazards(penalty=0.1, errors=False, loss=False),
         Script([12.0, 0.7, 0.012, 0.0004, 0.0005], risk=[0.25, 0.0])),
        ("hazards, a refused trial", hazards(), Script([40.0, 55.0, 21.0, 18.0, 2.0, 0.1, 0.0002])),
        ("hazards, a negative norm is infinite", hazards(), Script([40.0, -1.0, 12.0, 0.6, 0.0003])),
        ("hazards, fresh information", hazards(), Script([40.0, 22.0, 9.0, 1.5, 0.9, 0.31, 0.05, 0.0006])),
        ("hazards, a start at the answer", hazards(), Script([0.0005])),
        ("hazards, a start at the answer that was none", hazards(), Script([0.0005, 0.3, 0.02, 0.0004])),
        ("hazards, no step helps near the answer", hazards(), Script([3.0, 0.02, 0.021, 0.0205, 0.02])),
        ("hazards, no step helps near the answer, which is farther than it seemed", hazards(),
         Script([3.0, 0.02, 0.021, 0.0205, 9.0])),
        ("hazards, reciprocals that are there by a hair", hazards(), Script(decay, risk=[0.0078125, -0.0078125, 0.0078125])),
        ("hazards, reciprocals anew", hazards(), Script(decay + [0.0003], risk=[0.009765625, 0.0])),
        ("hazards, reciprocals anew, and more steps", hazards(), Script(decay + [0.4, 0.02, 0.0003], risk=[-0.5, 0.001953125])),
        ("hazards, reciprocals anew twice", hazards(), Script(decay + [0.5, 0.0006], risk=[3.5, 2.0, 0.0])),
        ("hazards, reciprocals anew twice, and more steps", hazards(),
         Script(decay + [0.5, 0.6, 0.01, 0.0004], risk=[3.5, -2.0, 0.0, 0.0])),
        ("hazards, reciprocals anew after each of two ways to the answer", hazards(),
         Script(decay + [0.4, 0.02, 0.0003, 0.3, 0.01, 0.0002], risk=[1.0, 0.0, 0.25, 0.0])),
        ("hazards, reciprocals anew after a refused trial", hazards(),
         Script([3.0, 0.02, 0.021, 0.0205, 0.02, 0.03, 0.0002], risk=[0.5, 0.0])),
        ("hazards, reciprocals that never come", hazards(), Script(decay + [0.3, 0.2], risk=[3.0, -4.0, 0.009765625])),
        ("hazards, reciprocals anew, out of passes, near", hazards(passes=4, decisions=1000),
         Script([3.0, 0.4, 0.06, 0.02, 0.009], risk=[0.1, 0.0])),
        ("hazards, reciprocals anew, out of passes, far", hazards(passes=4, decisions=1000),
         Script([3.0, 0.4, 0.06, 0.02, 0.009, 0.4], risk=[0.1, 0.0])),
        ("hazards, reciprocals that are not there before standard errors", hazards(), Script(decay, risk=[0.0, 0.02])),
        ("hazards, robust errors", hazards(robust=True), Script(decay)),
        ("hazards, robust errors and a curve", hazards(robust=True, weighted=True, curve=4), Script(decay)),
        ("hazards, robust errors withheld", hazards(robust=True), Script(decay, trace=[0.0, -2.0])),
        ("hazards, reciprocals below zero before standard errors", hazards(), Script(decay, risk=[0.0, -0.009765625])),
        ("hazards, passes used up, near", hazards(passes=3, decisions=1000), Script([3.0, 0.4, 0.06, 0.009])),
        ("hazards, passes used up, far", hazards(passes=3, decisions=1000), Script([3.0, 0.4, 0.3, 0.25, 0.2, 0.1])),
        ("hazards, passes used up by refused steps", hazards(passes=2, decisions=1000), Script([3.0, 5.0, 4.0])),
        ("hazards, passes used up by a refused step near the answer", hazards(passes=3, decisions=1000), Script([3.0, 0.4, 0.03, 0.05, 0.02])),
        ("hazards, a doubled period", hazards(), Script([40.0, 55.0, 60.0, 12.0, 9.0, 1.0, 0.02, 0.0003])),
        ("hazards, out of range", hazards(), Script([12.0, 13.0])),
        ("hazards, a set range bit, at the answer", hazards(), Script([3.0, 0.4, 0.03, 0.0003, 0.0004], range_=[2, 0])),
        ("hazards, a set range bit, near it", hazards(), Script([3.0, 0.4, 0.03, 0.0003, 0.02, 0.0008], range_=[1])),
        ("hazards, a set range bit, near it, where no step helps", hazards(),
         Script([3.0, 0.4, 0.03, 0.0003, 0.02, 0.03, 0.025, 0.02], range_=[1])),
        ("hazards, a set range bit, far from it", hazards(), Script([3.0, 0.4, 0.03, 0.0003, 9.0, 0.6, 0.0002], range_=[3, 0])),
        ("hazards, a set range bit, and no room for a longer period", hazards(rows=32_769, modulus=3072),
         Script([3.0, 0.4, 0.03, 0.0003], range_=[1])),
        ("hazards, range bits without end", hazards(), Script([3.0, 0.4, 0.03, 0.0003, 9.0, 0.6, 0.0002], range_=[3])),
        ("hazards, slow steps are no leap", hazards(), Script([0.9, 0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.16, 0.0004])),
        ("hazards, collinear", hazards(), Script(trace=singular)),
        ("hazards, a column left out", hazards(), Script(decay, trace=[4.0, 1.0, 0.0])),
        ("hazards, two columns left out, then a refused trial", hazards(),
         Script([40.0, 55.0, 21.0, 2.0, 0.1, 0.0002], trace=[4.0, 2.0, 3.0, 1.0, 0.0])),
        ("hazards, no column is left out under a penalty", hazards(penalty=0.1, errors=False, loss=False), Script(trace=[3.0, 1.0])),
        ("hazards, weights that grew", hazards(), Script([40.0, 34.0, 34.0, 8.0, 0.3, 0.0003], trace=[0.0, -2.0, 20.0, 0.0])),
        ("hazards, no start succeeds once", hazards(),
         Script([40.0, 34.0, 28.0, 8.0, 0.3, 0.0003], trace=[0.0, -2.0, 20.0, 3.0, 2.0, 1.0, 0.0])),
        ("hazards, errors withheld", hazards(), Script(decay, trace=[0.0, -2.0])),
        ("hazards, errors withheld slowly", hazards(),
         Script([3.0, 0.4, 0.03, 0.0003], trace=[0.0, 3.0, 2.0, 4.0, 1.0, 5.0, 0.75])),
        ("hazards, no reciprocals for the score test", hazards(), Script(decay, risk=[0.0, 0.0, 0.015625])),
        ("hazards, no inverse for the score test", hazards(), Script(decay, trace=[0.0, 0.0, -2.0])),
        ("hazards, a score test by a cold start", hazards(), Script(decay, trace=[0.0, 0.0, 3.0, 2.0, -2.0, 6.0, 0.5])),
        ("hazards, a score test near an inverse", hazards(), Script(decay, trace=[0.0, 0.5, 3.0, 0.5], score=[0.0625])),
        ("hazards, a survival curve", hazards(curve=5), Script(decay)),
        ("hazards, a survival curve and no errors", hazards(errors=False, curve=1), Script(decay)),
        ("hazards, ridge, a survival curve", hazards(penalty=0.1, errors=False, loss=False, curve=2), Script(decay)),
        ("hazards, no reciprocals for a survival curve", hazards(penalty=0.1, errors=False, loss=False, curve=2),
         Script(decay, risk=[0.0, 0.02])),
        ("hazards, a log-rank test", hazards(comparison=[2, 1, 0, 11]), Script(decay)),
        ("hazards, curves of levels, no errors", hazards(errors=False, comparison=[3, 0, 4, 11]), Script(decay)),
        ("hazards, both, and a survival curve", hazards(curve=2, comparison=[4, 1, 2, 11]), Script(decay)),
        ("hazards, both where errors are withheld", hazards(comparison=[4, 1, 2, 11]), Script(decay, trace=[0.0, -2.0])),
        ("hazards, a column of B alone", hazards(active=1, passive=1), Script(decay)),
        ("hazards, the last decision that is paid", hazards(decisions=143, errors=False), Script([3.0, 0.4, 0.03, 0.0003])),
        ("hazards, one bit too few", hazards(decisions=142, errors=False), Script([3.0, 0.4, 0.03, 0.0003])),
        ("hazards, no bit for reciprocals", hazards(decisions=141, errors=False), Script([3.0, 0.4, 0.03, 0.0003])),
        ("hazards, bits for one look at reciprocals", hazards(decisions=143), Script([3.0, 0.4, 0.03, 0.0003, 0.0005], risk=[0.5, 0.0])),
    ]
    result = []
    for name, facts, script in cases:
        program = Program(facts, [])
        program.opened_by = script
        end = program.run()
        assert end is not None, name
        again = Program(facts, program.opened)
        assert (again.run(), again.steps) == (end, program.steps), name
        result.append(entry(name, facts, program, end))
        if name in ("a doubled period", "hazards, reciprocals anew twice, and more steps"):
            # What is known before all numbers are there.
            for count in (0, 1, 3, 5, len(program.opened) - 1):
                part = Program(facts, program.opened[:count])
                assert part.run() is None
                result.append(entry(f"{name}, {count} numbers", facts, part, None))
    return result


def entry(name, facts, program, end):
    return {"name": name, "facts": facts.json(), "opened": program.opened[:program.used],
            "steps": ", ".join(program.steps), "passes": program.q, "end": end}


# 5.1 Announcements, 3.6 and 3.7: payloads


def payloads():
    bounds = []
    for s, h, r, e in [(0, -2, 1, 5), (40, 40, 40, 6), (6, 3, 8, 0), (0, -3, 1, 5), (41, 0, 1, 5), (-1, 0, 1, 5),
                       (0, 41, 1, 5), (0, 0, 0, 5), (0, 0, 41, 5), (1 << 40, 0, 1, 5), (0, 0, 1, -1), (0, 0, 1, 7)]:
        allowed = 0 <= s <= 40 and -2 <= h <= 40 and 1 <= r <= 40 and 0 <= e <= 6
        bounds.append({"payload": struct.pack(">qqqq", s, h, r, e).hex(), "allowed": allowed})
    opened = []
    for bits, value in [(1, 1), (12, 4095), (20, 0), (63, (1 << 63) - 1), (12, 4096), (0, 0), (64, 5), (1, 2)]:
        opened.append({"payload": struct.pack(">IQ", bits, value).hex(), "bits": bits, "value": str(value),
                       "allowed": 1 <= bits <= 63 and value >> bits == 0})
    results = []
    for bits, values in [([29, 29, 43], [5, (1 << 29) - 1, 1 << 42]), ([8], [255]), ([], []), ([29], [1 << 29])]:
        raw = b"".join(v.to_bytes((b + 7) // 8, "big") for b, v in zip(bits, values))
        results.append({"payload": (struct.pack(">I", len(raw)) + raw).hex(), "bits": bits,
                        "values": [word(v) for v in values], "allowed": all(v >> b == 0 for b, v in zip(bits, values))})
    return {"bounds": bounds, "windows": opened, "results": results}


def main():
    document = {
        "format": 2,
        "elementary": elementary(),
        "series": [series(family, kind) for family, kind in SHAPE_OF
                   if (family, kind) not in (("poisson", "loss"), ("gamma", "loss"), ("gamma", "pearson"), ("negativeBinomial", "dispersion"),
                                             ("negativeBinomial", "weight"),
                                             ("negativeBinomial", "mean"), ("negativeBinomial", "loss"))],
        "layouts": layouts(),
        "kernelLimits": refused_layouts(),
        "squares": squares(),
        "truncation": truncations(),
        "windows": windows(),
        "payloads": payloads(),
        "programs": programs(),
        "risk": {
            "widths": risk_widths(), "layouts": risk_layouts(), "products": shared_layouts(),
            "exchanges": risk_exchanges(), "reciprocals": stretches(),
            "path": path(), "sets": risk_sets(),
        },
    }
    # One entry of a list to a line.
    parts = []
    for name, value in document.items():
        if isinstance(value, list):
            body = ",\n  ".join(json.dumps(v, separators=(",", ":")) for v in value)
            parts.append(f' "{name}": [\n  {body}\n ]')
        elif isinstance(value, dict):
            inner = []
            for key, rows in value.items():
                if isinstance(rows, list):
                    body = ",\n   ".join(json.dumps(v, separators=(",", ":")) for v in rows)
                    inner.append(f'  "{key}": [\n   {body}\n  ]')
                else:
                    inner.append(f'  "{key}": {json.dumps(rows, separators=(",", ":"))}')
            parts.append(f' "{name}": {{\n' + ",\n".join(inner) + "\n }")
        else:
            parts.append(f' "{name}": {json.dumps(value)}')
    print("{\n" + ",\n".join(parts) + "\n}")


main()
