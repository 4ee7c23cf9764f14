"""What a holder and a further party send each other for each step of a fit (protocols/multiparty-training.md 3 and 4)."""

from copy import copy

from verifier import layouts, levels, messages, steps
from verifier.exchanges import COLUMN_SUMS, PACKED_SUMS, ROW_PRODUCTS, pairs
from verifier.facts import PART_BITS, ROBUST_VARIANCE, SQUARE_ENTRY_FRACTION
from verifier.families import DISPERSION, LOSS
from verifier.layouts import WORD_BITS, Cut, up

SCALED_ROWS = messages.SCALED_SHARES, messages.SCALED_ROWS
# Numbers of a chunk, and bytes of its tag.
NUMBERS_A_CHUNK, TAG = 1 << 16, 16
# Bits of split numbers: angles, partial scores, parts of a linear predictor.
ANGLE, SCORE, PART = 64, 64, 112


class Handover:
    """Sealed numbers of one width, from the further party."""

    def __init__(self, count, bits=WORD_BITS):
        self.cut, self.number_bytes = Cut(count, NUMBERS_A_CHUNK), up(bits, 8)


class Results:
    """A holder's bits of what is the party's own, in ciphertexts under its key; all numbers have one width."""

    def __init__(self, modulus_bits, widths):
        each = (modulus_bits - layouts.HEADROOM_BITS) // widths[0]
        layouts.room(each >= 1)
        self.count = up(len(widths), each)


class Announced:
    """Numbers of an elastic net that both holders opened at once, in so many bits each."""

    def __init__(self, widths):
        self.widths = widths


# To the helper: whether the party's part of some row may have wrapped.
BIT = "bit"


