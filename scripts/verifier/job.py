"""What a fit takes from its job: the canonical encoding of protocols/job.md 3."""

import math
import struct
from collections import namedtuple

from verifier.cohort import LARGEST_CELL, MOST_VALUES
from verifier.reading import Reader, demand

LINEAR, NEGATIVE_BINOMIAL, COX = 1, 5, 7
FAMILY_NAMES = {
    LINEAR: "linear", 2: "logistic", 3: "probit", 4: "poisson", NEGATIVE_BINOMIAL: "negative-binomial", 6: "gamma",
    COX: "cox",
}
STANDARD_ERRORS, SCORES, METRICS, CORRELATIONS, DESCRIPTION, WEIGHTED_DESCRIPTION = 2, 4, 5, 8, 9, 10
SURVIVAL, LOGRANK, KAPLAN_MEIER = 11, 12, 13
# coefficients, standard-errors, scores, metrics, correlations, description, weighted-description, survival, logrank, kaplan-meier
REVEALS = {
    1, STANDARD_ERRORS, SCORES, METRICS, CORRELATIONS, DESCRIPTION, WEIGHTED_DESCRIPTION, SURVIVAL, LOGRANK, KAPLAN_MEIER,
}
# Families of a yes/no label.
BINARY_LABELS = {2, 3, COX}
# Columns of the active party beside its label, in the order of an encoding: of a survival model, and of all others.
TIMES, OTHERS = ("time", "entry", "strata"), ("offset", "exposure", "weights")
# efron, breslow
TIES = (1, 2)
MOST_EVENTS = 1 << 24
# Of the survival curve.
MOST_TIMES = 50
# There: strata with a curve each, and numbers of all curves.
MOST_STRATA, MOST_CURVE_POINTS = 50, 200
# Of a column that is compared.
MOST_COMPARED = 20
# Kinds of a column; levels of a yes/no column.
NUMERIC, BINARY, CATEGORICAL = 1, 2, 3
BINARY_LEVELS = [b"no", b"yes"]
# Of the column that a description groups by.
MOST_GROUPS = 8
# Tests of the passive party's cells, one for each count below the least.
MOST_TESTS = 1 << 20
# Numbers of both parties' columns: they go in one message.
MOST_NUMBERS = 1 << 17
# Coefficients of an elastic net: its correlations go in one message.
MOST_NET_PARAMETERS = 800
# Parts of the rows for cross-validation.
FOLDS = range(2, 21)
# classical, HC0, HC1
CLASSICAL, COVARIANCES = 1, (1, 2, 3)
# paillier-oprf, ecdh-p256
ECDH = 2
ALIGNMENTS = (1, ECDH)
# short, half
NONCES = (1, 2)
# leverage, budget
LOOSENS = {9, 10}


