"""Whether descriptions are followed as protocols/vectors/describe.json has them."""

import struct
from types import SimpleNamespace

from verifier import messages, parts
from verifier.cohort import Cohort, Column, check_groups, has_size, joined
from verifier.describing import CIPHERTEXTS, KEY, NUMBERS, PARAMETERS, DescriptionInspector
from verifier.expecting import ACTIVE, CHECKPOINT, PASSIVE
from verifier.job import BINARY, CATEGORICAL, DESCRIPTION, NUMERIC, WEIGHTED_DESCRIPTION, Feature
from verifier.layouts import ciphertext_bytes
from verifier.reading import Failure

GROUP = b"group"


def columns_of(columns):
    return [Column(column.get("levels", 0), column.get("values", 0)) for column in columns]


def features_of(columns):
    """As a job has them: it says nothing of values."""
    return [feature_of(b"%d" % place, column.get("levels", 0)) for place, column in enumerate(columns)]


def feature_of(name, levels):
    kind = NUMERIC if levels == 0 else BINARY if levels == 2 else CATEGORICAL
    return Feature(name, kind, [b"%d" % level for level in range(levels)], 0)


def refused(action, *rest):
    """The failure's text; "" without one."""
    try:
        action(*rest)
    except Failure as failure:
        return str(failure)
    return ""


def has_layout(v):
    columns = {ACTIVE: [], PASSIVE: columns_of(v["columns"])}
    groups = [(1, 1, 1)] * v["groups"]
    one = Cohort(v["rows"], groups, v["modulusBits"], v["minimumCell"], columns, v["weighted"])
    sums, tests, cells = one.sums(), one.tests(), one.cells
    entries = sum(column.entries for column in columns[PASSIVE])
    return (
        entries, sums.request.size, sums.request.each, sums.request.count,
        sums.reply.size, sums.reply.items, sums.reply.count,
        cells, tests.request.size, tests.request.count, tests.reply.numbers(0), tests.reply.count,
    ) == (
        v["evaluatorColumns"], v["rowsPerChunk"], v["ciphertextsPerRow"], v["rowChunks"],
        v["sumsPerChunk"], v["sumCiphertexts"], v["sumChunks"],
        v["cells"], v["cellsPerChunk"], v["cellChunks"],
        min(cells * v["minimumCell"], v["testsPerChunk"]), v["cellChunks"],
    )


def has_shapes(v):
    groups = [(group["n"], int(group["W"]), int(group["Q"])) for group in v["groups"]]
    one = Cohort(v["rows"], groups, 3072, 1, {ACTIVE: [], PASSIVE: []}, v["weighted"])
    return all(
        one.shape(item["item"] == "level", item["block"], item["group"]) == (item["cut"], item["bits"])
        for item in v["items"]
    )


def is_joined(v):
    cut, bits = v["cut"], v["bits"]
    parts = [(int(v[name]) >> cut) % (1 << bits) for name in ("a", "b")]
    return joined(*parts, cut, bits) == v["number"] % (1 << bits)


def verdict_on_size(v):
    return has_size(int(v["total"]), v["cut"], v["levels"]) == v["allowed"]


def verdict_on_groups(v):
    groups = [tuple(map(int, group)) for group in v["message"]]
    found = refused(check_groups, groups, v["groups"], v["rows"], v["minimumCell"], v["weighted"])
    return found == ("T13 groupsNotAllowed" if v["why"] else "")


READERS = {
    "0x0500": messages.read_cohort, "0x0503": messages.read_groups, "0x0514": messages.read_flags,
    "0x0516": messages.scale_count, "0x0517": parts.read_part, "0x0518": parts.read_digests,
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


def has_part(v):
    roots, groups, payload = (bytes.fromhex(v[name]) for name in ("roots", "groups", "payload"))
    values = len(v["values"]).to_bytes(4, "big") + bytes(v["values"])
    scales = len(v["scales"]).to_bytes(4, "big") + b"".join(struct.pack(">dd", *scale) for scale in v["scales"])
    made = parts.part_payload(values, v["hidden"], list(map(int, v["numbers"])), scales)
    return made == payload and parts.digest(v["party"], roots, groups, payload).hex() == v["digest"]


def job_of(v):
    """As far as a description takes something from it. The group's column is among the features."""
    def party(role):
        return {"name": role.encode(), "features": features_of(v["columns"][role]), "group": None}

    # Weights alone are no reason for a weighted block.
    active, reveals = {**party(ACTIVE), "weights": b"w"}, {1, DESCRIPTION}
    if v["weighted"]:
        reveals.add(WEIGHTED_DESCRIPTION)
    if v["groups"] > 1:
        group = feature_of(GROUP, v["groups"])
        active = {**active, "group": group, "features": [group] + active["features"]}
    return SimpleNamespace(active=active, passive=party(PASSIVE), reveals=reveals, least_cell=v["minimumCell"])


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
    counts = {"rows": v["rows"], "groups": v["groups"], "shown": v["hidden"].count(0)}
    wrong = [{**counts, name: count + 1} for name, count in counts.items()]
    return (
        found.hidden == v["hidden"] and not refused(followed, v, counts)
        and all(refused(followed, v, one) == "T15 countMismatch" for one in wrong)
        and refused(lambda: followed(v, reveals={1})) == "T14 undeclaredMessage"
        and (not v["weighted"] or refused(lambda: followed(v, reveals={1, DESCRIPTION})) == "T13 groupsNotAllowed")
        and all(refused(followed, {**v, "messages": v["messages"][:count]}) for count in range(1, len(v["messages"])))
    )


def disagreements(vectors):
    """Names of what differs, and how many were compared."""
    numbers, bad, count = vectors["numbers"], [], 0
    for name, cases, agrees in [
        ("layout", vectors["layouts"], has_layout),
        ("widths", numbers["items"], has_shapes), ("opening", numbers["openings"], is_joined),
        ("size", numbers["sizes"], verdict_on_size), ("groups", vectors["refused"], verdict_on_groups),
        ("session", vectors["sessions"], verdicts_on_session), ("part", vectors["parts"], has_part),
        ("spoiled", vectors["spoiled"], lambda v: refused(followed, v) == v["verdict"]),
        *((kind, cases, lambda v, kind=kind: verdict_on_payload(kind, v)) for kind, cases in vectors["payloads"].items()),
    ]:
        count += len(cases)
        bad += [f"description, {name}: {v.get('name', place)}" for place, v in enumerate(cases) if not agrees(v)]
    return bad, count
