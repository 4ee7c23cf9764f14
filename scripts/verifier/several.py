"""Jobs of three to eight parties with different columns (protocols/job.md 8): an alignment, and with a helper a fit and a
description."""

from verifier.job import CORRELATIONS, DESCRIPTION, FAMILY_NAMES, KAPLAN_MEIER, LOGRANK, METRICS, SCORES, STANDARD_ERRORS, SURVIVAL
from verifier.job import WEIGHTED_DESCRIPTION
from verifier.job import Job, read_flag, read_optional_text
from verifier.reading import Reader, demand

COUNTS = range(3, 9)
KEY_BITS = 2048, 3072
# What a fit may reveal beside coefficients.
REVEALS = {1, STANDARD_ERRORS, SCORES, METRICS, CORRELATIONS, SURVIVAL, LOGRANK, KAPLAN_MEIER, DESCRIPTION, WEIGHTED_DESCRIPTION}
PAILLIER = 1


MAGIC = b"moiety job\n\x00"
SEVERAL, REFIT = 12, 13
STOP, REFIT_ALLOWED = 1, 2


def read_several(data):
    """The job of three to eight parties that format 12 or 13 encodes."""
    job = read(data)
    demand(isinstance(job, SeveralJob), "T02", "jobNotCanonical")
    return job


def read_pair(data):
    """The job of two parties that format 8 encodes, or format 13 where two are left of more."""
    if not data.startswith(MAGIC + bytes([REFIT])):
        return Job(data)
    job = read(data)
    demand(isinstance(job, PairThatIsLeft), "T02", "jobNotCanonical")
    return job


def read(data):
    r = Reader(data, "job.bin", ("T02", "jobNotCanonical"))
    r.magic(MAGIC)
    version = r.number(1)
    demand(version in (SEVERAL, REFIT), "T02", "jobNotCanonical")
    if version == REFIT:
        return read_refit(r)
    helper = read_optional_text(r)
    return AlignmentJob(r) if helper is None else FitJob(r, helper)


def read_refit(r):
    """A fit that says what becomes of it without a lost party, or that is what one has left (protocols/job.md 8.4)."""
    loss, lost = r.number(1), []
    is_derived = read_flag(r)
    if is_derived:
        r.fixed(32)
        lost = [r.prefixed() for _ in range(r.number(4))]
        demand(0 < len(lost) and lost == sorted(set(lost)), "T02", "jobNotCanonical")
    demand(loss == REFIT_ALLOWED or loss == STOP and is_derived, "T02", "jobNotCanonical")
    helper = read_optional_text(r)
    demand(helper is not None or loss == STOP, "T02", "jobNotCanonical")
    job = PairThatIsLeft(r) if helper is None else FitJob(r, helper)
    # Exact counts of two jobs would show those of the people whom a lost party does not have.
    demand(job.reveals.isdisjoint({DESCRIPTION, LOGRANK, KAPLAN_MEIER}), "T02", "jobNotCanonical")
    names = {party["name"] for party in job.parties}
    demand(names.isdisjoint(lost) and len(names) + len(lost) in COUNTS, "T02", "jobNotCanonical")
    return job


class SeveralJob:
    """What both kinds have: `parties`, the active one first."""

    @property
    def names(self):
        return [party["name"] for party in self.parties]

    def between(self, names, purpose):
        """The two of a session, the one that stands first in the job first."""
        self.pair = [party for party in self.parties if party["name"] in names]
        demand(len(self.pair) == 2, "T04", "partyNotInJob")
        self.has_active = self.pair[0] is self.parties[0]
        self.roles = ("active", "passive") if self.has_active else ("first", "second")
        # Two passive parties say nothing of their logs to the active one.
        self.sites = self.names if self.has_active else self.names[1:]
        # Its plan in purposes.json.
        self.kind = self.kind_of(purpose)
        return self

    def kind_of(self, _):
        return "several" if self.has_active else "several passive"


class AlignmentJob(SeveralJob):
    """Its parties and the least number of common rows."""

    sender, trust = None, None

    def __init__(self, r):
        r.texts(2)
        self.parties, roles = [], []
        for _ in range(r.number(4)):
            self.parties.append({"name": r.prefixed()})
            roles.append(r.number(1))
            r.texts(1)
            for _ in range(r.number(4)):
                r.texts(1)
                r.fixed(1)
            r.fixed(1)
        demand(len(roles) in COUNTS and len(set(self.names)) == len(roles), "T02", "jobNotCanonical")
        demand(roles == [1] + [2] * (len(roles) - 1), "T02", "jobNotCanonical")
        self.bits, self.least = r.number(2), r.number(4)
        demand(self.bits in KEY_BITS, "T02", "jobNotCanonical")
        r.fixed(4 + 1 + 4 + 4)
        r.finish()


class FitJob(SeveralJob, Job):
    """The model too. Two parties compute with two parts of everything: `active`, and `passive`, the helper. `others`: the rest."""

    counts = COUNTS

    def __init__(self, r, helper):
        self.read(r)
        found = [party for party in self.parties[1:] if party["name"] == helper]
        demand(len(found) == 1 and len(set(self.names)) == len(self.names), "T02", "jobNotCanonical")
        self.passive = found[0]
        self.others = [party for party in self.parties[1:] if party is not self.passive]
        self.other_columns = tuple(party["columns"] for party in self.others)
        demand(self.is_allowed(), "T02", "jobNotCanonical")

    def is_allowed(self):
        is_allowed = self.reveals <= REVEALS and self.bits in KEY_BITS
        has_columns = all(party["features"] for party in self.parties[1:])
        has_defaults = self.alignment == PAILLIER and self.sender is None and self.listener == self.active["name"]
        return is_allowed and has_columns and has_defaults

    @property
    def trust(self):
        """What each approval vouches for (6)."""
        names = self.active["name"].decode(), self.passive["name"].decode()
        return "; %s and %s do not put their parts together" % names

    @property
    def holders(self):
        """Of a session: who of the two computes with a part of everything."""
        return [party for party in self.pair if party is self.active or party is self.passive]

    @property
    def has_both_shares(self):
        return len(self.holders) == 2

    @property
    def holder(self):
        """Of a session with one of the others; None of any other session."""
        return self.holders[0] if len(self.holders) == 1 else None

    def kind_of(self, purpose):
        if purpose != "joint-fit":
            return super().kind_of(purpose)
        kind = "several " + FAMILY_NAMES[self.family]
        if self.has_active:
            return kind + ("" if self.has_both_shares else " further")
        if not self.holders:
            return kind + " passive"
        return kind + " helper " + ("first" if self.holder is self.pair[0] else "second")


class PairThatIsLeft(Job):
    """Two parties of a fit of more: a job of two, with the alignment and the listener that those have."""

    def __init__(self, r):
        self.read(r)
        is_allowed = self.alignment == PAILLIER and self.sender is None and self.listener == self.active["name"]
        demand(is_allowed and len({party["name"] for party in self.parties}) == 2, "T02", "jobNotCanonical")
