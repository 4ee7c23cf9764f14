"""Whether descriptions are followed as protocols/vectors/describe.json has them."""

from types import SimpleNamespace

from verifier import messages
from verifier.cohort import Cohort, Pools, check_groups, joined
from verifier.describing import CIPHERTEXTS, KEY, NUMBERS, PARAMETERS, DescriptionInspector
from verifier.expecting import ACTIVE, CHECKPOINT, PASSIVE
from verifier.job import DESCRIPTION
from verifier.layouts import ciphertext_bytes
from verifier.reading import Failure

GROUP = b"group"


def levels_of(columns):
    return [column.get("levels", 0) for column in columns]


def refused(action, *rest):
    """The failure's text; "" without one."""
    try:
        action(*rest)
    except Failure as failure:
        return str(failure)
    return ""


def has_layout(v):
    columns = {ACTIVE: [], PASSIVE: levels_of(v["columns"])}
    groups = [(1, 1, 1)] * v["groups"]
    one = Cohort(v["rows"], groups, v["modulusBits"], v["minimumCell"], columns, v["weighted"])
    sums, cells = one.sums(), one.cells(PASSIVE)
    tests = one.tests(cells)
    return (
        sums.request.size, sums.request.each, sums.request.count, sums.reply.size, sums.reply.items, sums.reply.count,
        cells, tests.request.size, tests.request.count, tests.reply.numbers(0), tests.reply.count,
    ) == (
        v["rowsPerChunk"], v["ciphertextsPerRow"], v["rowChunks"], v["sumsPerChunk"], v["sumCiphertexts"], v["sumChunks"],
        v["cells"], v["cellsPerChunk"], v["cellChunks"], min(cells * v["minimumCell"], v["testsPerChunk"]), v["cellChunks"],
    )


def shown_by(views):
    return [
        False if view is None else {"levels": view.numbers, "pool": view.pool} if view.levels else True for view in views
    ]


def has_pools(v):
    found = Pools(levels_of(v["columns"]), v["groups"], v["small"])
    expected = [[] if pool == "none" else pool for pool in v["pools"]]
    return found.of == expected and shown_by(found.views(v["smallPools"])) == v["shown"]


def has_shapes(v):
    groups = [(group["n"], int(group["W"]), int(group["Q"])) for group in v["groups"]]
    one = Cohort(v["rows"], groups, 3072, 1, {ACTIVE: [], PASSIVE: []}, v["weighted"])
    return all(
        one.shape(2 if item["item"] == "level" else 0, item["block"], item["group"]) == (item["cut"], item["bits"])
        for item in v["items"]
    )


def is_joined(v):
    cut, bits = v["cut"], v["bits"]
    parts = [(int(v[name]) >> cut) % (1 << bits) for name in ("a", "b")]
    return joined(*parts, cut, bits) == v["number"] % (1 << bits)


def verdict_on_groups(v):
    groups = [tuple(map(int, group)) for group in v["message"]]
    found = refused(check_groups, groups, v["groups"], v["rows"], v["minimumCell"], v["weighted"])
    return found == ("T13 groupsNotAllowed" if v["why"] else "")


READERS = {
    "0x0500": messages.read_rows, "0x0503": messages.read_groups, "0x0514": messages.read_flags,
    "0x0516": messages.scale_count,
}


def verdict_on_payload(kind, v):
    payload = bytes.fromhex(v["payload"])
    if kind != "0x0515":
        return bool(refused(READERS[kind], payload)) == ("bad" in v)
    job = job_of({"columns": {ACTIVE: [], PASSIVE: []}, "groups": 1, "weighted": False, "minimumCell": 1})
    inspector = DescriptionInspector(job)
    inspector.expected[b"active"].clear()
    inspector.expect(ACTIVE, NUMBERS, v["bits"])
    record = {"from": b"active", "to": b"passive", "type": NUMBERS, "round": 0, "payload": payload, "chunk": (0, 1)}
    return bool(refused(inspector.take, record)) == ("bad" in v)


def job_of(v):
    """As far as a description takes something from it. The group's column is among the features."""
    def party(role):
        own = levels_of(v["columns"][role])
        names = [b"%d" % place for place in range(len(own))]
        return {"name": role.encode(), "features": names, "levels": own, "group": None}

    active = {**party(ACTIVE), "weights": b"w" if v["weighted"] else None}
    if v["groups"] > 1:
        active = {**active, "group": (GROUP, v["groups"]), "features": [GROUP] + active["features"]}
        active["levels"] = [v["groups"]] + active["levels"]
    return SimpleNamespace(active=active, passive=party(PASSIVE), reveals={1, DESCRIPTION}, least_cell=v["minimumCell"])


