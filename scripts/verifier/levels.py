"""A comparison of the levels of a passive party's column (protocols/training.md 5.13): its steps, shapes and results."""

from collections import namedtuple

from verifier import layouts, messages, steps
from verifier.expecting import ACTIVE, PASSIVE
from verifier.facts import RISK_NUMBER_BITS, RISK_SCALAR_BITS

PACKED_SUMS = messages.ROW_VECTORS, messages.CROSS_SUMS
RISK_SUMS = messages.RISK_SHARES, messages.RISK_SUMS
# Fraction bits of what the active party knows of rows, and of the passive party's 0 and 1.
ROW_FRACTION, UNIT = 80, 19
# Of what is opened: of a test, fraction bits and more for each digit of the rows; of a point of a curve all.
TEST_BITS, CURVE_POINT = 18, 20
# Of a row for a test: its event, the expected ones, its part of a variance.
TEST_VALUES = 3
# Signs: iterations with a factor are as many as bring the least number here, with so much growth; then those without.
FAR, GROWTH, PLAIN_SIGNS = 0.12, 2.4, 10
# Reciprocals: iterations that reach so far, and how much further one more does.
RECIPROCALS, REACH, FURTHER = 8, 540.0, 3.5


class Comparison(namedtuple("Comparison", "levels has_test times least_cell further", defaults=(None,))):
    """What all parties know of it. `further`: the place of a party that shares no numbers and has the column."""

    def kinds(self):
        """Counts of each level at each time: events since the time before, rows after it, and with a test events after it."""
        return 3 if self.has_test else 2

    def values(self, step):
        """Numbers that the active party knows of a row."""
        return TEST_VALUES if step == steps.LEVEL_TEST else self.kinds() * self.times

    def steps(self):
        return [steps.LEVEL_TEST] * bool(self.has_test) + [steps.LEVEL_CURVES] * (self.times > 0)


def results(step, facts):
    """Widths of what the active party gets."""
    count = facts.comparison.levels
    if step == steps.LEVEL_TEST:
        return [TEST_BITS + facts.count_bits] * (3 * count - 1 + count * (count - 1) // 2)
    return [CURVE_POINT] * (count * facts.comparison.times)


def signs(facts):
    """Iterations until a count less the least cell is 1 or -1."""
    least = 2.0 ** (-1 - max(facts.count_bits, layouts.up_log2(facts.comparison.least_cell)))
    count = PLAIN_SIGNS
    while least < FAR:
        least, count = least * GROWTH, count + 1
    return count


def reciprocals(rows):
    """Iterations from 1 to the reciprocals of numbers as small as one of so many rows."""
    count, reach = RECIPROCALS + 1, REACH
    while reach < rows:
        count, reach = count + 1, reach * FURTHER
    return count


def suffixes(places):
    """How many products each round takes that leaves in each place the product of all from there on."""
    found, step = [], 1
    while step < places:
        found.append(len(range(2 * step - 1, places, 2 * step)))
        step *= 2
    while step > 1:
        step //= 2
        found.append(len(range(3 * step - 1, places, 2 * step)))
    return [count for count in found if count]


def sums_of_rows(step, facts):
    """Numbers that the active party knows of rows, for each level; none is above the number of events."""
    values, bits = facts.comparison.values(step), ROW_FRACTION + layouts.up_log2(facts.events) + 1
    return layouts.packed_sums(facts.bits, facts.rows, values, facts.comparison.levels, bits, 1, facts.rows)


def sums(step, facts):
    """The same, where the two that share numbers sum up."""
    return [] if facts.comparison.further is not None else [(ACTIVE, PACKED_SUMS, sums_of_rows(step, facts))]


def at_risk(facts, count):
    """So many sums over risk sets of each level but the last; of a further party's column words of all these side by side."""
    levels = facts.comparison.levels - 1
    if facts.comparison.further is None:
        layout = layouts.risk_sums(facts.bits, facts.rows, facts.events, UNIT + RISK_SCALAR_BITS)
        return [(PASSIVE, RISK_SUMS, layout)] * (count * levels)
    return [(PASSIVE, RISK_SUMS, layouts.risk_words(facts.bits, facts.rows, facts.events, levels))] * count


def level_test(exchanges):
    facts, count = exchanges.facts, exchanges.facts.comparison.levels
    found = sums(steps.LEVEL_TEST, facts) + at_risk(facts, 1)
    for first in range(0, facts.events, steps.MEANS_AT_ONCE):
        inner = min(steps.MEANS_AT_ONCE, facts.events - first)
        found += exchanges.product(count - 1, count - 1, layouts.LOWER, inner)
    found += exchanges.shared(2 * count) * (2 * signs(facts))
    found += conjunction(exchanges, 2 * count)
    return found + exchanges.shared(len(results(steps.LEVEL_TEST, facts)))


def conjunction(exchanges, left, places=1):
    """Whether all of so many numbers are 1, at so many places at once."""
    found = []
    while left > 1:
        found += exchanges.shared(left // 2 * places)
        left -= left // 2
    return found


def level_curves(exchanges):
    facts, comparison = exchanges.facts, exchanges.facts.comparison
    count, times, kinds = comparison.levels, comparison.times, comparison.kinds()
    found = sums(steps.LEVEL_CURVES, facts) + exchanges.shared(kinds * count * times) * (2 * signs(facts))
    found += conjunction(exchanges, kinds * count, times)
    found += at_risk(facts, 2)
    found += exchanges.shared(count * facts.events) * (2 * reciprocals(facts.rows) + 1)
    for products in suffixes(facts.events):
        found += exchanges.shared(count * products)
    layout = layouts.risk_sums(facts.bits, facts.events, times, RISK_NUMBER_BITS + RISK_SCALAR_BITS)
    return found + [(PASSIVE, RISK_SUMS, layout)] * count + exchanges.shared(count * times)
