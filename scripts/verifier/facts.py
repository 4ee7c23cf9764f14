"""What both parties know before the first share, and the widths that follow (protocols/training.md 1 and 10)."""

import math
from copy import copy

from verifier.families import BRIER, CURVATURE, DISPERSION, LOSS, MEAN, PEARSON, WEIGHT
from verifier.layouts import WORD_BITS, KernelLayout, up_log2
from verifier.reading import Failure

# Fraction bits: of shared vectors and matrices, of weights of rows, of products of two columns.
SHARE_FRACTION, WEIGHT_FRACTION, PRODUCT_FRACTION = 40, 26, 26
# Fraction and magnitude bits of a linear fit's residual.
LINEAR_ROW_FRACTION, LINEAR_ROW_BITS = 34, 110
# Bits above the point of what a party gets, with its sign.
COEFFICIENT, LINEAR_COEFFICIENT, CONSTANT, VARIANCE, CONSTANT_VARIANCE = 13, 10, 26, 24, 48
# Of proportional hazards: fraction bits of rates and residuals, bits of a number that was cut from a word, and of scalars.
RATE_FRACTION, RISK_NUMBER_BITS, RISK_SCALAR_BITS = 34, WORD_BITS - SHARE_FRACTION, 62
# Of what names columns where there is no result, all bits.
ALIAS, MOVEMENT = 10, 12
# Robust variances may be greater than the family's.
ROBUST_VARIANCE = 8
# Of sums of squares: residuals that ask for more have no robust errors.
MOST_DOUBLINGS = 34
# Fraction bits of columns in those sums.
SQUARE_ENTRY_FRACTION = 20
# Of parts of predictors of rows that were kept aside, fraction and sign included.
PART_BITS, LINEAR_PART_BITS = 26 + 11, LINEAR_ROW_FRACTION + 6
# Of a correlation of two columns, of one with the label, and of a gradient's element, for an elastic net.
PAIR, WITH_LABEL, SLOPE = 18, 22, 29
# Of each point of a survival curve.
CURVE = 36
# Of the sum that theta's standard error takes.
CURVATURE_BITS = 32
RISK_ENTRY_FRACTION = 12
# Bits that a small residual variance may add to a coefficient.
MOST_FINER = 8


def exponent(value):
    """The largest e with 2^e <= value, of a finite number above 0."""
    return math.frexp(value)[1] - 1


