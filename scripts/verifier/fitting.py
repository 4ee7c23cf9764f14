"""The steps of a fit, from public facts and opened numbers alone (protocols/training.md 5).

Both parties take every decision from these numbers, so whoever reads them takes the decisions again.
"""

import math

from verifier.facts import ALIAS, MOST_DOUBLINGS, exponent
from verifier.families import BRIER, DISPERSION, LOSS, MEAN
from verifier.openings import FIRST_LEVEL, opened_bits, trace_width
from verifier.reading import Failure
from verifier.steps import (
    ACCEPT, ALIASES, BY_ROOT, BY_WEIGHT, COEFFICIENTS, COLD, CORRELATIONS, CURVATURE, CURVE, DECIDING, DIRECTION, FOLD_INFORMATION,
    FOLD_POINTS, FOLD_PREDICTOR, FOLD_RANGE, FOLD_SQUARES, FOLD_SUM, FURTHER, GRADIENT, HELD_OUT_RANGE,
    HELD_OUT_SQUARES, HELD_OUT_SUM, INFORMATION, INVERSE, JOINT_GRADIENT, LEAVES, LEAVE_OUT, MEAT, MORE, MOVE, MOVEMENTS,
    NORM, NULL, PASSIVE_ALIASES, PATH_INTEGRAL, PATH_POINT, PATH_SUM, PREDICTOR, PROPOSE, RANGE, RATES, RECIPROCALS, RESIDUAL,
    RESIDUAL_SUM, RISKS, RISK_TRACE, ROBUST_VARIANCES, SCORE, SIGN, SQUARES, START_GRADIENT, START_INFORMATION, STAY, STEADY,
    SUM, SUM_RANGE, THETA, TRACE, VARIANCES, WALD, WARM, WEIGH,
)

PASSES_PER_CHECKPOINT = 4
# How often theta is estimated.
MOST_THETAS = 6
COLD_ITERATIONS, FURTHER_ITERATIONS, WARM_ITERATIONS, MORE_ITERATIONS = 8, 7, 4, 4
# An inverse is there at the first trace; from the second a few more iterations lead there without a look.
SMALL_TRACE, NEAR_TRACE, NEAR_ITERATIONS = 0.25, 0.5, 2
# Where standard errors are read off the inverse: without a look.
FINAL_ITERATIONS = 3
# Columns of passive parties that a fit leaves out at most; a linear one has no bits for the traces of two.
MOST_LEFT_OUT, MOST_LEFT_OUT_LINEAR = 2, 1
# A fit that used up its passes has a result within so many tolerances.
ACCEPTABLE = 50
# Powers of two of the direction that a leap tries, and the tolerance that a fit which leapt may count with.
LEAPS, TOLERANCE_OF_LEAPS = (3, 2), 1e-3
# How reciprocals start where the last ones may be far from them, and where that does not do; iterations from the last ones.
FAR, FARTHER, WARM_RECIPROCALS = (4, 8), (8, 12), 4
# They are there where the risk trace is at most this; nodes of the path to a fit.
SMALL_RISK_TRACE, PATH_POINTS = 2.0**-7, 4
# ln 2: a loss below it puts every row on its right side.
SEPARATION = 0.693147180559945


class NoResult(Exception):
    """By its numbers a fit ends without a result (5.7)."""


