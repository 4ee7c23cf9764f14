"""How a shared number is opened: window by window, each of public place and width (protocols/training.md 3.6)."""

from verifier.facts import exponent
from verifier.layouts import up_log2
from verifier.reading import demand
from verifier.steps import (
    FOLD_RANGE, FOLD_SQUARES, FOLD_SUM, HELD_OUT_RANGE, HELD_OUT_SQUARES, HELD_OUT_SUM, LEAVES, NORM, PATH_INTEGRAL, RANGE,
    RESIDUAL_SUM, RISK_TRACE, SCORE, SQUARES, SUM, SUM_RANGE, THETA, TRACE, WALD,
)

WIDTH, STEP, LEAST_DIGIT = 12, 2, 4
# A squared norm may grow from one opening to the next: its windows reach further.
NORM_WIDTH = 14
# Exponent of the unit of the first norm's window, and of a trace's.
FIRST_LEVEL, TRACE_LEVEL = 8, -2
LEAST_TRACE_WIDTH = 12
# Of a sum over events.
RISK_TRACE_LEVEL, RISK_TRACE_WIDTH = -9, 12
REFINEMENT = 18
# Of a loss above the start's and of tests: down to 2^-4, and so many bits finer.
TEST_FLOOR, TEST_REFINEMENT = -4, 14


class Opening:
    """A window's unit is 2^level. Where it shows too little, another one follows lower down, to the floor at most."""

    def __init__(self, level, floor, width=WIDTH, refinement=0):
        self.level, self.floor, self.width = max(level, floor), floor, width
        # One last window that is so much finer, once a digit is there.
        self.refinement, self.is_last = refinement, False

    def take(self, one, other):
        """Both parties' windows; gives the number, or None when another window is due."""
        span = 1 << self.width
        digit = (one + other) % span
        if digit >= span // 2:
            digit -= span
        is_there = self.is_last or abs(digit) >= LEAST_DIGIT or self.level <= self.floor
        if not is_there:
            self.level = max(self.floor, self.level - STEP)
            return None
        if self.refinement and not self.is_last:
            self.is_last = True
            self.level -= self.refinement
            self.width += self.refinement
            return None
        # Both parties rounded down.
        return (digit + 1) * 2.0**self.level


class RangeBits:
    """One bit of each party: whether its part of some row's predictor may have wrapped (5.5)."""

    width = 1

    def take(self, active, passive):
        return float(active + 2 * passive)


class ThetaBit(RangeBits):
    """The active party's bit, whether it goes on with another theta (5.8)."""

    def take(self, active, passive):
        demand(passive == 0, "T23", "stepMismatch")
        return float(active)


class LeaverBit(RangeBits):
    """One passive party's bit, whether it leaves a column out (multiparty-training.md 4)."""

    def take(self, active, passive):
        demand(active == 0, "T23", "stepMismatch")
        return float(2 * passive)


def trace_width(facts):
    """A trace is at most the number of coefficients, in quarters."""
    return max(LEAST_TRACE_WIDTH, up_log2(facts.parameters) + 4)


def opened_bits(step, facts, number):
    """Bits of its share that each party has sent when a number is open, as decisions count them (5.4)."""
    name = step[0]
    if name in (RANGE, THETA, LEAVES):
        return RangeBits.width
    if name == TRACE:
        return trace_width(facts)
    if name == RISK_TRACE:
        return RISK_TRACE_WIDTH
    if name == NORM:
        return NORM_WIDTH + max(0, step[1] + 2 - exponent(max(number, 2.0**facts.norm_floor)))
    return WIDTH + REFINEMENT + facts.count_bits


def opening_of(step, facts):
    """None for a step that opens nothing to both."""
    name = step[0]
    if name == TRACE:
        return Opening(TRACE_LEVEL, TRACE_LEVEL, trace_width(facts))
    if name == RISK_TRACE:
        return Opening(RISK_TRACE_LEVEL, RISK_TRACE_LEVEL, RISK_TRACE_WIDTH)
    if name in (PATH_INTEGRAL, WALD, SCORE):
        return Opening(facts.count_bits + 6, TEST_FLOOR, refinement=TEST_REFINEMENT)
    if name == NORM:
        return Opening(step[1], facts.norm_floor, NORM_WIDTH)
    if name in (SUM, FOLD_SUM):
        return Opening(facts.count_bits + facts.scale_of(step[1]) + 6, -8, refinement=REFINEMENT)
    if name in (RESIDUAL_SUM, SQUARES, FOLD_SQUARES):
        return squares(facts, max(0, facts.weight_bits) if facts.is_weighted else 0)
    if name == HELD_OUT_SUM:
        return opening_of((SUM, *step[1:]), facts.of_held_out)
    if name == HELD_OUT_SQUARES:
        # Rows kept aside count once each.
        return squares(facts.of_held_out, 0)
    bits = {
        RANGE: RangeBits, HELD_OUT_RANGE: RangeBits, FOLD_RANGE: RangeBits, SUM_RANGE: RangeBits, THETA: ThetaBit,
        LEAVES: LeaverBit,
    }
    return bits[name]() if name in bits else None


def squares(facts, weight_bits):
    """Of a sum that case weights of so many bits multiply."""
    return Opening(facts.count_bits + 2 + weight_bits, -50, refinement=REFINEMENT)