class Facts:
    def __init__(self, family, rows, active_columns, passive_columns, bits, bounds, **rest):
        """`bounds`: what the active party announced (5.1). `rest`: see below."""
        self.family, self.rows, self.bits = family, rows, bits
        self.active_columns, self.passive_columns = active_columns, passive_columns
        self.scale_bits, self.weight_bits, self.row_bits, period_bits = bounds
        self.first_period = 1 << period_bits
        # How often the period may double.
        self.doublings = family.doublings - family.first_periods.index(self.first_period)
        # lambda; the joint gradient at which a fit ends, in the scale of standard errors; most gradients.
        self.penalty, self.tolerance, self.most_passes = rest["penalty"], rest["tolerance"], rest["most_passes"]
        # Most bits that the fit may open for its decisions.
        self.decision_bits = rest["decision_bits"]
        self.has_errors, self.opens_loss, self.opens_brier = rest["errors"], rest["loss"], rest["brier"]
        self.is_weighted, self.estimates_theta = rest["weighted"], rest["theta"]
        self.has_robust_errors = rest["robust"]
        # Rows kept aside, of which sums are opened.
        self.held_out = rest["held_out"]
        # Parts of the rows for cross-validation.
        self.folds = rest["folds"]
        # Places for events in risk sets.
        self.events = rest["events"]
        # Times of a survival curve.
        self.curve_points = rest["curve_points"]
        # Levels of a passive party's column that are compared; None without one.
        self.comparison = rest["comparison"]
        # Whether correlations are opened for an elastic net.
        self.is_net = rest["net"]
        self.opens_squares = family.has_squares and self.opens_loss
        # Whether the active party gets the standard error of its theta.
        self.opens_curvature = self.estimates_theta and self.has_errors and self.opens_loss
        # Of parties that share no numbers: their columns, which the two share (multiparty-training.md).
        self.other_columns = rest.get("others", ())
        self.parameters = active_columns + passive_columns + sum(self.other_columns)
        # Sums over rows are divided by 2 to this power.
        self.count_bits = up_log2(rows)
        # Whitened columns have mean square 1, so no entry is above the square root of n.
        self.feature_fraction = 36 if family.is_linear else 20
        self.feature_bits = self.feature_fraction + (self.count_bits + 1) // 2 + 1
        # Columns whose means over risk sets are taken are coarser.
        self.risk_entry_bits = self.feature_bits - self.feature_fraction + RISK_ENTRY_FRACTION
        self.product_bits = PRODUCT_FRACTION + self.count_bits + 2

    def may_leave_out(self):
        """Passive parties, from the last one on, that can leave a column out, not their last: () is the one that has shares,
        a further one its place. Under a penalty there is none."""
        places = [(index,) for index, columns in enumerate(self.other_columns) if columns > 1]
        found = ([()] if self.passive_columns > 1 else []) + places
        return found[::-1] if self.penalty == 0 else []

    def without_column(self, *place):
        """Of the fit that goes on when one of that party's was left out."""
        facts = copy(self)
        if place:
            facts.other_columns = tuple(
                columns - (index == place[0]) for index, columns in enumerate(self.other_columns))
        else:
            facts.passive_columns -= 1
        facts.parameters -= 1
        return facts

    @property
    def of_held_out(self):
        """The same facts about the rows that were kept aside: of these only their number counts."""
        other = copy(self)
        other.rows, other.count_bits = self.held_out, up_log2(self.held_out)
        return other

    def rows_of_fold(self, index):
        """Row i is in fold i modulo their number."""
        return (self.rows - index + self.folds - 1) // self.folds

    @property
    def has_folds(self):
        """Whether more rows than coefficients are left without a fold."""
        return self.folds > 0 and self.rows - self.rows_of_fold(0) > self.parameters

    @property
    def checks_sums(self):
        """Whether own parts have narrower limits in sums at the end (5.5)."""
        narrow = self.family.narrow_sums
        return (self.opens_loss and LOSS in narrow) or (self.opens_brier and BRIER in narrow)

    @property
    def may_diverge(self):
        return self.family.may_diverge and self.penalty == 0

    @property
    def has_bounded_weights(self):
        return self.family.has_bounded_weights and not self.is_weighted

    @property
    def may_vanish(self):
        return self.family.may_vanish and self.penalty == 0

    @property
    def has_unit_weights(self):
        return self.family.has_constant_weights and not self.is_weighted

    @property
    def weighs_residuals(self):
        """Kernels do it for the other families."""
        return self.family.is_linear and self.is_weighted

    @property
    def norm_floor(self):
        """A square below 2 to this power says no more than that the fit is done (3.6)."""
        return 2 * exponent(self.tolerance / 8) - self.count_bits

    def norm(self, square):
        """In the scale of standard errors; infinite for a square well below zero, which no inverse gives."""
        least = 2.0**self.norm_floor
        return math.sqrt(max(square, least) * 2.0**self.count_bits) if square >= -4 * least else math.inf

    # Of rows

    def turn_bits(self, period):
        """Of the modulus of a row's predictor."""
        fraction = self.feature_fraction + SHARE_FRACTION
        return WORD_BITS if self.family.is_linear else fraction + up_log2(period)

    def kernel(self, kind, period):
        series = self.family.series[kind]
        scale = self.scale_of(kind)
        magnitude, fractions = series.magnitude(period) + scale, self.fractions(kind)
        slots = self.family.slots_of_row * self.rows
        return KernelLayout(self.bits, self.rows, series.length(period), magnitude, fractions, slots)

    def scale_of(self, kind):
        """Labels do not multiply what theta is estimated from; what its error is from comes in a unit of its own."""
        return 0 if kind == CURVATURE or kind == DISPERSION and not self.is_weighted else self.scale_bits

    def fraction(self, kind):
        """Of a row's shares of this."""
        return sum(self.fractions(kind))

    def fractions(self, kind):
        """Of the active party's numbers and of the passive one's. Rates are finer as far as the longest period leaves room."""
        vector, scalar = self.family.series[kind].fractions(self.scale_of(kind))
        if self.family.has_risk_sets:
            vector += max(0, min(4, 18 - up_log2(16 * self.rows)))
        return vector, scalar

    def residual(self, period):
        """Fraction bits of a row's share of its residual, and its bits in all."""
        if self.family.is_linear:
            return LINEAR_ROW_FRACTION, LINEAR_ROW_BITS
        if self.family.has_risk_sets:
            return RATE_FRACTION, RISK_NUMBER_BITS + 1
        fraction = self.fraction(MEAN)
        return fraction, max(self.kernel(MEAN, period).slot_bits, fraction + self.row_bits) + 1

    @property
    def start_weight_bits(self):
        """Of the weights at the active party's own fit."""
        return WEIGHT_FRACTION + max(self.weight_bits, 0) + 1

    def rate_bits(self, period):
        """Of a share of a row's rate."""
        return self.kernel(MEAN, period).slot_bits + 2 - (self.fraction(MEAN) - RATE_FRACTION)

    def weight_bits_of_shares(self, period):
        if self.family.has_risk_sets:
            fraction, bits = self.residual(period)
            return bits + 2 - (fraction - WEIGHT_FRACTION)
        kind = MEAN if self.family.weight_is_mean else WEIGHT
        fraction = self.fraction(kind)
        return max(self.kernel(kind, period).slot_bits, fraction + self.row_bits) + 2 - (fraction - WEIGHT_FRACTION)

    def square_bits(self, period):
        """Of a share of Pearson's residual, cut to the fraction of a linear one, and of each half of it."""
        fraction = self.fraction(PEARSON)
        slot = self.kernel(PEARSON, period).slot_bits
        share = max(slot, fraction + self.row_bits) + 2 - (fraction - LINEAR_ROW_FRACTION)
        return share, (share + 1) // 2

    def has_room(self, period):
        """Whether the kernels of sums at the end have room under this period."""
        try:
            for kind in [LOSS] * self.opens_loss + [BRIER] * self.opens_brier:
                self.kernel(kind, period)
        except Failure:
            return False
        return True

    # Squares of residuals, for robust errors

    def square_scale(self, total):
        """By how many doublings their sums are made greater; none where the residuals' size is not known."""
        spread = 1 if total is None else max(total, 2.0**-60) / self.rows
        return -exponent(spread) if spread < 1 else 0

    def squares_of_rows(self, period, scale):
        """Bits of a share of a residual, cut so that its square has room, and of a share of that."""
        fraction, bits = self.residual(period)
        drop = fraction - min(fraction, LINEAR_ROW_FRACTION - max(0, self.row_bits - 12))
        return bits - drop + (drop > 0), WORD_BITS - 42 + min(17, scale)

    # Of results (6): the active party's, then the passive one's

    @property
    def above_quarter(self):
        """Bits of the largest weight above 1/4."""
        return max(0, self.weight_bits + 2)

    def coefficient_fraction(self, spread):
        """To 2^-12 of a standard error; `spread`: a linear fit's residual variance, else 1."""
        finer = min(MOST_FINER, (1 - exponent(spread)) // 2) if spread < 1 else 0
        return min(SHARE_FRACTION, 12 + (self.count_bits + self.above_quarter + 1) // 2 + finer)

    def coefficient_widths(self, fraction):
        width = fraction + (LINEAR_COEFFICIENT if self.family.is_linear else COEFFICIENT)
        raw_constant = [] if self.family.has_risk_sets else [fraction + CONSTANT]
        return [width] * self.active_columns + raw_constant, [width] * self.passive_columns

    def naming_widths(self, is_alias):
        width = ALIAS if is_alias else MOVEMENT
        return [width] * self.active_columns, [width] * self.passive_columns

    def correlation_widths(self):
        """Of each pair of columns, then of each with the label: both parties learn them."""
        columns = self.parameters - 1
        return [PAIR] * (columns * (columns - 1) // 2) + [WITH_LABEL] * columns

    def slope_widths(self):
        """Of the gradient at a point that all know."""
        return [SLOPE] * self.parameters

    def variance_widths(self, more=0):
        fraction = min(SHARE_FRACTION, 12 + self.above_quarter) + more
        first = VARIANCE if self.family.has_risk_sets else CONSTANT_VARIANCE
        own = [fraction + first] + [fraction + VARIANCE] * (self.active_columns - 1)
        return own, [fraction + VARIANCE] * self.passive_columns
