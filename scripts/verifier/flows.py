"""Which message may come when: the stages that protocols/purposes.json publishes, followed record by record.

A flow is a regular expression over messages. `after` is Antimirov's partial derivative: the set of what may still come
after a message. However long a log, it leaves no more different rests than the flow has steps.
"""

import json
import os

from verifier.reading import demand

BINDING, ABORT, CHECKPOINT, COSIGNATURE, CLOSING = 0x0001, 0x0002, 0x0004, 0x0005, 0x0006
# Where this may come, a training has rounds in which only one side sends.
TRAINING, SCALED_SHARES = 0x02, 0x0220
EMPTY = ("sequence",)
DEFAULT = os.path.join(os.path.dirname(__file__), "..", "..", "protocols", "purposes.json")


def each(number):
    return ("step", number, None)


SIGNED = ("sequence", each(CHECKPOINT), each(COSIGNATURE))


def joined(*flows):
    """One after the other. Kept flat: what a long log leaves must not nest deeper with every record."""
    parts = []
    for flow in flows:
        parts += flow[1:] if flow[0] == "sequence" else [flow]
    return parts[0] if len(parts) == 1 else ("sequence", *parts)


def built(data, role):
    """The flow of one side: steps of other roles are left out."""
    if "step" in data:
        return ("step", data["step"], data.get("signedEvery")) if data["from"] == role else EMPTY
    if "each" in data:
        return each(data["each"])
    for kind in ("sequence", "choice", "interleaved"):
        if kind in data:
            return (kind, *(built(one, role) for one in data[kind]))
    for kind in ("optional", "repeated"):
        if kind in data:
            return (kind, built(data[kind], role))
    raise ValueError("a flow of an unknown kind")


def accepts_empty(flow):
    kind, parts = flow[0], flow[1:]
    if kind == "step":
        return False
    if kind in ("sequence", "interleaved"):
        return all(map(accepts_empty, parts))
    return kind != "choice" or any(map(accepts_empty, parts))


def after(flow, number):
    """What may follow a message of that number: each rest once, and after how many of its chunks a checkpoint is due."""
    kind, parts = flow[0], flow[1:]
    if kind == "step":
        return {EMPTY: flow[2]} if flow[1] == number else {}
    if kind == "optional":
        return after(parts[0], number)
    if kind == "repeated":
        return {joined(rest, flow): every for rest, every in after(parts[0], number).items()}
    found = {}
    for place, part in enumerate(parts):
        for rest, every in after(part, number).items():
            if kind == "sequence":
                rest = joined(rest, *parts[place + 1 :])
            elif kind == "interleaved":
                rests = [one for one in (*parts[:place], rest, *parts[place + 1 :]) if one != EMPTY]
                rest = ("interleaved", *rests) if rests else EMPTY
            found.setdefault(rest, every)
        if kind == "sequence" and not accepts_empty(part):
            break
    return found


def note_rounds(records):
    """Puts down in each record, as `before`, which round of its protocol the other side had come to.

    They are in the order of a pass."""
    rounds = {}
    for record in records:
        protocol = record["type"] >> 8
        record["before"] = rounds.get((record["to"], protocol), 0)
        rounds[record["from"], protocol] = record["round"]


class Side:
    """One party's place in one alternative of a plan."""

    def __init__(self, flow, one_sided):
        """`one_sided`: protocols whose rounds both sides count together."""
        self.flows, self.open, self.rounds, self.finished = {flow}, {}, {}, set()
        self.one_sided = one_sided

    def take(self, record):
        if record["type"] == ABORT:
            return True
        key, (index, count) = (record["type"], record["round"]), record["chunk"]
        if index:
            held = self.open.get(key)
            if not held or held["next"] != index or held["count"] != count or held["due"]:
                return False
        else:
            found = {rest: every for flow in self.flows for rest, every in after(flow, record["type"]).items()}
            # Within a protocol, rounds go up by one at a time and never back.
            protocol, number = record["type"] >> 8, record["round"]
            last = self.rounds.get(protocol, 0)
            latest = max(last, record["before"]) if protocol in self.one_sided else last
            if not found or key in self.open or key in self.finished or not last <= number <= latest + 1:
                return False
            self.rounds[protocol] = number
            self.flows = set(found)
            held = self.open[key] = {"next": 0, "count": count, "every": next(iter(found.values())), "due": False}
            if record["type"] == COSIGNATURE:
                for other in self.open.values():
                    other["due"] = False
        held["next"] += 1
        if held["next"] == count:
            del self.open[key]
            self.finished.add(key)
        elif held["every"] and held["next"] % held["every"] == 0:
            held["due"] = True
            self.flows = {joined(SIGNED, flow) for flow in self.flows}
        return True

    @property
    def is_complete(self):
        return not self.open and any(accepts_empty(flow) or after(flow, CLOSING) for flow in self.flows)


class Purposes:
    def __init__(self, path=DEFAULT):
        with open(path) as file:
            self.document = json.load(file)
        self.by_name = {one["purpose"]: one for one in self.document["purposes"]}

    def commitments(self, purpose):
        return {label.encode() for label in self.by_name[purpose]["commitments"]}

    def counts(self, purpose):
        return set(self.by_name[purpose]["counts"])

    def has_metrics(self, purpose):
        return self.by_name[purpose]["metrics"]

    def bulk(self, purpose):
        """Numbers of the messages whose payloads a transcript may keep by hash."""
        plans = self.by_name[purpose]["plans"].values()
        names = {part["protocol"] for plan in plans for parts in plan for part in parts}
        return set().union(*(bulk_steps(self.document["protocols"][name]) for name in names))

    def alternatives(self, purpose, kind, sides_of, sender):
        """One for each sender that the alignment may have: flows of both sides. None where a job has no such session."""
        for parts in self.by_name[purpose]["plans"].get(kind, []):
            roles = [part["roles"] for part in parts]
            if sender and any(part.get("sender", sender) != sender for part in roles):
                continue
            sides = []
            for side in sides_of:
                flows = [
                    built(self.document["protocols"][part["protocol"]], role)
                    for part in parts for role, party in sorted(part["roles"].items()) if party == side
                ]
                ends = (each(CLOSING), ("optional", each(COSIGNATURE)))
                sides.append(("sequence", each(BINDING), *flows, *ends))
            yield sides

    def follow(self, purpose, kind, sides_of, sender, logs):
        """Whether some alternative has a place for every record.

        `sides_of`: names of both roles. `logs`: theirs, after `note_rounds`."""
        plans = list(self.alternatives(purpose, kind, sides_of, sender))
        known = numbers(plans)
        one_sided = {TRAINING} if SCALED_SHARES in known else set()
        runs = [[Side(flow, one_sided) for flow in sides] for sides in plans]
        for log in logs:
            for record in log:
                demand(record["type"] >> 8 == 0 or record["type"] in known, "T14", "undeclaredMessage")
        for place, log in enumerate(logs):
            for record in log:
                runs = [run for run in runs if run[place].take(record)]
                demand(runs, "T09", "outOfOrder")
        return runs


def numbers(flow):
    if isinstance(flow, tuple) and flow[0] == "step":
        return {flow[1]}
    return set().union(*(numbers(part) for part in flow if not isinstance(part, str)))


def bulk_steps(data):
    """Steps of a published flow that are marked as bulk."""
    if isinstance(data, list):
        return set().union(*map(bulk_steps, data))
    if not isinstance(data, dict):
        return set()
    return {data["step"]} if data.get("bulk") else bulk_steps(list(data.values()))
