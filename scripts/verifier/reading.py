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
    def __init__(self, data, name):
        self.data, self.at, self.name = data, 0, name

    def fixed(self, count):
        demand(self.at + count <= len(self.data), "T01", "truncated: " + self.name)
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size):
        return int.from_bytes(self.fixed(size), "big")

    def prefixed(self):
        return self.fixed(self.number(4))

    def magic(self, text):
        demand(self.fixed(len(text)) == text, "T01", "not canonical: " + self.name)

    def finish(self):
        demand(self.at == len(self.data), "T01", "left over: " + self.name)