class Program:
    """`run` yields the steps in order; each opening takes its number by `send`. NoResult: a fit without a result."""

    def __init__(self, facts):
        self.facts, self.period, self.doublings = facts, facts.first_period, 0
        self.passes, self.is_converged = 0, False
        # Where the next norm is looked for: four bits above the last one.
        self.level = FIRST_LEVEL
        # Whether the inverse is that of the present point, and how many whole steps in a row were slow all the same.
        self.is_fresh, self.slow = True, 0
        self.left_out = 0
        # Whether estimates ran away, and the fit went on.
        self.has_leapt = False
        # Whether the last inverse is one, and the trace at its second look.
        self.has_inverse, self.last_trace = False, 0.0
        # Bits of shares that each party has sent so far.
        # The active party chose the first period.
        self.spent = len(facts.family.first_periods) - 1
        self.thetas, self.is_theta_settled = 0, not facts.estimates_theta
        self.doublings_before_leap = None
        # A gamma fit's sum of squares.
        self.squares = None
        # Proportional hazards: whether the last reciprocals may be far from those that come next.
        self.is_far = True

    def run(self):
        if self.facts.family.is_linear:
            yield from self.linear()
        else:
            yield from self.newton()
        if self.facts.held_out:
            yield from self.held_out()
        if self.facts.comparison:
            for step in self.facts.comparison.steps():
                yield SIGN,
                yield step,

    def open(self, *step, is_counted=True):
        """The number of a step; a fit whose decisions took too many bits ends. Sums that come once are counted apart."""
        number = yield step
        if not is_counted:
            return number
        self.spent += opened_bits(step, self.facts, number)
        if step[0] in DECIDING and self.spent > self.facts.decision_bits:
            raise NoResult
        return number

    # A linear fit (5.6)

    def linear(self):
        facts, period = self.facts, self.period
        yield from self.elastic_net() if facts.is_net else self.least_squares()
        facts = self.facts
        yield ACCEPT,
        yield PREDICTOR, period
        yield RESIDUAL, period
        if facts.weighs_residuals:
            yield WEIGH, BY_ROOT
        yield SIGN,
        residual = yield from self.open(RESIDUAL_SUM, is_counted=False)
        self.passes, self.is_converged = 1, True
        spread = max(residual, 2.0**-60) / facts.rows
        yield COEFFICIENTS, facts.coefficient_fraction(spread)
        if facts.weighs_residuals and (self.validates or (facts.has_errors and facts.has_robust_errors)):
            yield WEIGH, BY_ROOT
        if facts.has_errors:
            yield from self.variances(residual)
        yield from self.validate()

    def least_squares(self):
        yield from self.start(is_final=True)
        yield DIRECTION,
        yield ACCEPT,
        # Corrections by the residuals themselves.
        for _ in range(2):
            yield MOVE, 0
            yield from self.gradient(self.period)
            yield DIRECTION,
            yield ACCEPT,
        yield MOVE, 0

    def elastic_net(self):
        """From correlations, and once more from the exact gradient there (5.10)."""
        yield START_GRADIENT,
        yield START_INFORMATION,
        yield SIGN,
        yield CORRELATIONS,
        yield PROPOSE,
        yield from self.gradient(self.period)
        yield SIGN,
        yield JOINT_GRADIENT,
        yield PROPOSE,

    # Every other fit (5.4)

    def newton(self):
        facts = self.facts
        yield from self.start()
        facts = self.facts
        norm, is_confirmed = (yield from self.direction()), False
        while True:
            norm = yield from self.descend(norm)
            if facts.family.has_risk_sets:
                norm, goes_on = yield from self.look_at_reciprocals(norm)
                if goes_on:
                    continue
            if not self.is_near(norm):
                raise NoResult
            self.is_converged = norm <= facts.tolerance or (self.has_leapt and self.passes < facts.most_passes)
            # The direction is there already.
            yield MOVE, 0
            yield ACCEPT,
            if self.runaways_may_have_wrapped():
                yield from self.lengthen()
                yield from self.evaluate()
                norm, self.is_fresh = (yield from self.direction()), False
                continue
            if (yield from self.another_theta()):
                yield RESIDUAL, self.period
                yield GRADIENT, self.period
                yield from self.count()
                self.level = FIRST_LEVEL
                norm, self.is_fresh = (yield from self.direction()), False
                continue
            yield SIGN,
            yield COEFFICIENTS, facts.coefficient_fraction(1)
            if is_confirmed or (yield from self.open(RANGE, self.period)) == 0:
                break
            if facts.family.has_risk_sets and not self.can_lengthen():
                self.is_converged = False
                break
            if self.has_leapt and self.doublings == facts.doublings:
                self.is_converged = False
                break
            # A point that is near the answer under twice the period as well had no row that wrapped.
            yield from self.lengthen()
            # Theta too was estimated under the shorter one.
            self.is_theta_settled = not facts.estimates_theta or self.thetas == MOST_THETAS
            yield from self.evaluate()
            norm = yield from self.direction()
            is_confirmed = self.is_near(norm)
            if norm <= facts.tolerance:
                break
        if facts.family.has_risk_sets:
            yield from self.finish_hazards()
            return
        yield from self.sums()
        yield from self.errors()
        yield from self.validate()

    # Proportional hazards (5.12)

    def residuals(self):
        """At the predictors that are there; of hazards with rates, sums over risk sets and their reciprocals first."""
        if self.facts.family.has_risk_sets:
            yield RATES, self.period
            yield RISKS, self.period
            if self.is_far:
                yield from self.start_reciprocals(FAR)
            else:
                yield RECIPROCALS, WARM, WARM_RECIPROCALS
            self.is_far = False
        yield RESIDUAL, self.period

    def can_lengthen(self):
        """Whether there is a longer period, and room for its series."""
        if self.doublings == self.facts.doublings:
            return False
        try:
            self.facts.kernel(MEAN, 2 * self.period)
        except Failure:
            return False
        return True

    def start_reciprocals(self, start):
        """With two iterations more, of which the trace is small."""
        yield (RECIPROCALS, *start)
        yield RECIPROCALS, WARM, 2

    def has_reciprocals(self, is_counted=True):
        return abs((yield from self.open(RISK_TRACE, is_counted=is_counted))) <= SMALL_RISK_TRACE

    def look_at_reciprocals(self, norm):
        """After the steps: the norm under reciprocals that are there, and whether the steps go on from it."""
        if self.is_far:
            # The last ones are of a trial that was not taken, or there are none.
            yield from self.evaluate()
            norm = yield from self.direction()
        if (yield from self.has_reciprocals()):
            return norm, False
        for start in (FAR, FARTHER):
            yield from self.start_reciprocals(start)
            yield RESIDUAL, self.period
            yield GRADIENT, self.period
            norm = yield from self.direction()
            if (yield from self.has_reciprocals()):
                return norm, norm > self.facts.tolerance and self.passes < self.facts.most_passes
        raise NoResult

    def finish_hazards(self):
        """The loss along the path to the fit, standard errors, and tests."""
        if self.facts.opens_loss:
            for point in range(PATH_POINTS):
                self.is_far = True
                yield PATH_POINT, point
                yield PREDICTOR, self.period
                yield from self.residuals()
                yield GRADIENT, self.period
                yield PATH_SUM, point
            self.is_far = True
        elif not self.facts.has_errors and not self.facts.curve_points:
            return
        yield STAY,
        yield PREDICTOR, self.period
        yield from self.residuals()
        if not (yield from self.has_reciprocals(is_counted=False)):
            return
        if self.facts.opens_loss:
            yield from self.open(PATH_INTEGRAL, is_counted=False)
        if self.facts.curve_points:
            yield SIGN,
            yield CURVE,
        if not self.facts.has_errors:
            return
        yield from self.information()
        # Robust errors have another matrix.
        if not self.facts.has_robust_errors:
            yield from self.open(WALD, is_counted=False)
        if (yield from self.invert_anew(is_final=True)):
            yield SIGN,
            yield from self.variances(None)
            yield from self.score_test()

    def score_test(self):
        """Of no effect; none where reciprocals or an inverse are not there."""
        self.is_far = True
        yield NULL,
        yield PREDICTOR, self.period
        yield from self.residuals()
        if not (yield from self.has_reciprocals(is_counted=False)):
            return
        yield GRADIENT, self.period
        yield from self.information()
        if (yield from self.invert_anew(is_final=True)):
            yield DIRECTION,
            yield from self.open(SCORE, is_counted=False)

    # Parts of steps

    def runaways_may_have_wrapped(self):
        """Whether a sum for theta may have rows beyond its series: those that ran away (5.8)."""
        if self.is_theta_settled or self.doublings != self.doublings_before_leap:
            return False
        return self.doublings < self.facts.doublings and self.passes < self.facts.most_passes

    def another_theta(self):
        """Whether the active party goes on with another theta, of which it alone knows (5.8)."""
        if self.is_theta_settled:
            return False
        yield PREDICTOR, self.period
        yield from self.open(SUM, DISPERSION, self.period, is_counted=False)
        self.thetas += 1
        self.is_theta_settled = (yield from self.open(THETA)) == 0
        if not self.is_theta_settled and self.thetas == MOST_THETAS:
            raise NoResult
        return not self.is_theta_settled

    def is_near(self, norm):
        tolerance = self.facts.tolerance
        return norm <= ACCEPTABLE * (max(tolerance, TOLERANCE_OF_LEAPS) if self.has_leapt else tolerance)

    def descend(self, norm):
        """Steps until the norm is within the tolerance, the passes are used up or no step helps."""
        facts = self.facts
        while norm > facts.tolerance and self.passes < facts.most_passes:
            reached, shift = yield from self.step(norm)
            if shift is None:
                norm, self.is_fresh, self.slow = reached, not facts.family.has_constant_weights, 0
                continue
            if reached >= norm:
                break
            # What is left is noise of rows that ran away.
            if self.has_leapt and reached > norm / 2 and self.is_near(reached):
                return reached
            # A small norm that such a step does not bring to a quarter, three times: a weight dies away.
            if self.is_fresh:
                self.slow = self.slow + 1 if norm < 1 and shift == 0 and reached > norm / facts.family.least_shrinkage else 0
            if self.slow == 3 and not self.has_leapt and (facts.may_diverge or facts.may_vanish):
                norm = yield from self.leap()
                self.is_fresh, self.slow = False, 0
                continue
            self.is_fresh = self.is_outdated(reached, norm, shift)
            norm = (yield from self.refresh()) if self.is_fresh else reached
        return norm

    def is_outdated(self, reached, norm, shift):
        """Whether the inverse is so far off after a step that it is taken anew."""
        if self.facts.family.has_constant_weights:
            return False
        if self.has_leapt:
            return not self.is_near(reached) and reached > norm / 4
        return reached > self.facts.tolerance and reached > norm * (1 - 0.75 * 2.0**-shift)

    def leap(self):
        """Several times the direction in which estimates run away; where that does not help, each party learns which of its
        columns move."""
        if self.period < self.facts.family.leap_period:
            yield from self.lengthen()
            yield from self.evaluate()
        norm = yield from self.refresh()
        self.has_leapt, self.doublings_before_leap = True, self.doublings
        for is_last in (False, True):
            for power in LEAPS:
                if self.passes >= self.facts.most_passes:
                    break
                yield MOVE, -power
                yield from self.trial()
                reached = yield from self.open_norm()
                if reached < norm:
                    yield ACCEPT,
                    return reached
            yield STAY,
            if is_last or self.doublings == self.facts.doublings or self.passes >= self.facts.most_passes:
                break
            # The rows may have gone round.
            yield from self.lengthen()
            yield from self.evaluate()
            norm = yield from self.direction()
        yield SIGN,
        yield MOVEMENTS,
        raise NoResult

    def step(self, norm):
        """Two lengths at most, until the norm falls. Gives the norm and the shift, none where all began anew."""
        first = 0 if norm < 1 else self.first_shift(norm)
        for shift in (first, first + 2):
            yield MOVE, shift
            yield from self.trial()
            reached = yield from self.open_norm()
            if reached < norm:
                yield ACCEPT,
                return reached, shift
            self.is_far = True
            # Out of passes, or at the noise of the shares.
            if self.passes >= self.facts.most_passes or (shift > first and self.is_near(norm)):
                yield STAY,
                return norm, shift
        # Rows have wrapped, and the inverse may be that of wrong weights.
        yield from self.lengthen()
        yield from self.evaluate()
        constant = self.facts.family.has_constant_weights
        return (yield from (self.direction() if constant else self.refresh())), None

    def first_shift(self, norm):
        ratio = 1 + 4 * norm / math.sqrt(self.facts.rows)
        return 2 if math.isinf(ratio) else min(2, exponent(ratio))

    # Parts

    def gradient(self, period):
        yield PREDICTOR, period
        yield from self.residuals()
        if self.facts.weighs_residuals:
            yield WEIGH, BY_WEIGHT
        yield GRADIENT, period

    def evaluate(self):
        """A pass at the present point."""
        yield STAY,
        yield from self.counted_gradient()

    def trial(self):
        """A pass at the trial point, and its direction."""
        yield from self.counted_gradient()
        yield DIRECTION,

    def counted_gradient(self):
        yield from self.gradient(self.period)
        yield from self.count()

    def count(self):
        self.passes += 1
        if self.passes % PASSES_PER_CHECKPOINT == 0:
            yield SIGN,

    def direction(self):
        yield DIRECTION,
        norm = yield from self.open_norm()
        yield ACCEPT,
        return norm

    def open_norm(self):
        square = yield from self.open(NORM, self.level)
        norm = self.facts.norm(square)
        if math.isfinite(norm):
            self.level = min(FIRST_LEVEL, exponent(max(square, 2.0**self.facts.norm_floor)) + 4)
        return norm

    def refresh(self):
        """The inverse at the present point, and the norm under it."""
        while True:
            yield from self.information()
            if (yield from self.invert_anew()):
                return (yield from self.direction())
            # Negative weights: rows beyond the period.
            yield from self.lengthen()
            yield from self.evaluate()

    def information(self, by_folds=False):
        yield FOLD_INFORMATION if by_folds else INFORMATION, self.period
        if self.has_leapt:
            yield STEADY,

    def lengthen(self):
        """Twice the period (5.4); labels that separate show in the loss there."""
        self.doublings += 1
        self.period *= 2
        self.level, self.is_far = FIRST_LEVEL, True
        if self.doublings > self.facts.doublings:
            raise NoResult
        if self.facts.may_diverge and self.period > self.facts.family.leap_period:
            yield STAY,
            yield PREDICTOR, self.period
            yield from self.open_loss()

    def open_loss(self, is_counted=True):
        loss = yield from self.open(SUM, LOSS, self.period, is_counted=is_counted)
        if self.facts.may_diverge and loss < SEPARATION:
            raise NoResult

    def invert_anew(self, is_final=False):
        """From the last inverse, and where that fails from a multiple of the unit matrix."""
        starts = [(WARM, None)] if self.has_inverse else []
        # Weights without a bound may have outgrown those of the start.
        starts += [(COLD, shift) for shift in ((0,) if self.facts.has_bounded_weights else (1, 4))]
        for start, shift in starts:
            if (yield from self.invert(start, shift, is_final)):
                return True
        return False

    def invert(self, start, shift=None, is_final=False):
        """Iterations until the trace is small (5.2), looked at twice at most; False where they do not come to an inverse."""
        self.has_inverse, self.last_trace = False, 0.0
        yield INVERSE, start, {COLD: COLD_ITERATIONS, WARM: WARM_ITERATIONS, MORE: 1}[start], shift
        trace = yield from self.open(TRACE)
        if abs(trace) > NEAR_TRACE:
            if not -1 < trace <= self.facts.parameters:
                return False
            # What starts from nothing has small eigenvalues to bring up.
            yield (INVERSE, FURTHER, FURTHER_ITERATIONS, None) if start == COLD else (INVERSE, MORE, MORE_ITERATIONS, None)
            trace = yield from self.open(TRACE)
        self.last_trace = trace
        if abs(trace) > NEAR_TRACE:
            return False
        if abs(trace) > SMALL_TRACE:
            yield INVERSE, MORE, NEAR_ITERATIONS, None
        if is_final:
            yield INVERSE, MORE, FINAL_ITERATIONS, None
        self.has_inverse = True
        return True

    def start(self, is_final=False):
        """The first inverse. Where the trace counts directions that were not reached, each passive party learns which of its
        columns are in them, and one leaves one out; at last each party learns it."""
        while True:
            yield START_GRADIENT,
            yield START_INFORMATION,
            if (yield from self.invert(COLD, 0, is_final)):
                return
            if not NEAR_TRACE < self.last_trace <= self.facts.parameters:
                raise NoResult
            yield SIGN,
            facts = self.facts
            is_linear = facts.family.is_linear
            is_few = self.last_trace <= (MOST_LEFT_OUT_LINEAR if is_linear else MOST_LEFT_OUT) - self.left_out + 0.5
            places = facts.may_leave_out()
            # Bits of the passive party with most columns are decisions' too, but in a linear fit.
            cost = 0 if is_linear else ALIAS * max(facts.passive_columns, *facts.other_columns, 0)
            bits = cost + 2 * trace_width(facts) + (len(places) if facts.other_columns else 0)
            if not (places and is_few and self.spent + bits <= facts.decision_bits):
                yield ALIASES,
                raise NoResult
            self.spent += cost
            yield PASSIVE_ALIASES,
            place = (yield from self.leaver(places)) if facts.other_columns else ()
            if place is None:
                yield ALIASES,
                raise NoResult
            yield LEAVE_OUT, *place
            self.facts = self.facts.without_column(*place)
            self.left_out += 1

    def leaver(self, places):
        """The first of these that has a column which takes part; None where none has."""
        for place in places:
            if (yield from self.open(LEAVES, *place)):
                return place
        return None

    def sums(self):
        facts = self.facts
        # The joint predictor must lie in the interval of a sum's series.
        while facts.checks_sums and (yield from self.open(SUM_RANGE, self.period, is_counted=False)):
            if self.doublings == facts.doublings or not facts.has_room(2 * self.period):
                break
            self.doublings, self.period = self.doublings + 1, 2 * self.period
        if facts.has_errors or self.validates or facts.opens_loss or facts.opens_brier:
            yield STAY,
            yield PREDICTOR, self.period
        if facts.opens_loss:
            yield from self.open_loss(is_counted=False)
        if facts.opens_brier:
            yield from self.open(SUM, BRIER, self.period, is_counted=False)
        if facts.opens_curvature:
            yield CURVATURE, self.period
        if facts.opens_squares:
            self.squares = yield from self.open(SQUARES, self.period, is_counted=False)

    def errors(self):
        """Variances from an inverse at the end; withheld where there is none."""
        facts, family = self.facts, self.facts.family
        if self.validates or (facts.has_errors and (family.weight_is_mean or facts.has_robust_errors)):
            yield RESIDUAL, self.period
        is_there = False
        if family.has_constant_weights and facts.has_errors:
            is_there = yield from self.invert(MORE, is_final=True)
        elif not family.has_constant_weights and (facts.has_errors or self.validates):
            yield from self.information(by_folds=self.validates)
            is_there = yield from self.invert_anew(is_final=True)
        if is_there and facts.has_errors:
            yield SIGN,
            yield from self.variances(self.squares)

    @property
    def validates(self):
        """Whether rows are predicted without their fold; after a leap there is no inverse to take one out of."""
        return self.facts.has_folds and not self.has_leapt

    def validate(self):
        """Sums over all rows, each without its fold (5.11); none where no period serves them."""
        facts = self.facts
        if not (self.validates and self.has_inverse):
            return
        if facts.family.has_constant_weights:
            yield FOLD_INFORMATION, self.period
        yield FOLD_POINTS, self.period
        yield SIGN,
        if facts.family.is_linear:
            yield FOLD_PREDICTOR, self.period
            yield from self.open(FOLD_SQUARES, is_counted=False)
            return
        while self.doublings <= facts.doublings and facts.has_room(self.period):
            if not (yield from self.open(FOLD_RANGE, self.period, is_counted=False)):
                yield FOLD_PREDICTOR, self.period
                for kind in [LOSS] * facts.opens_loss + [BRIER] * facts.opens_brier:
                    yield from self.open(FOLD_SUM, kind, self.period, is_counted=False)
                return
            self.doublings, self.period = self.doublings + 1, 2 * self.period

    def held_out(self):
        """Sums over the rows that were kept aside (5.9); none where no period serves them."""
        facts = self.facts
        yield SIGN,
        while self.doublings <= facts.doublings and facts.of_held_out.has_room(self.period):
            is_beyond = yield from self.open(HELD_OUT_RANGE, self.period, is_counted=False)
            if not is_beyond:
                if facts.family.is_linear:
                    yield from self.open(HELD_OUT_SQUARES, is_counted=False)
                for kind in [LOSS] * facts.opens_loss + [BRIER] * facts.opens_brier:
                    yield from self.open(HELD_OUT_SUM, kind, self.period, is_counted=False)
            if not is_beyond or facts.family.is_linear:
                return
            self.doublings, self.period = self.doublings + 1, 2 * self.period

    def variances(self, total):
        """`total`: of squares, where they are known."""
        if not self.facts.has_robust_errors:
            yield VARIANCES,
            return
        scale = self.facts.square_scale(total)
        if scale > MOST_DOUBLINGS:
            return
        yield MEAT, self.period, scale
        yield ROBUST_VARIANCES, scale
