"""Whether sessions of fits of several parties are followed as protocols/vectors/multiparty-sessions.json has them, and refused
where something is changed; and the sizes of protocols/vectors/multiparty-training.json."""

import struct

from verifier import approvals, layouts, messages, steps
from verifier.exchanges import RISK_SUMS, Exchanges
from verifier.expecting import CHECKPOINT
from verifier.facts import Facts
from verifier.families import FAMILIES
from verifier.flows import COSIGNATURE, Purposes, note_rounds
from verifier.further import BIT, BITS, OTHERS_BIT, FurtherInspector
from verifier.handing import PACKED_SUMS, SCALED_ROWS, TAG, Handing, Handover, Results
from verifier.levels import Comparison
from verifier.openings import RangeBits, ThetaBit
from verifier.reading import Failure, demand, sha
from verifier.several import read_several
from verifier.training import TrainingInspector

TRAINING = 0x02
# Of what takes long, one of so many records.
EACH = 10
# Counts of an outcome, and what another one is refused by.
FITTED = {"fitted": "countMismatch", "passes": "passesMismatch", "parameters": "countMismatch", "converged": "convergenceMismatch"}


def refused(action, *rest):
    """The failure's text; "" without one."""
    try:
        action(*rest)
    except Failure as failure:
        return str(failure)
    return ""


class Recorded:
    """A session, of which records can be changed."""

    def __init__(self, v):
        self.job = read_several(bytes.fromhex(v["job"]))
        self.job.between({name.encode() for name in v["identities"]}, "joint-fit")
        self.agreed = sha(bytes.fromhex(v["job"]))
        self.identities, self.counts = v["identities"], v["counts"]
        self.records = [self.record(*one) for one in v["records"]]
        self.width = layouts.ciphertext_bytes(self.job.bits)

    def record(self, sender, kind, number, chunk, chunks, length, payload=None):
        one = {"from": sender.encode(), "type": kind, "round": number, "chunk": (chunk, chunks), "length": length}
        one["to"] = next(name.encode() for name in self.identities if name != sender)
        one["payload"] = payload if payload is None else bytes.fromhex(payload)
        return one

    def places(self, *kinds):
        return [place for place, record in enumerate(self.records) if record["type"] in kinds]

    def changed(self, place, **values):
        """With other values of one record."""
        record = {**self.records[place], **values}
        return self.records[:place] + [record] + self.records[place + 1 :]

    def told(self, place, **changes):
        """With another window, or one that is wider."""
        bits, value = struct.unpack(">IQ", self.records[place]["payload"])
        return self.changed(place, payload=struct.pack(">IQ", changes.get("bits", bits), changes.get("value", value)))

    def has_to_sign(self, place):
        """Whether this is a checkpoint before its sender goes on."""
        record, later = self.records[place], self.records[place + 1 :]
        sent = [one for one in later if one["from"] == record["from"] and one["type"] != COSIGNATURE]
        following = sent[0] if sent else record
        return record["type"] == CHECKPOINT and following["type"] >> 8 == TRAINING

    def inspector(self):
        return TrainingInspector(self.job) if self.job.has_both_shares else FurtherInspector(self.job)

    def follow(self, records, counts=None, look=lambda *_: None):
        """To its end; `look` sees the inspector before each record."""
        inspector = self.inspector()
        for place, record in enumerate(records):
            look(place, inspector)
            if record["type"] == CHECKPOINT:
                inspector.take_checkpoint(record)
            elif record["type"] >> 8 == TRAINING:
                inspector.take(record)
        inspector.finish(self.counts if counts is None else counts)

    def verdict(self, records, counts=None):
        return refused(self.follow, records, counts)

    def due(self):
        """What each window has to be: of which opening, and of how many bits."""
        found = {}

        def look(place, inspector):
            if self.records[place]["type"] == messages.WINDOW:
                own = inspector.follower.expected[self.records[place]["from"]]
                found[place] = inspector.follower.opening, own[0].size

        self.follow(self.records, look=look)
        return found


def changes(one):
    """Names of changes, with records or counts, and what each is refused by; None: whatever it is."""
    for name, error in FITTED.items():
        counts = {**one.counts, name: one.counts[name] + 1 if name != "converged" else 1 - one.counts[name]}
        yield f"{name} too great", one.records, counts, "T15 " + error
    start = one.places(messages.BOUNDS)[0]
    for place in range(start, len(one.records)):
        record = one.records[place]
        if record["type"] >> 8 == TRAINING:
            yield f"without record {place}", one.records[:place] + one.records[place + 1 :], None, None
            if place > start:
                yield f"record {place} a round later", one.changed(place, round=record["round"] + 1), None, "T10 wrongRound"
            if place % EACH == 0:
                yield f"an end before record {place}", one.records[:place], None, None
        elif one.has_to_sign(place):
            yield f"without the checkpoint {place}", one.records[:place] + one.records[place + 1 :], None, "T16 checkpointMissing"
    for place in one.places(*messages.CIPHERTEXTS, *messages.OF_OTHERS):
        length, is_own = one.records[place]["length"], one.records[place]["type"] == messages.SEALED_RESULTS
        error = "T24 openedTooMuch" if is_own else "T10 wrongCount"
        yield f"a ciphertext more, {place}", one.changed(place, length=length + one.width), None, error
        yield f"a byte more, {place}", one.changed(place, length=length + 1), None, "T10 wrongLength"
    for place in one.places(messages.HANDOVER):
        length = one.records[place]["length"]
        for more in (-1, 1, 8, 9, 14, 19):
            yield f"a handover of {more} bytes more, {place}", one.changed(place, length=length + more), None, "T10 wrongCount"
    yield from changed_windows(one)
    yield from changed_setups(one)