def record_of(message, bits):
    other = {ACTIVE: PASSIVE, PASSIVE: ACTIVE}[message["from"]]
    record = {"type": message["type"], "from": message["from"].encode(), "to": other.encode(), "payload": None}
    if message["type"] == CHECKPOINT:
        return record
    record["round"], record["chunk"] = message["round"], (message["chunk"], message["chunks"])
    if message["type"] in CIPHERTEXTS:
        return {**record, "length": 4 + message["ciphertexts"] * ciphertext_bytes(bits)}
    if message["type"] == KEY:
        return {**record, "payload": bytes(4) + message["bits"].to_bytes(4, "big")}
    return {**record, "payload": b"" if message["type"] == PARAMETERS else bytes.fromhex(message["payload"])}


def followed(v, counts=None, **changes):
    """The inspector after all messages and an outcome."""
    job = job_of(v)
    for name, value in changes.items():
        setattr(job, name, value)
    inspector = DescriptionInspector(job)
    for message in v["messages"]:
        record = record_of(message, v["modulusBits"])
        (inspector.take_checkpoint if record["type"] == CHECKPOINT else inspector.take)(record)
    inspector.finish(counts or {})
    return inspector


def verdicts_on_session(v):
    """It is followed to its end with what it shows; with another count, less than all of it, or under a job that does not
    allow it, it is not."""
    found = followed(v)
    counts = {"rows": v["rows"], "groups": v["groups"], "shown": sum(map(bool, v["shown"]))}
    wrong = [{**counts, name: count + 1} for name, count in counts.items()]
    return (
        shown_by(found.views) == v["shown"] and not refused(followed, v, counts)
        and all(refused(followed, v, one) == "T15 countMismatch" for one in wrong)
        and refused(lambda: followed(v, reveals={1})) == "T14 undeclaredMessage"
        and refused(lambda: followed(v, least_cell=101)) == "T14 undeclaredMessage"
        and all(refused(followed, {**v, "messages": v["messages"][:count]}) for count in range(1, len(v["messages"])))
    )


# What is said of messages that one change spoilt.
SPOILED = {
    "other rows": "T10 setupsDiffer", "other key sizes": "T13 keySizeMismatch", "a group too few": "T13 groupsNotAllowed",
    "a ciphertext too few": "T10 wrongCount", "a test too few": "T10 wrongCount", "a cell too many": "T10 wrongCount",
    "cells in other chunks": "T10 wrongCount", "a round too early": "T10 wrongRound", "only one owner": "T23 stepMismatch",
    "no checkpoint before small cells": "T16 checkpointMissing", "no checkpoint before small pools": "T16 checkpointMissing",
    "no checkpoint before numbers": "T16 checkpointMissing", "a flag of the other's cell": "T23 stepMismatch",
    "a flag of the other's pool": "T23 stepMismatch", "a flag too few": "T10 wrongCount",
    "a flag of 2": "T10 malformedMessage", "another cell is small": "T10 wrongCount", "a number too few": "T24 openedTooMuch",
    "a byte too many": "T24 openedTooMuch", "a bit too many": "T24 openedTooMuch",
    "a level above its group": "T23 numberNotPossible", "a scale too few": "T24 openedTooMuch",
    "a scale too many": "T24 openedTooMuch", "the end is missing": "T23 descriptionNotFinished",
    "more than the end": "T23 stepMismatch",
}


def disagreements(vectors):
    """Names of what differs, and how many were compared."""
    numbers, bad, count = vectors["numbers"], [], 0
    for name, cases, agrees in [
        ("layout", vectors["layouts"], has_layout), ("pools", vectors["pools"], has_pools),
        ("widths", numbers["items"], has_shapes), ("opening", numbers["openings"], is_joined),
        ("groups", vectors["refused"], verdict_on_groups), ("session", vectors["sessions"], verdicts_on_session),
        ("spoiled", vectors["spoiled"], lambda v: refused(followed, v) == SPOILED[v["name"]]),
        *((kind, cases, lambda v, kind=kind: verdict_on_payload(kind, v)) for kind, cases in vectors["payloads"].items()),
    ]:
        count += len(cases)
        bad += [f"description, {name}: {v.get('name', place)}" for place, v in enumerate(cases) if not agrees(v)]
    return bad, count
