"""What the parties send for each step of a fit, in order (protocols/training.md 3 and 5.3)."""

from copy import copy

from verifier import layouts, levels, messages, steps
from verifier.expecting import ACTIVE, PASSIVE
from verifier.facts import (
    LINEAR_PART_BITS, LINEAR_ROW_BITS, PART_BITS, RISK_NUMBER_BITS, RISK_SCALAR_BITS, SQUARE_ENTRY_FRACTION,
)
from verifier.families import CURVATURE, DISPERSION, LOSS, MEAN, PEARSON, WEIGHT
from verifier.layouts import DIAGONAL, LOWER

# What the owner sends, and what the evaluator answers.
ROW_PRODUCTS = messages.PREDICTOR_SHARES, messages.PREDICTOR_SUMS
KERNEL = messages.KERNEL_VECTORS, messages.KERNEL_RESULTS
COLUMN_SUMS = messages.ROW_SHARES, messages.COLUMN_SUMS
PACKED_SUMS = messages.ROW_VECTORS, messages.CROSS_SUMS
PRODUCT = messages.MATRIX_SHARES, messages.MATRIX_PRODUCTS
ELEMENTS = messages.ELEMENT_SHARES, messages.ELEMENT_PRODUCTS
RISK_SUMS = messages.RISK_SHARES, messages.RISK_SUMS


def pairs(count):
    """Of columns j <= i."""
    return count * (count + 1) // 2