def changed_windows(one):
    bit = None
    for place, (opening, size) in one.due().items():
        bits, value = struct.unpack(">IQ", one.records[place]["payload"])
        yield f"a window of a bit more, {place}", one.told(place, bits=bits + 1), None, "T24 openedTooMuch"
        if size == BIT:
            bit = place
        elif isinstance(opening, ThetaBit) and bits == BITS:
            yield f"theta of the helper, {place}", one.told(place, value=value | OTHERS_BIT), None, "T23 stepMismatch"
        elif isinstance(opening, RangeBits) and bit is not None:
            records, one.records = one.records, one.told(bit, value=1)
            yield f"a bit that is not announced, {place}", one.told(place, value=value & ~OTHERS_BIT), None, "T23 stepMismatch"
            one.records, bit = records, None
    # The first one is a trace: with another one the inverse does not come.
    first = one.places(messages.WINDOW)[0]
    _, value = struct.unpack(">IQ", one.records[first]["payload"])
    yield "another trace", one.told(first, value=value ^ 1 << 10), None, None


def changed_setups(one):
    for place in one.places(messages.SETUP):
        rows, columns = struct.unpack(">II", one.records[place]["payload"][:8])
        rest = one.records[place]["payload"][8:]
        yield "other columns", one.changed(place, payload=struct.pack(">II", rows, columns + 1) + rest), None, "T13 columnsNotAllowed"
        yield "other rows", one.changed(place, payload=struct.pack(">II", rows + 1, columns) + rest), None, "T10 setupsDiffer"
        is_further = one.job.holder and one.records[place]["from"] != one.job.holder["name"]
        if is_further:
            scaled = one.changed(place, payload=struct.pack(">II", rows, columns) + rest[:-1] + b"\x01")
            yield "a scale of no label", scaled, None, "T13 boundsNotAllowed"
    bounds = one.places(messages.BOUNDS)[0]
    payload = one.records[bounds]["payload"]
    yield "bounds out of range", one.changed(bounds, payload=payload[:7] + b"\x29" + payload[8:]), None, "T10 malformedMessage"
    yield "other bounds", one.changed(bounds, payload=payload[:31] + b"\x03"), None, "T13 boundsNotAllowed"


def disagreements_on_approvals(one):
    """Each is taken, and by nobody else, of no other job, with no other trust."""
    for place in one.places(approvals.APPROVAL):
        record, name = one.records[place], one.records[place]["from"].decode()
        party = {"name": name, "identity": bytes.fromhex(one.identities[name])}
        other = next(x for x in one.identities if x != name)
        stranger = {**party, "identity": bytes.fromhex(one.identities[other])}
        note = record["payload"]
        trust = one.job.trust
        for words, of, who, changed, expected in [
            (trust, one.agreed, party, note, ""), (trust, one.agreed, stranger, note, "T03 approvalInvalid"),
            (trust, one.agreed, party, note.replace(b"time 20", b"time 21"), "T03 approvalInvalid"),
            (trust, sha(one.agreed), party, note, "T03 approvalOfOtherJob"),
            (trust.replace("hospital", "other"), one.agreed, party, note, "T03 approvalWithoutTrust"),
        ]:
            if refused(approvals.check_note, changed[4:], words, of, who) != expected:
                yield f"approval by {name}: {expected or 'taken'}"


def disagreements_on_session(v, purposes):
    one = Recorded(v)
    if one.verdict(one.records):
        return [f"followed: {one.verdict(one.records)}"], 1
    bad, count = [*disagreements_on_approvals(one), *disagreements_on_order(one, purposes)], 7
    for name, records, counts, expected in changes(one):
        found = one.verdict(records, counts)
        count += 1
        if not found or expected not in (None, found):
            bad.append(f"{name}: {found or 'taken'}")
    return bad, count


