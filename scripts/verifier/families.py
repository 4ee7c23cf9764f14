"""What a family of responses changes in messages (protocols/training.md 4 and 10): periods, series and their widths.

A family that jobs come to name is one more entry of FAMILIES and of the codes in job.py.
"""

# What is computed of each row from the joint predictor.
MEAN, WEIGHT, LOSS, BRIER = "mean", "weight", "loss", "brier"


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
SOFTPLUS = MILLS = Series(10, always(10), always((24, 22)))
SQUARE = Series(10, always(12), always((24, 22)))
# It grows as the square of the predictor.
PROBIT_LOSS = Series(10, lambda period: 2 * period.bit_length() - 4, always((24, 22)))


def exponential(vector_bits, scalar_bits):
    """What is scaled needs no finer fraction."""
    fractions = lambda scale: (max(6, vector_bits - scale), scalar_bits)
    return Series(10, lambda period: 5 + (3 * period + 15) // 16, fractions)


EXPONENTIAL, INVERSE_EXPONENTIAL = exponential(18, 29), exponential(20, 27)


class Family:
    def __init__(self, first_period, series, **traits):
        self.first_period, self.series = first_period, series
        # How often the period may double.
        self.doublings = traits.get("doublings", 4)
        # Shares of rows that may be read of each row in a job.
        self.slots_of_row = traits.get("slots_of_row", 256)
        self.is_linear = traits.get("is_linear", False)
        # Without a penalty estimates may run away: where the labels separate, or where a level has no event at all.
        self.may_diverge, self.may_vanish = traits.get("may_diverge", False), traits.get("may_vanish", False)
        # Whether the first information is the last one.
        self.has_constant_weights = traits.get("has_constant_weights", False)
        # Whether shares of the weights follow from those of the residuals.
        self.weight_is_mean = traits.get("weight_is_mean", False)
        # Least and most that may be announced of its rows (5.1), where that is less than any number allowed.
        self.bounds = traits.get("bounds")

    def allows(self, bounds):
        return not self.bounds or all(low <= value <= high for value, (low, high) in zip(bounds, self.bounds))


# Wide series get by with fewer slots.
WIDE = {"doublings": 1, "slots_of_row": 16}
FAMILIES = {
    "linear": Family(1, {}, has_constant_weights=True, is_linear=True, bounds=((0, 0), (0, 0), (1, 40))),
    "logistic": Family(
        64, {MEAN: SIGMOID, WEIGHT: BELL, LOSS: SOFTPLUS, BRIER: SQUARE}, may_diverge=True,
        bounds=((0, 0), (-2, -2), (1, 1)),
    ),
    "probit": Family(
        32, {MEAN: MILLS, WEIGHT: PROBIT_WEIGHT, LOSS: PROBIT_LOSS, BRIER: SQUARE}, may_diverge=True,
        bounds=((0, 0), (-2, 0), (1, 2)),
    ),
    "poisson": Family(32, dict.fromkeys((MEAN, LOSS), EXPONENTIAL), weight_is_mean=True, may_vanish=True, **WIDE),
    "negative binomial": Family(32, {MEAN: SIGMOID, WEIGHT: SIGMOID, LOSS: SOFTPLUS}, may_vanish=True),
    "gamma": Family(32, dict.fromkeys((MEAN, LOSS), INVERSE_EXPONENTIAL), has_constant_weights=True, **WIDE),
}