class Handing:
    """`of` gives what comes for a step in order, but for checkpoints and announcements: pairs of types with an exchange of which
    the holder is the owner, handovers, a bit, results, numbers that all learn at once."""

    def __init__(self, facts, index, is_helper):
        """`index`: the party's place among those of the facts' other columns. `is_helper`: who the holder is."""
        self.facts, self.index, self.is_helper = facts, index, is_helper
        self.columns, self.rows = facts.other_columns[index], facts.rows

    def of(self, step):
        name, rest = step[0], step[1:]
        method = self.METHODS.get(name)
        return method(self, *rest) if method else []

    # Parts

    def sums(self, columns, value_bits, scalar_bits):
        """One number of each row of the holder's, against columns of the party's."""
        facts = self.facts
        layout = layouts.column_sums(facts.bits, facts.rows, columns, value_bits, scalar_bits, self.rows)
        return [(COLUMN_SUMS, layout), Handover(columns)]

    def of_active_alone(self, found):
        """The active party alone has numbers of rows, so that the helper alone gets what the party has then."""
        return [one for one in found if isinstance(one, Handover) == self.is_helper]

    def known_sums(self, fraction):
        return self.of_active_alone(self.sums(self.columns, fraction + self.facts.row_bits + 1, self.facts.feature_bits))

    def crosses(self, entry_bits):
        """Shares of earlier parties' weighted columns against this one's."""
        facts, found = self.facts, []
        for values in facts.other_columns[: self.index]:
            layout = layouts.packed_sums(facts.bits, facts.rows, values, self.columns, WORD_BITS, entry_bits, self.rows)
            found += [(PACKED_SUMS, layout), Handover(self.columns * values)]
        return found

    def weighted_columns(self, weight_bits, entry_bits):
        """The party's own block, and its columns times shares of weights."""
        own = self.sums(pairs(self.columns), weight_bits, self.facts.product_bits)
        return own + self.scaled_columns(weight_bits, entry_bits)

    def scaled_columns(self, value_bits, entry_bits):
        """The party's columns times shares of a number of each row."""
        layout = layouts.scaled_rows(self.facts.bits, self.rows, self.columns, value_bits, entry_bits)
        return [(SCALED_ROWS, layout), Handover(self.columns * self.rows)]

    def weighted(self, weight_bits, entry_bits):
        return self.weighted_columns(weight_bits, entry_bits) + self.crosses(entry_bits)

    def results(self, widths):
        """`widths`: by the number of columns."""
        return [Results(self.facts.bits, widths[:1] * self.columns)]

    # Steps

    def start_gradient(self):
        facts, square = self.facts, self.columns**2
        fraction, _ = facts.residual(facts.first_period)
        own = Handover(self.columns + square * ((2 if facts.penalty > 0 else 1) + 2 * facts.is_net))
        return [own] + self.known_sums(fraction)

    def start_information(self):
        facts = self.facts
        if facts.has_unit_weights:
            own = [Handover(pairs(self.columns)), Handover(self.columns * self.rows)]
        else:
            own = self.of_active_alone(self.weighted_columns(facts.start_weight_bits, facts.feature_bits))
        return own + self.crosses(facts.feature_bits)

    def predictor(self, period):
        facts, turn = self.facts, self.facts.turn_bits(period)
        layout = layouts.row_products(facts.bits, self.rows, self.columns, turn, facts.feature_bits + 1)
        return [(ROW_PRODUCTS, layout), Handover(self.rows, turn)]

    def gradient(self, period):
        return self.sums(self.columns, self.facts.residual(period)[1], self.facts.feature_bits)

    def information(self, period):
        facts = self.facts
        found = self.weighted(facts.weight_bits_of_shares(period), facts.feature_bits)
        if facts.family.has_risk_sets:
            # Rates times columns, whose means over risk sets are taken.
            found += self.scaled_columns(facts.rate_bits(period), facts.risk_entry_bits)
        return found

    def meat(self, period, scale):
        facts = self.facts
        if facts.family.has_risk_sets:
            return self.scaled_columns(facts.residual(period)[1], facts.feature_bits)
        _, square_bits = facts.squares_of_rows(period, scale)
        return self.weighted(square_bits, facts.feature_bits - facts.feature_fraction + SQUARE_ENTRY_FRACTION)

    def row_sum(self, kind, _):
        return self.known_sums(self.facts.fraction(kind)) if kind in (LOSS, DISPERSION) else []

    def coefficients(self, fraction):
        return self.results(self.facts.coefficient_widths(fraction)[1])

    def variances(self):
        return self.results(self.facts.variance_widths()[1])

    def robust_variances(self, _):
        return self.results(self.facts.variance_widths(ROBUST_VARIANCE)[1])

    def aliases(self):
        return self.results(self.facts.naming_widths(True)[1])

    def movements(self):
        return self.results(self.facts.naming_widths(False)[1])

    def correlations(self):
        return [Announced(self.facts.correlation_widths())]

    def propose(self):
        """The party's part of the point that all know."""
        return [Handover(self.columns)]

    def joint_gradient(self):
        return [Announced(self.facts.slope_widths())]

    def bit(self, *_):
        return [BIT] if self.is_helper else []

    def leaves(self, *place):
        return self.bit() if place == (self.index,) else []

    def by_folds(self, method, *rest):
        found = []
        for index in range(self.facts.folds):
            fold = copy(self)
            fold.rows = self.facts.rows_of_fold(index)
            found += method(fold, *rest)
        return found

    def fold_information(self, period):
        if self.facts.family.has_constant_weights:
            return self.by_folds(Handing.start_information)
        return self.by_folds(Handing.information, period)

    def fold_points(self, period):
        return self.by_folds(Handing.gradient, period)

    def fold_predictor(self, period):
        return self.by_folds(Handing.predictor, period)

    def fold_sum(self, kind, period):
        return self.by_folds(Handing.row_sum, kind, period)

    def held_out_sum(self, kind, _):
        found = [Handover(self.facts.held_out, ANGLE)]
        if kind == LOSS:
            rows = Handing(self.facts.of_held_out, self.index, self.is_helper)
            found += rows.of_active_alone(rows.sums(1, self.facts.fraction(kind) + self.facts.row_bits + 1, PART_BITS))
        return found

    def held_out_squares(self):
        return [Handover(self.facts.held_out, PART)]

    def levels(self, step):
        """Sums of rows against the party's levels, and these but for the last, split between the holders."""
        facts = self.facts
        comparison = facts.comparison
        if comparison.further != self.index:
            return []
        numbers = Handover(comparison.levels * comparison.values(step))
        sums = self.of_active_alone([(PACKED_SUMS, levels.sums_of_rows(step, facts)), numbers])
        return sums + [Handover((comparison.levels - 1) * facts.rows)]

    def level_test(self):
        return self.levels(steps.LEVEL_TEST)

    def level_curves(self):
        return self.levels(steps.LEVEL_CURVES)

    METHODS = {
        steps.START_GRADIENT: start_gradient,
        steps.START_INFORMATION: start_information,
        steps.PREDICTOR: predictor,
        steps.GRADIENT: gradient,
        steps.INFORMATION: information,
        steps.MEAT: meat,
        steps.SUM: row_sum,
        steps.COEFFICIENTS: coefficients,
        steps.VARIANCES: variances,
        steps.ROBUST_VARIANCES: robust_variances,
        steps.ALIASES: aliases,
        steps.PASSIVE_ALIASES: aliases,
        steps.LEAVES: leaves,
        steps.MOVEMENTS: movements,
        steps.CORRELATIONS: correlations,
        steps.PROPOSE: propose,
        steps.JOINT_GRADIENT: joint_gradient,
        steps.RANGE: bit,
        steps.SUM_RANGE: bit,
        steps.FOLD_RANGE: bit,
        steps.HELD_OUT_RANGE: bit,
        steps.FOLD_INFORMATION: fold_information,
        steps.FOLD_POINTS: fold_points,
        steps.FOLD_PREDICTOR: fold_predictor,
        steps.FOLD_SUM: fold_sum,
        steps.HELD_OUT_SUM: held_out_sum,
        steps.HELD_OUT_SQUARES: held_out_squares,
        steps.LEVEL_TEST: level_test,
        steps.LEVEL_CURVES: level_curves,
    }
