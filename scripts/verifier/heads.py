"""Signed heads of a transcript (protocols/transcript.md 4 and 9): whose word a record is, and who received it."""

import base64
import re

from verifier.ed25519 import is_signed
from verifier.reading import Failure, Reader, demand, sha

ABORT, CHECKPOINT, COSIGNATURE, CLOSING = 0x0002, 0x0004, 0x0005, 0x0006
BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
HEAD = r"(0|[1-9][0-9]*)%s([A-Za-z0-9+/]{43}=)\n"


class Tree:
    """RFC 6962, all prefix roots."""

    def __init__(self):
        self.peaks, self.size, self.roots = [], 0, [sha()]

    def append(self, leaf):
        n, self.size = self.size, self.size + 1
        while n & 1:
            leaf, n = sha(b"\x01", self.peaks.pop(), leaf), n >> 1
        self.peaks.append(leaf)
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = sha(b"\x01", peak, root)
        self.roots.append(root)

    def has(self, head):
        return head[0] <= self.size and self.roots[head[0]] == head[1]


def key_id(name, kind, key):
    return sha(name.encode() + b"\n" + bytes([kind]) + key)[:4]


class Note:
    """A checkpoint's or a closing's note in its one form, of one direction of one session; ValueError for another."""

    def __init__(self, encoded, session, sender, receiver):
        self.text, gap, tail = encoded.rpartition("\n\n")
        self.text += "\n"
        form = r"moiety/%s/%s/%s\n" % (session.hex(), re.escape(sender["name"]), re.escape(receiver["name"]))
        match = re.fullmatch(form + HEAD % r"\n" + "(?:closing " + HEAD % " " + ")?", self.text)
        line = "\u2014 ([^ \n]+) (%s)\n" % BASE64
        if not gap or not match or not re.fullmatch("(?:%s)+" % line, tail):
            raise ValueError
        numbers = [part and (part if part.isdigit() else canonical(part)) for part in match.groups()]
        self.head = int(match.group(1)), numbers[1]
        self.received = (int(match.group(3)), numbers[3]) if match.group(3) else None
        self.lines = [(name, canonical(signature)) for name, signature in re.findall(line, tail)]
        self.sender, self.receiver, self.own_line = sender, receiver, tail

    def is_signed(self):
        name = self.sender["name"] + "/log"
        return any(
            who == name and len(line) == 68 and line[:4] == key_id(name, 1, self.sender["log"])
            and is_signed(self.sender["log"], line[4:], self.text.encode())
            for who, line in self.lines
        )

    def is_cosigned(self):
        return any(self.is_cosignature(*line) for line in self.lines)

    def is_cosignature(self, who, line):
        name = self.receiver["name"] + "/witness"
        signed = b"cosignature/v1\ntime %d\n" % int.from_bytes(line[4:12], "big") + self.text.encode()
        known = who == name and len(line) == 76 and line[:4] == key_id(name, 4, self.receiver["witness"])
        return known and is_signed(self.receiver["witness"], line[12:], signed)


def canonical(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError
    return data


def note_in(record, session, sender, receiver):
    """The head that the sender signed in a checkpoint or closing message; None if it did not."""
    try:
        r = Reader(record["payload"], "note")
        note = Note(r.prefixed().decode(), session, sender, receiver)
        r.finish()
    except (Failure, ValueError):
        return None
    if len(note.lines) != 1 or not note.is_signed():
        return None
    if note.received != (record["seen"] if record["type"] == CLOSING else None):
        return None
    return note


class Direction:
    """One party's log: how far its own heads reach (covered), and how far the other's cosignatures do (cosigned)."""

    def __init__(self, session, sender, receiver, log, tree):
        self.sender, self.receiver, self.log, self.tree = sender, receiver, log, tree
        self.covered, self.closing, self.cosigned, self.last_checkpoint = 0, None, 0, None
        self.receipt, self.notes, self.exchanged = "missing", [], set()
        for place, record in enumerate(log):
            if record["type"] in (CHECKPOINT, CLOSING):
                note = note_in(record, session, sender, receiver)
                self.notes.append((record, note))
                if note and note.head == (place, tree.roots[place]):
                    self.covered = place
                    if record["type"] == CLOSING:
                        self.closing = note

    def standing(self, place):
        """signed: its sender's word; afterword: after its signed closing; unsigned: nobody's word."""
        if place < self.covered or place == self.covered > 0 and self.log[place]["type"] in (CHECKPOINT, CLOSING):
            return "signed"
        return "afterword" if self.closing and self.log[place]["type"] in (COSIGNATURE, ABORT) else "unsigned"

    def failures(self, other, is_finished):
        """T06, T07, T16: what a sender signed that it said must hold; what nobody signed counts for nothing."""
        answers = [record for record in other.log if record["type"] == COSIGNATURE]
        for record, note in self.notes:
            answer = next((answer for answer in answers if answer["round"] == record["round"]), None)
            if answer is not None:
                answers.remove(answer)
            if note and not self.tree.has(note.head):
                yield "T06 rootMismatch"
                continue
            if note is None or note.head[0] != record["sequence"]:
                if record["sequence"] < self.covered or is_finished:
                    yield "T06 " + ("closingInvalid" if record["type"] == CLOSING else "checkpointInvalid")
                continue
            if record["type"] == CHECKPOINT:
                self.last_checkpoint = note.head[0]
            if answer is None:
                continue
            holds = self.is_answer(note, answer)
            if record["type"] == CLOSING:
                self.receipt = "valid" if holds else "invalid"
            elif not holds and (answer["sequence"] < other.covered or is_finished):
                yield "T07 countersignatureInvalid"
            if holds:
                self.cosigned = note.head[0]
                line = Reader(answer["payload"], "cosignature")
                signature = "\u2014 %s " % line.prefixed().decode() + base64.b64encode(line.prefixed()).decode()
                self.exchanged.add("%s\n%s%s\n" % (note.text, note.own_line, signature))
        if any(answer["sequence"] < other.covered for answer in answers):
            yield "T16 checkpointsOutOfStep"

    @staticmethod
    def is_answer(note, record):
        try:
            r = Reader(record["payload"], "cosignature")
            name, line = r.prefixed().decode(), r.prefixed()
            r.finish()
        except (Failure, ValueError):
            return False
        return note.is_cosignature(name, line)

    def failures_of_file(self, text, session):
        """The checkpoint file: a head of this log with both signatures, exchanged in the session."""
        try:
            note = Note(text, session, self.sender, self.receiver)
        except ValueError:
            return ["T06 checkpointInvalid"]
        if not note.is_signed():
            return ["T06 checkpointInvalid"]
        if not self.tree.has(note.head):
            return ["T06 rootMismatch"]
        if not note.is_cosigned():
            return ["T07 countersignatureMissing"]
        return [] if text in self.exchanged else ["T16 checkpointUnknown"]

    def gaps(self):
        """What is missing for the log to be closed, and from which record on."""
        names = "%s to %s" % (self.sender["name"], self.receiver["name"])
        if not self.closing:
            yield "%s: not signed by its sender from record %d on" % (names, self.covered)
        if self.last_checkpoint is None or self.last_checkpoint > self.cosigned:
            yield "%s: not countersigned from record %d on" % (names, self.cosigned)


def check_closings(directions):
    """T16: whoever closes has received all that the other sent before its own closing."""
    if all(one.closing for one in directions):
        for one, other in (directions, directions[::-1]):
            demand(one.closing.received[0] >= other.covered, "T16", "closingTooEarly")