class Job:
    """The model, what may be opened of it and the alignment; everything else is passed over."""

    # How many parties it has, and their roles in a session.
    counts, roles = range(2, 3), ("active", "passive")
    # Columns of passive parties that share no numbers.
    other_columns = ()

    def __init__(self, data):
        r = Reader(data, "job.bin", ("T02", "jobNotCanonical"))
        r.magic(b"moiety job\n\x00\x08")
        self.read(r)

    def read(self, r):
        """All that follows the format."""
        r.texts(2)
        count = r.number(4)
        demand(count in self.counts, "T02", "jobNotCanonical")
        self.parties = [read_party(r) for _ in range(count)]
        demand([party["role"] for party in self.parties] == [1] + [2] * (count - 1), "T02", "jobNotCanonical")
        # The passive one of a fit: of several parties the helper.
        self.active, self.passive = self.parties[:2]
        # The two of a session.
        self.pair = self.active, self.passive
        self.alignment = r.number(1)
        demand(self.alignment in ALIGNMENTS, "T02", "jobNotCanonical")
        self.sender = read_optional_text(r)
        self.family = r.number(1)
        has_theta = read_flag(r)
        demand(not has_theta or self.family == NEGATIVE_BINOMIAL, "T02", "jobNotCanonical")
        if has_theta:
            read_number(r)
        self.estimates_theta = self.family == NEGATIVE_BINOMIAL and not has_theta
        # Its plan in purposes.json.
        self.kind = FAMILY_NAMES.get(self.family, "") + (" ecdh-p256" if self.alignment == ECDH else "")
        self.l2, self.l1, self.tolerance = read_number(r), read_number(r), read_number(r)
        self.most_passes, covariance = r.number(4), r.number(1)
        self.has_robust_errors = covariance != CLASSICAL
        self.is_survival = self.family == COX
        self.ties = r.number(1) if read_flag(r) else None
        self.most_events = r.number(4) if read_flag(r) else None
        self.times = [read_number(r) for _ in range(r.number(1))]
        self.most_strata = r.number(1) if read_flag(r) else None
        self.compared_column = read_optional_text(r)
        demand(self.has_times(), "T02", "jobNotCanonical")
        demand(self.family in FAMILY_NAMES and min(self.l2, self.l1) >= 0 < self.tolerance, "T02", "jobNotCanonical")
        self.bits = r.number(2)
        demand(r.number(1) in NONCES, "T02", "jobNotCanonical")
        self.reveals = {r.number(1) for _ in range(r.number(4))}
        demand((CORRELATIONS in self.reveals) == (self.l1 > 0), "T02", "jobNotCanonical")
        if self.l1 > 0:
            count = 1 + sum(party["columns"] for party in self.parties)
            is_weighted = self.active["weights"] is not None
            demand(
                self.family == LINEAR and count <= MOST_NET_PARAMETERS and not is_weighted, "T02", "jobNotCanonical"
            )
        demand(self.has_curve() and self.has_groups(), "T02", "jobNotCanonical")
        demand(self.reveals <= REVEALS and covariance in COVARIANCES, "T02", "jobNotCanonical")
        self.has_hold_out = r.number(1) != 0
        self.folds = r.number(1)
        demand(
            self.folds == 0 or (self.folds in FOLDS and METRICS in self.reveals and self.l1 == 0),
            "T02", "jobNotCanonical",
        )
        demand(not self.is_survival or self.is_allowed_survival(), "T02", "jobNotCanonical")
        self.least, self.least_cell = r.number(4), r.number(4)
        describes = DESCRIPTION in self.reveals
        demand(not describes or 1 <= self.least_cell <= LARGEST_CELL, "T02", "jobNotCanonical")
        is_grouped = any(party["group"] is not None for party in self.parties[1:])
        demand(not is_grouped and self.has_group(describes), "T02", "jobNotCanonical")
        demand(not describes or self.least_cell * self.cells() <= MOST_TESTS, "T02", "jobNotCanonical")
        has_weights = describes and self.active["weights"] is not None
        demand(WEIGHTED_DESCRIPTION not in self.reveals or has_weights, "T02", "jobNotCanonical")
        demand(not describes or self.numbers() <= MOST_NUMBERS, "T02", "jobNotCanonical")
        r.fixed(8 + 4 + 4)
        demand({r.number(1) for _ in range(r.number(4))} <= LOOSENS, "T02", "jobNotCanonical")
        r.fixed(1)
        self.listener = r.prefixed()
        r.fixed(4 + 4)
        r.finish()

    def between(self, names, _):
        """Who the two of a session are."""
        demand(names == {party["name"] for party in self.pair}, "T04", "partyNotInJob")
        return self

    def has_times(self):
        """Whether times, strata, ties and a number of events stand where a survival model has them, and nowhere else."""
        others = ("exposure",) if self.is_survival else TIMES
        if any(self.active[name] is not None for name in others):
            return False
        if any(party[name] is not None for party in self.parties[1:] for name in TIMES + OTHERS):
            return False
        if not self.is_survival:
            return self.ties is None and self.most_events is None and self.most_strata is None
        is_allowed = self.most_events is None or 1 <= self.most_events <= MOST_EVENTS
        return self.active["time"] is not None and self.ties in TIES and is_allowed

    def is_allowed_survival(self):
        """No folds, no metrics; rows held out for their scores alone."""
        is_held_out = self.has_hold_out and SCORES not in self.reveals
        return not (self.folds or METRICS in self.reveals or is_held_out)

    def has_curve(self):
        """Whether times of a survival curve stand where it is revealed, ascending, and nowhere else."""
        if bool(self.reveals & {SURVIVAL, KAPLAN_MEIER}) != bool(self.times):
            return False
        has_strata = self.active["strata"] is not None
        if has_strata and KAPLAN_MEIER in self.reveals:
            return False
        if (self.most_strata is not None) != (SURVIVAL in self.reveals and has_strata):
            return False
        if not self.times:
            return True
        is_ascending = all(before < after for before, after in zip([0] + self.times, self.times + [math.inf]))
        is_short = len(self.times) <= MOST_TIMES
        is_allowed = self.most_strata is None or 1 <= self.most_strata <= MOST_STRATA
        is_short = is_short and self.curve_points() <= MOST_CURVE_POINTS
        return self.is_survival and is_allowed and is_ascending and is_short

    def curve_points(self):
        """Numbers of all survival curves."""
        return len(self.times) * (self.most_strata or 1)

    def compared(self):
        """Features of all parties that have the name of the column whose levels are compared, with their party's role."""
        if self.compared_column is None:
            return []
        return [(p["role"], one) for p in self.parties for one in p["features"] if one.name == self.compared_column]

    def has_groups(self):
        """Whether a survival model's comparison names one feature with levels, and is revealed; no other job has one."""
        is_revealed = bool(self.reveals & {LOGRANK, KAPLAN_MEIER})
        if not is_revealed or self.compared_column is None:
            return not is_revealed and self.compared_column is None
        found = self.compared()
        is_weighted = self.active["weights"] is not None
        return self.is_survival and not is_weighted and len(found) == 1 and 1 < len(found[0][1].levels) <= MOST_COMPARED

    def has_group(self, describes):
        """Whether a description can group by it, if there is one."""
        group = self.active["group"]
        if group is None:
            return True
        if group.name == self.active["label"] and not (group.kind == BINARY and self.family in BINARY_LABELS):
            return False
        same = all(feature.levels == group.levels for feature in self.active["features"] if feature.name == group.name)
        return describes and same and 0 < len(group.levels) <= MOST_GROUPS and group.reference == 0

    def cells(self):
        """Of passive parties' columns in a description, at most: a numeric one may have few values."""
        features = [one for party in self.parties[1:] for one in party["features"]]
        return self.groups() * sum(len(feature.levels) or MOST_VALUES for feature in features)

    def numbers(self):
        """That a description opens at most."""
        group = self.active["group"]
        features = [one for one in self.active["features"] if not group or one.name != group.name]
        features += [one for party in self.parties[1:] for one in party["features"]]
        each = sum(len(feature.levels) or 2 for feature in features)
        return self.groups() * each * (2 if WEIGHTED_DESCRIPTION in self.reveals else 1)

    def groups(self):
        return len(self.active["group"].levels) if self.active["group"] else 1