class Exchanges:
    """`of` gives (owner, types, exchange) for each exchange of a step. Results and checkpoints are no exchanges."""

    def __init__(self, facts):
        self.facts, self.columns = facts, {ACTIVE: facts.active_columns, PASSIVE: facts.passive_columns}
        # That go over the wire; widths follow from all rows.
        self.rows = facts.rows

    def of(self, step):
        name, rest = step[0], step[1:]
        method = self.METHODS.get(name)
        return method(self, *rest) if method else []

    # Parts

    def sums(self, owner, columns, value_bits, scalar_bits):
        facts = self.facts
        layout = layouts.column_sums(facts.bits, facts.rows, columns, value_bits, scalar_bits, self.rows)
        return [(owner, COLUMN_SUMS, layout)]

    def gradient_sums(self, owner, evaluator, value_bits):
        return self.sums(owner, self.columns[evaluator], value_bits, self.facts.feature_bits)

    def known_sums(self, fraction):
        """Numbers that the active party knows of each row, against the passive party's columns."""
        return self.gradient_sums(ACTIVE, PASSIVE, fraction + self.facts.row_bits + 1)

    def block(self, owner, evaluator, weight_bits):
        """The evaluator's own block of the information."""
        return self.sums(owner, pairs(self.columns[evaluator]), weight_bits, self.facts.product_bits)

    def cross(self, owner, evaluator, weight_bits, entry_bits=None):
        facts = self.facts
        bits = facts.feature_bits if entry_bits is None else entry_bits
        layout = layouts.packed_sums(
            facts.bits, facts.rows, self.columns[owner], self.columns[evaluator], weight_bits + bits, bits,
            self.rows,
        )
        return [(owner, PACKED_SUMS, layout)]

    def crosses(self, entry_bits=None):
        """Shares of other parties' weighted columns, words each, against own columns (multiparty-training.md 4)."""
        facts, found = self.facts, []
        bits = facts.feature_bits if entry_bits is None else entry_bits
        for values in facts.other_columns:
            for owner, evaluator in ((PASSIVE, ACTIVE), (ACTIVE, PASSIVE)):
                layout = layouts.packed_sums(
                    facts.bits, facts.rows, values, self.columns[evaluator], layouts.WORD_BITS, bits, self.rows)
                found.append((owner, PACKED_SUMS, layout))
        return found

    def weighted(self, weight_bits, entry_bits=None):
        """Sums of products of columns with weights in shares."""
        return (
            self.block(ACTIVE, PASSIVE, weight_bits)
            + self.block(PASSIVE, ACTIVE, weight_bits)
            + self.cross(ACTIVE, PASSIVE, weight_bits, entry_bits)
            + self.cross(PASSIVE, ACTIVE, weight_bits, entry_bits)
            + self.crosses(entry_bits)
        )

    def product(self, rows, columns, part=layouts.ALL, inner=None):
        """Both ways, the active party the owner first. `inner`: where that is not the number of coefficients."""
        layout = layouts.matrix_product(self.facts.bits, rows, inner or self.facts.parameters, columns, part)
        return [(ACTIVE, PRODUCT, layout), (PASSIVE, PRODUCT, layout)]

    def kernel(self, kind, period):
        return [(ACTIVE, KERNEL, self.facts.kernel(kind, period).exchange())]

    def shared(self, count, value_bits=RISK_NUMBER_BITS):
        """So many products of shared numbers."""
        return [(ACTIVE, ELEMENTS, layouts.element_products(self.facts.bits, count, value_bits, 2))]

    def over_risk_sets(self, bits, columns=1):
        """Numbers of rows, summed for each event."""
        facts = self.facts
        layout = layouts.risk_sums(facts.bits, facts.rows, facts.events, bits + RISK_SCALAR_BITS, columns)
        return [(PASSIVE, RISK_SUMS, layout)]

    def means(self, period):
        """Of columns over risk sets, and products of these with each other."""
        facts, own = self.facts, self.columns[ACTIVE] - 1
        rate, found = facts.rate_bits(period), []
        if own > 0:
            # Entries are made positive.
            values = own + (1 if facts.is_weighted else 0)
            found += self.over_risk_sets(rate + facts.risk_entry_bits + 1, values) + self.shared(facts.events * own)
        bits = rate + facts.risk_entry_bits + 3 + RISK_SCALAR_BITS
        layout = layouts.risk_vectors(facts.bits, facts.rows, facts.events, bits, self.columns[PASSIVE])
        found += [(PASSIVE, RISK_SUMS, layout)] + self.shared(facts.events * self.columns[PASSIVE])
        others = sum(facts.other_columns)
        if others:
            # Their columns times rates, as the helper has them.
            layout = layouts.risk_words(facts.bits, facts.rows, facts.events, others)
            found += [(PASSIVE, RISK_SUMS, layout)] + self.shared(facts.events * others)
        for first in range(0, facts.events, steps.MEANS_AT_ONCE):
            count = min(steps.MEANS_AT_ONCE, facts.events - first)
            found += self.product(facts.parameters, facts.parameters, LOWER, count)
        return found

    def penalty(self):
        return self.product(self.facts.parameters, 1) if self.facts.penalty > 0 else []

    # Steps

    def start_gradient(self):
        fraction, _ = self.facts.residual(self.facts.first_period)
        return self.known_sums(fraction) + self.penalty()

    def start_information(self):
        """Sums of products of columns with weights that the active party knows."""
        bits = self.facts.start_weight_bits
        # Where all weights are 1 the passive party knows its own block.
        own = [] if self.facts.has_unit_weights else self.block(ACTIVE, PASSIVE, bits)
        return own + self.cross(ACTIVE, PASSIVE, bits) + self.crosses()

    def inverse(self, start, iterations, _):
        size = self.facts.parameters
        whole, lower = self.product(size, size), self.product(size, size, LOWER)
        symmetric = min(steps.SYMMETRIC, iterations) if start == steps.COLD else 0
        return 2 * lower * symmetric + (whole + lower) * (iterations - symmetric)

    def direction(self):
        return self.product(self.facts.parameters, 1) + self.product(1, 1)

    def predictor(self, period):
        facts, found = self.facts, []
        for owner, evaluator in ((ACTIVE, PASSIVE), (PASSIVE, ACTIVE)):
            layout = layouts.row_products(
                facts.bits, self.rows, self.columns[evaluator], facts.turn_bits(period), facts.feature_bits + 1
            )
            found.append((owner, ROW_PRODUCTS, layout))
        return found

    def rates(self, period):
        return self.kernel(MEAN, period)

    def risks(self, period):
        return self.over_risk_sets(self.facts.rate_bits(period))

    def reciprocals(self, _, iterations):
        return 2 * iterations * self.shared(self.facts.events)

    def hazard_residual(self, period):
        """Rates times sums of reciprocals over the events at which a row is at risk."""
        facts = self.facts
        layout = layouts.risk_sums(facts.bits, facts.events, facts.rows, RISK_NUMBER_BITS + RISK_SCALAR_BITS)
        return [(PASSIVE, RISK_SUMS, layout)] + self.shared(facts.rows, max(RISK_NUMBER_BITS, facts.rate_bits(period)))

    def risk_meat(self, period):
        """What each row has in the score, column by column but for the constant, and its products."""
        facts = self.facts
        columns, rate = facts.parameters - 1, facts.rate_bits(period)
        layout = layouts.risk_sums(facts.bits, facts.events, facts.rows, RISK_NUMBER_BITS + RISK_SCALAR_BITS)
        found = self.shared(facts.events * columns) + 2 * columns * [(PASSIVE, RISK_SUMS, layout)]
        found += self.shared(facts.rows * columns, max(RISK_NUMBER_BITS, rate))
        bits = max(facts.residual(period)[1], facts.feature_bits)
        # Residuals times columns: those of the two parties here, others' are handed over.
        entries = facts.rows * (columns - sum(facts.other_columns))
        found.append((ACTIVE, ELEMENTS, layouts.element_products(facts.bits, entries, bits, 1)))
        for first in range(0, facts.rows, steps.MEANS_AT_ONCE):
            count = min(steps.MEANS_AT_ONCE, facts.rows - first)
            found += self.product(facts.parameters, facts.parameters, LOWER, count)
        return found

    def curve(self):
        """Sums of reciprocals up to each declared time."""
        facts = self.facts
        layout = layouts.risk_sums(facts.bits, facts.events, facts.curve_points, RISK_NUMBER_BITS + RISK_SCALAR_BITS)
        return [(PASSIVE, RISK_SUMS, layout)]

    def path_sum(self, _):
        return self.product(1, 1)

    def wald(self):
        return self.product(self.facts.parameters, 1) + self.product(1, 1)

    def residual(self, period):
        if self.facts.family.has_risk_sets:
            return self.hazard_residual(period)
        return [] if self.facts.family.is_linear else self.kernel(MEAN, period)

    def both_gradients(self, period):
        _, bits = self.facts.residual(period)
        return self.gradient_sums(ACTIVE, PASSIVE, bits) + self.gradient_sums(PASSIVE, ACTIVE, bits)

    def gradient(self, period):
        return self.both_gradients(period) + self.penalty()

    def information(self, period):
        bits = self.facts.weight_bits_of_shares(period)
        found = [] if self.facts.family.weight_is_mean else self.kernel(WEIGHT, period)
        return found + self.weighted(bits) + (self.means(period) if self.facts.family.has_risk_sets else [])

    def meat(self, period, scale):
        if self.facts.family.has_risk_sets:
            return self.risk_meat(period)
        facts = self.facts
        value_bits, square_bits = facts.squares_of_rows(period, scale)
        layout = layouts.element_products(facts.bits, facts.rows, value_bits)
        entry_bits = facts.feature_bits - facts.feature_fraction + SQUARE_ENTRY_FRACTION
        return [(ACTIVE, ELEMENTS, layout)] + self.weighted(square_bits, entry_bits)

    def weigh(self, _):
        """Both parties' numbers are below what a residual share is."""
        return [(ACTIVE, ELEMENTS, layouts.element_products(self.facts.bits, self.facts.rows, LINEAR_ROW_BITS))]

    # Steps fold by fold: each with its own rows, in the widths of all of them

    def by_folds(self, method, *rest):
        found = []
        for index in range(self.facts.folds):
            fold = copy(self)
            fold.rows = self.facts.rows_of_fold(index)
            found += method(fold, *rest)
        return found

    def fold_information(self, period):
        facts = self.facts
        if facts.family.has_constant_weights:
            return self.by_folds(Exchanges.start_information)
        found = [] if facts.family.weight_is_mean else self.kernel(WEIGHT, period)
        return found + self.by_folds(Exchanges.weighted, facts.weight_bits_of_shares(period))

    def fold_points(self, period):
        size, folds = self.facts.parameters, self.facts.folds
        image, change = self.product(size, folds), self.product(size, 1)
        found = self.by_folds(Exchanges.both_gradients, period) + self.penalty()
        return found + (image + change * folds) * (steps.FOLD_ITERATIONS - 1) + image

    def fold_predictor(self, period):
        return self.by_folds(Exchanges.predictor, period)

    def fold_sum(self, kind, period):
        found = self.kernel(kind, period)
        if kind == LOSS:
            found += self.by_folds(Exchanges.known_sums, self.facts.fraction(kind))
            layout = layouts.matrix_product(self.facts.bits, 1, self.facts.parameters * self.facts.folds, 1, layouts.ALL)
            found += [(ACTIVE, PRODUCT, layout), (PASSIVE, PRODUCT, layout)]
        return found

    def fold_squares(self):
        return (self.weigh(steps.BY_ROOT) if self.facts.weighs_residuals else []) + self.residual_sum()

    def row_sum(self, kind, period):
        found = self.kernel(kind, period)
        if kind in (LOSS, DISPERSION):
            # The predictor's own coefficient in a loss is added up apart.
            found += self.known_sums(self.facts.fraction(kind)) + self.product(1, 1)
        return found

    def curvature(self, period):
        return self.kernel(CURVATURE, period)

    def residual_sum(self):
        """The passive party's shares are scalars here, in two halves."""
        return self.sums(ACTIVE, 2, LINEAR_ROW_BITS + 1, (LINEAR_ROW_BITS + 1) // 2 + 1)

    def squares(self, period):
        """The same of Pearson's residuals."""
        share, half = self.facts.square_bits(period)
        return self.kernel(PEARSON, period) + self.sums(ACTIVE, 2, share, half + 1)

    def coefficients(self, _):
        """The raw constant, where there is one."""
        return [] if self.facts.family.has_risk_sets else self.product(1, 1)

    def variances(self):
        size = self.facts.parameters
        return self.product(size, size) + self.product(size, size, DIAGONAL)

    def held_out_sum(self, kind, period):
        """The passive party's part of each predictor is a column of its own where a loss is linear in it."""
        facts, rows = self.facts, Exchanges(self.facts.of_held_out)
        found = rows.kernel(kind, period)
        if kind == LOSS:
            found += rows.sums(ACTIVE, 1, facts.fraction(kind) + facts.row_bits + 1, PART_BITS)
        return found

    def held_out_squares(self):
        rows = Exchanges(self.facts.of_held_out)
        if self.facts.other_columns:
            # Both have shares of the others' parts.
            return rows.residual_sum()
        return rows.sums(ACTIVE, 1, LINEAR_PART_BITS + 1, LINEAR_PART_BITS)

    def correlations(self):
        size = self.facts.parameters
        return self.product(size, size) + self.product(size, size, LOWER) + 2 * self.product(size, 1)

    def joint_gradient(self):
        return self.product(self.facts.parameters, 1)

    def robust_variances(self, _):
        size = self.facts.parameters
        return self.product(size, size) + self.variances()

    def level_test(self):
        return levels.level_test(self)

    def level_curves(self):
        return levels.level_curves(self)

    METHODS = {
        steps.START_GRADIENT: start_gradient,
        steps.START_INFORMATION: start_information,
        steps.INVERSE: inverse,
        steps.DIRECTION: direction,
        steps.PREDICTOR: predictor,
        steps.RATES: rates,
        steps.RISKS: risks,
        steps.RECIPROCALS: reciprocals,
        steps.PATH_SUM: path_sum,
        steps.CURVE: curve,
        steps.LEVEL_TEST: level_test,
        steps.LEVEL_CURVES: level_curves,
        steps.WALD: wald,
        steps.RESIDUAL: residual,
        steps.WEIGH: weigh,
        steps.GRADIENT: gradient,
        steps.INFORMATION: information,
        steps.SUM: row_sum,
        steps.CURVATURE: curvature,
        steps.RESIDUAL_SUM: residual_sum,
        steps.SQUARES: squares,
        steps.COEFFICIENTS: coefficients,
        steps.VARIANCES: variances,
        steps.HELD_OUT_SUM: held_out_sum,
        steps.HELD_OUT_SQUARES: held_out_squares,
        steps.FOLD_INFORMATION: fold_information,
        steps.FOLD_POINTS: fold_points,
        steps.FOLD_PREDICTOR: fold_predictor,
        steps.FOLD_SUM: fold_sum,
        steps.FOLD_SQUARES: fold_squares,
        steps.MEAT: meat,
        steps.CORRELATIONS: correlations,
        steps.JOINT_GRADIENT: joint_gradient,
        steps.ROBUST_VARIANCES: robust_variances,
        # The same forms of another matrix.
        steps.ALIASES: variances,
        steps.PASSIVE_ALIASES: variances,
    }