def disagreements_on_order(one, purposes):
    """The plan has a place for each record, but for none that leaves a round out, or of another kind."""
    def followed(records):
        records = [dict(record) for record in records]
        note_rounds(records)
        logs = [[record for record in records if record["from"] == party["name"]] for party in one.job.pair]
        runs = purposes.follow("joint-fit", one.job.kind, one.job.roles, None, logs)
        demand(any(all(side.is_complete for side in run) for run in runs), "T09", "protocolUnfinished")
        return records

    whole = followed(one.records)
    of_training = [place for place, record in enumerate(whole) if record["type"] >> 8 == TRAINING]
    for place in of_training[::EACH]:
        own = [whole[one]["round"] for one in of_training if one < place and whole[one]["from"] == whole[place]["from"]]
        later = 2 + max([whole[place]["before"], *own])
        if refused(followed, one.changed(place, round=later)) != "T09 outOfOrder":
            yield f"record {place} two rounds later"
    first = one.places(messages.COLUMN_SUMS)[0]
    if refused(followed, one.changed(first, type=messages.SCORES)) != "T14 undeclaredMessage":
        yield "scores in clear"


def has_handover(v):
    numbers = len(v["words"])
    return len(v["sealed"]) // 2 == numbers * Handover(numbers, v["width"]).number_bytes + TAG


def has_results(v):
    return Results(v["modulusBits"], [v["width"]] * len(v["words"])).count == len(v["plaintexts"])


def has_scaled_rows(v):
    found = layouts.scaled_rows(v["modulusBits"], 1000, 3, v["valueBits"], v["entryBits"])
    return found.reply.items == -(-1000 // v["rowsPerResult"]) and found.reply.each == 3


def has_words(v):
    found = layouts.risk_words(v["modulusBits"], v["rows"], v["events"], v["values"])
    return (found.request.each, found.reply.items) == (v["ciphertextsPerInput"], v["resultCount"])


def whole(cut):
    """Of all chunks."""
    return sum(cut.numbers(chunk) for chunk in range(cut.count))


def hazard_facts(v, others, comparison=None):
    """Of proportional hazards."""
    return Facts(
        FAMILIES["cox"], v["rows"], 3, 2, v["modulusBits"], (0, 2, 4, 5), penalty=0, tolerance=0.001, most_passes=20,
        decision_bits=10**6, errors=True, loss=True, brier=False, weighted=False, theta=False, robust=True, held_out=0, folds=0,
        events=v["events"], curve_points=0, comparison=comparison, net=False, others=others,
    )


def has_hazards(v):
    """What steps of proportional hazards take: with each further party, and between the two that share."""
    facts = hazard_facts(v, tuple(v["otherColumns"]))
    for index, expected in enumerate(v["steps"]):
        for name, step in (("information", (steps.INFORMATION, 32)), ("meat", (steps.MEAT, 32, 0))):
            (types, one), handover = Handing(facts, index, True).of(step)[-2:]
            counts = whole(one.request), whole(one.reply), whole(handover.cut)
            wanted = tuple(expected[name][each] for each in ("shares", "results", "handedOver"))
            if (types, counts) != (SCALED_ROWS, wanted):
                return False
    found = Exchanges(facts).of((steps.INFORMATION, 32))
    place = max(place for place, (_, types, _) in enumerate(found) if types == RISK_SUMS)
    words, products = found[place][2], found[place + 1][2]
    counts = whole(words.request), whole(words.reply), products.request.items
    return counts == (v["shares"], v["sums"], v["products"])


def has_levels(v):
    """Whether a comparison of levels of a further party's column takes as much, of each of two such parties."""
    comparison = Comparison(v["levels"], True, v["times"], 11, 1)
    facts = hazard_facts(v, (2, 1), comparison)
    for name, step, count in (("levelTest", steps.LEVEL_TEST, 1), ("levelCurves", steps.LEVEL_CURVES, 2)):
        if any(Handing(facts, 0, is_helper).of((step,)) for is_helper in (False, True)):
            return False
        wanted = v["steps"][name]
        ((types, sums), to_active) = Handing(facts, 1, False).of((step,))
        counts = whole(sums.request), whole(sums.reply)
        handed = [one.cut.items for one in [to_active] + Handing(facts, 1, True).of((step,))]
        if (types, counts) != (PACKED_SUMS, (wanted["shares"], wanted["results"])):
            return False
        if handed != [wanted["split"], wanted["handedOver"], wanted["split"]]:
            return False
        words = [one for _, types, one in Exchanges(facts).of((step,)) if types == RISK_SUMS][:count]
        if any((whole(one.request), whole(one.reply)) != (v["shares"], v["sums"]) for one in words):
            return False
    return True


def disagreements(sizes, sessions):
    """Names of what differs, and how many were compared."""
    bad, count, purposes = [], 0, Purposes()
    checks = {
        "handovers": has_handover, "results": has_results, "scaledRows": has_scaled_rows, "words": has_words,
        "hazards": has_hazards, "levels": has_levels,
    }
    for name, agrees in checks.items():
        bad += [f"several parties, {name} {place}" for place, v in enumerate(sizes[name]) if not agrees(v)]
        count += len(sizes[name])
    for v in sessions["sessions"]:
        differing, compared = disagreements_on_session(v, purposes)
        bad += [f"{v['name']}, {one}" for one in differing]
        count += compared
    return bad, count
