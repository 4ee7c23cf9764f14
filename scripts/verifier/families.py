"""What a family of responses changes in messages (protocols/training.md 4 and 10): periods, series and their widths.

Their codes in jobs are in job.py.
"""

# What is computed of each row from the joint predictor.
MEAN, WEIGHT, LOSS, BRIER = "mean", "weight", "loss", "brier"
# Theta's sum, and Pearson's residual.
DISPERSION, PEARSON, CURVATURE = "dispersion", "pearson", "curvature"


class Series:
    """A function of the predictor as a trigonometric series: how long it is, and how large and fine its numbers are."""

    def __init__(self, modes, magnitude, fractions):
        """`modes`: for 16 of the period.

        `magnitude`: by the period, 2 to this power is at least the sum of a row's magnitudes.
        `fractions`: by the bits of a row's scale, fraction bits of the active party's numbers and of the passive one's.
        """
        self.modes, self.magnitude, self.fractions = modes, magnitude, fractions

    def length(self, period):
        """Numbers of each party for a row: two for each mode."""
        return 2 * self.modes * (period // 16)


def always(value):
    return lambda _: value


# A row's scale multiplies the other side's rounding.
SIGMOID = Series(5, always(2), lambda scale: (20, min(16 + scale, 29)))
BELL = Series(5, always(1), always((20, 16)))
PROBIT_WEIGHT = Series(8, always(1), always((20, 16)))
# These are added up and opened, and nothing else.
SOFTPLUS = Series(10, always(10), lambda scale: (max(12, 24 - 2 * scale), min(22 + scale, 29)))
MILLS = Series(10, always(10), always((24, 22)))
SQUARE = Series(10, always(12), always((24, 22)))
# Odd modes alone.
CURVED = Series(10, always(2), always((28, 26)))
# It grows as the square of the predictor.
PROBIT_LOSS = Series(10, lambda period: 2 * period.bit_length() - 4, always((24, 22)))


def exponential(vector_bits, scalar_bits):
    """What is scaled needs no finer fraction."""
    fractions = lambda scale: (max(6, vector_bits - scale), scalar_bits)
    return Series(10, lambda period: 5 + (3 * period + 15) // 16, fractions)


EXPONENTIAL, INVERSE_EXPONENTIAL = exponential(18, 29), exponential(20, 27)


class Family:
    def __init__(self, first_periods, series, **traits):
        """`first_periods`: those that the active party may announce."""
        self.first_periods, self.series = first_periods, series
        # How often the first of these may double.
        self.doublings = traits.get("doublings", 4)
        # The shortest period of a leap; under longer ones labels that separate are looked for.
        self.leap_period = traits.get("leap_period", 0)
        # Shares of rows that may be read of each row in a job.
        self.slots_of_row = traits.get("slots_of_row", 256)
        self.is_linear = traits.get("is_linear", False)
        # Without a penalty estimates may run away: where the labels separate, or where a level has no event at all.
        self.may_diverge, self.may_vanish = traits.get("may_diverge", False), traits.get("may_vanish", False)
        # Whether no weight of a row is ever above 1/4 (logistic) or 1 (probit).
        self.has_bounded_weights = traits.get("has_bounded_weights", False)
        # Whether the first information is the last one.
        self.has_constant_weights = traits.get("has_constant_weights", False)
        # Whether shares of the weights follow from those of the residuals.
        self.weight_is_mean = traits.get("weight_is_mean", False)
        # Whether a row's residual depends on all rows, by risk sets; there is no constant then.
        self.has_risk_sets = traits.get("has_risk_sets", False)
        # Whether the outcome is yes or no, and whether a dispersion is estimated from squares.
        self.is_binary, self.has_squares = traits.get("is_binary", False), traits.get("has_squares", False)
        # Sums before which own parts must lie in a narrower range.
        self.narrow_sums = traits.get("narrow_sums", ())
        # By what a step under fresh weights shrinks the norm at least, where estimates exist.
        self.least_shrinkage = traits.get("least_shrinkage", 4)
        # Least and most that may be announced of its rows (5.1); more with case weights, and of rows with offsets.
        self.bounds, self.offset_bits = traits["bounds"], traits.get("offset_bits", 0)

    def allows(self, bounds, is_weighted, has_offset):
        *bounds, period_bits = bounds
        (scale, weight, row), more = self.bounds, CASE_WEIGHT_BITS if is_weighted and self.is_binary else 0
        if self.is_linear and is_weighted:
            weight = LINEAR_WEIGHTS
        if self.has_risk_sets and is_weighted:
            weight = (weight[0], weight[1] + CASE_WEIGHT_BITS)
        row_more = more + (self.offset_bits if has_offset else 0)
        allowed = [(low, high + m) for (low, high), m in zip((scale, weight, row), (more, more, row_more))]
        is_allowed = all(low <= value <= high for value, (low, high) in zip(bounds, allowed))
        return is_allowed and 1 << period_bits in self.first_periods


# Case weights are at most 2 to this power.
CASE_WEIGHT_BITS = 20
# Without them a linear fit's weights are 1.
LINEAR_WEIGHTS = (-2, CASE_WEIGHT_BITS)


# Wide series get by with fewer slots.
WIDE = {"doublings": 1, "slots_of_row": 16}
COUNTS = ((0, 40), (-2, 20), (1, 40))
FAMILIES = {
    "linear": Family((1,), {}, has_constant_weights=True, is_linear=True, bounds=((0, 0), (0, 0), (1, 40))),
    "logistic": Family(
        (32, 64), {MEAN: SIGMOID, WEIGHT: BELL, LOSS: SOFTPLUS, BRIER: SQUARE}, may_diverge=True, is_binary=True,
        doublings=5, leap_period=64,
        has_bounded_weights=True, bounds=((0, 0), (-2, -2), (1, 1)), offset_bits=4, narrow_sums=(LOSS, BRIER),
    ),
    "probit": Family(
        (32,), {MEAN: MILLS, WEIGHT: PROBIT_WEIGHT, LOSS: PROBIT_LOSS, BRIER: SQUARE}, may_diverge=True, is_binary=True,
        has_bounded_weights=True, bounds=((0, 0), (-2, 0), (1, 5)), offset_bits=2, least_shrinkage=3,
        narrow_sums=(BRIER,),
    ),
    "poisson": Family((32,), dict.fromkeys((MEAN, LOSS), EXPONENTIAL), weight_is_mean=True, may_vanish=True, bounds=COUNTS, **WIDE),
    "negative-binomial": Family(
        (64,), {MEAN: SIGMOID, WEIGHT: SIGMOID, LOSS: SOFTPLUS, DISPERSION: SOFTPLUS, CURVATURE: CURVED}, may_vanish=True,
        bounds=((0, 18), (-2, 20), (1, 40)), least_shrinkage=3, narrow_sums=(LOSS,),
    ),
    "gamma": Family(
        (32,), dict.fromkeys((MEAN, LOSS, PEARSON), INVERSE_EXPONENTIAL), has_constant_weights=True, has_squares=True,
        bounds=COUNTS, **WIDE,
    ),
    # Rates are relative to each other: what multiplies them is 1 at most.
    "cox": Family(
        (32,), {MEAN: EXPONENTIAL}, weight_is_mean=True, has_risk_sets=True, bounds=((0, 0), (2, 8), (1, 40)), **WIDE,
    ),
}
