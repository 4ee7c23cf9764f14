"""Bytes of a transcript in their one form (protocols/wire.md 2), and what fails."""

import hashlib


class Failure(Exception):
    pass


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def demand(holds, check, name):
    if not holds:
        raise Failure("%s %s" % (check, name))


class Reader:
    """Fails by the check and name given, or as a file of the folder."""

    def __init__(self, data, name, failure=None):
        self.data, self.at, self.name, self.failure = data, 0, name, failure

    def demand(self, holds, name):
        demand(holds, *(self.failure or ("T01", "%s: %s" % (name, self.name))))

    def fixed(self, count):
        self.demand(self.at + count <= len(self.data), "truncated")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size):
        return int.from_bytes(self.fixed(size), "big")

    def prefixed(self):
        return self.fixed(self.number(4))

    def texts(self, count):
        """Passed over."""
        for _ in range(count):
            self.prefixed()

    def magic(self, text):
        self.demand(self.fixed(len(text)) == text, "not canonical")

    def finish(self):
        self.demand(self.at == len(self.data), "left over")