class RowJob:
    """Of a job split by rows (protocols/job.md 7) its sites, in their order; what its sums are about is passed over."""

    kind, sender, roles = "rows", None, ("first", "second")

    def __init__(self, data):
        r = Reader(data, "job.bin", ("T02", "jobNotCanonical"))
        r.magic(b"moiety job\n\x00\x0b")
        r.texts(2)
        self.sites = []
        for _ in range(r.number(4)):
            self.sites.append(r.prefixed())
            r.texts(1)
            for _ in range(r.number(4)):
                r.texts(1)
                r.fixed(1)
            r.fixed(1)
        demand(3 <= len(self.sites) <= 50 and len(set(self.sites)) == len(self.sites), "T02", "jobNotCanonical")

    def between(self, names, _):
        """The two of a session, the one that stands first in the job first."""
        self.pair = [{"name": name} for name in self.sites if name in names]
        demand(len(self.pair) == 2, "T04", "partyNotInJob")
        return self


def read_number(r):
    return struct.unpack(">d", r.fixed(8))[0]


def read_flag(r):
    flag = r.number(1)
    demand(flag < 2, "T02", "jobNotCanonical")
    return flag == 1


def read_optional_text(r):
    return r.prefixed() if read_flag(r) else None


def read_party(r):
    """Its name, its role, its label and what stands beside it (None for the passive one), its features, and how many
    coefficients they end with."""
    party = {"name": r.prefixed(), "role": r.number(1)}
    r.texts(1)
    for _ in range(r.number(4)):
        r.texts(1)
        r.fixed(1)
    r.fixed(1)
    party["label"] = read_optional_text(r)
    for name in OTHERS + TIMES:
        party[name] = read_optional_text(r)
    party["group"] = read_feature(r) if read_flag(r) else None
    party["features"] = [read_feature(r) for _ in range(r.number(4))]
    party["columns"] = sum(max(1, len(feature.levels) - 1) for feature in party["features"])
    return party


# Levels have names, a numeric column has none; `reference` is the place of one.
Feature = namedtuple("Feature", "name kind levels reference")


def read_feature(r):
    name, kind = r.prefixed(), r.number(1)
    demand(kind in (NUMERIC, BINARY, CATEGORICAL), "T02", "jobNotCanonical")
    if kind != CATEGORICAL:
        return Feature(name, kind, BINARY_LEVELS if kind == BINARY else [], 0)
    levels = [r.prefixed() for _ in range(r.number(4))]
    reference = r.number(4)
    demand(len(levels) > 1 and reference < len(levels), "T02", "jobNotCanonical")
    return Feature(name, kind, levels, reference)
