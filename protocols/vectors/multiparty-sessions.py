"""Makes multiparty-sessions.json: what a verifier takes from sessions of fits of several parties that Moiety ran.

Needs Python 3 and nothing else. Run in this folder, with the transcripts of closed sessions, each with its name:
python3 multiparty-sessions.py NAME=TRANSCRIPT ... > multiparty-sessions.json

multiparty-sessions.sh runs the fits of multiparty-sessions-jobs.py and makes the file that is there.

Of each record: sender, type, round, chunk, chunks, length and, of approvals and in a training where a verifier reads it,
the payload (of a key only how many bits it has). They are in the order in which a verifier takes them.
"""

import json
import pathlib
import sys

APPROVAL, KEY = 0x0007, 0x0202
# setup, bounds, windows, results
READ = {APPROVAL, 0x0200, 0x0203, 0x021A, 0x021B}


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def prefixed(self):
        return self.take(self.number(4))


def parties(data):
    r = Bytes(data)
    r.take(len("moiety parties 2\n") + 64)
    found = []
    for _ in range(r.number(4)):
        name, _, _ = r.prefixed().decode(), r.prefixed(), r.number(4)
        found.append((name, r.take(32).hex()))
        r.take(96)
    return found


def records(data):
    r = Bytes(data)
    r.take(len("moiety log 3\n"))
    while r.at < len(data):
        e = Bytes(r.prefixed())
        r.take(32)
        payload = r.prefixed() if r.number(1) else None
        e.take(5 + 32)
        sender, _, _, _, _ = e.prefixed().decode(), e.prefixed(), e.number(8), e.number(2), e.number(2)
        kind, number, _ = e.number(2), e.number(4), e.number(4)
        chunk, chunks, _, seen = e.number(4), e.number(4), e.number(8), e.number(8)
        e.take(32)
        yield seen, [sender, kind, number, chunk, chunks, e.number(4)], payload


def in_order(logs):
    """Each record after all that it had seen; the keeper's first."""
    places = [0, 0]
    while places != [len(log) for log in logs]:
        for own, log in enumerate(logs):
            while places[own] < len(log) and log[places[own]][0] <= places[1 - own]:
                yield log[places[own]]
                places[own] += 1


def counts(data, names):
    r = Bytes(data)
    r.take(len("moiety outcome 1\n") + 32)
    r.prefixed()
    r.take(32)
    found = {}
    for _ in range(r.number(4)):
        name = r.prefixed().decode()
        found[name] = r.number(8)
    return {name: found[name] for name in names}


def session(name, folder):
    (one, first), (two, second) = parties((folder / "parties.bin").read_bytes())
    logs = [list(records((folder / f"log/{a}~{b}.log").read_bytes())) for a, b in ((one, two), (two, one))]
    found = []
    for _, record, payload in in_order(logs):
        kind = record[1]
        if kind in READ:
            record.append(payload.hex())
        if kind == KEY:
            record.append(payload[:8].hex())
        found.append(record)
    return {
        "name": name, "job": (folder / "job.bin").read_bytes().hex(), "identities": {one: first, two: second},
        "counts": counts((folder / "outcome.bin").read_bytes(), ["converged", "fitted", "parameters", "passes"]), "records": found,
    }


def main():
    found = [session(name, pathlib.Path(folder)) for name, folder in (one.split("=", 1) for one in sys.argv[1:])]
    about = "Sessions that a build of Moiety ran and closed over made-up tables; keys of 2048 bits."
    lines = []
    for one in found:
        rows = ",\n".join(json.dumps(record, separators=(",", ":")) for record in one.pop("records"))
        lines.append(json.dumps(one)[:-1] + ', "records": [\n' + rows + "\n]}")
    print('{"about": %s, "sessions": [\n%s\n]}' % (json.dumps(about), ",\n".join(lines)))


main()
