"""Makes inputs.json: test vectors of transcript.md 7.1 and disclosure.md 4.1, computed without Moiety.

Needs Python 3 with cryptography. Run in this folder: python3 inputs.py > inputs.json
"""

import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def text(s):
    return u32(len(s.encode())) + s.encode()


def hkdf(secret, info):
    """RFC 5869 with SHA-256, without a salt, 32 bytes."""
    return mac(mac(bytes(32), secret), info, b"\x01")


def root(leaves):
    """RFC 6962 section 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\x01", root(leaves[:k]), root(leaves[k:]))


def number(x):
    return b"\x01" + struct.pack(">d", x + 0.0)


def level(s):
    return b"\x02" + text(s)


IDENTITY = bytes(range(32))
COLUMNS = {
    "outcome": [number(1), number(0), number(1), number(0), number(0)],
    "Größe": [number(1.75), number(-0.0), number(0.1), number(1e100), number(-3)],
    "stage": [level("II"), level("I"), level("II"), level("III"), level("I")],
}
# In ascending order: a prefix comes first, bytes count as unsigned.
PEOPLE = [b"A", b"A1", b"B-07", b"Z", "Ä".encode()]


def cohort(people):
    key = hkdf(IDENTITY, b"moiety/cohort-tags/v1")
    tags = {person: mac(key, person)[:16] for person in people}
    return tags, sha(*sorted(tags.values()))


def column_root(salt, name, cells):
    salts = [mac(salt, b"moiety/leaf-salt/v1", text(name), u64(i)) for i in range(len(cells))]
    return root([sha(b"\x00", s, cell) for s, cell in zip(salts, cells)])


def block(cell):
    """A cell in 16 bytes: levels are hashed, the rest is short."""
    return b"\x02" + sha(cell)[:15] if cell[0] == 2 else cell.ljust(16, b"\0")


def aes(key, plain):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(plain) + encryptor.finalize()


def digests(tags, people, cells):
    key = hkdf(IDENTITY, b"moiety/input-digests/v2")
    rows = sorted(range(len(people)), key=lambda i: tags[people[i]])
    xor = lambda left, right: bytes(a ^ b for a, b in zip(left, right))
    return b"".join(aes(key, xor(tags[people[i]], block(cells[i])))[:4] for i in rows)


def over(people, columns):
    tags, name = cohort(people)
    salt = mac(hkdf(IDENTITY, b"moiety/column-salt/v1"), name)
    kept = {column: digests(tags, people, cells) for column, cells in columns.items()}
    return {
        "identifiers": [person.hex() for person in people],
        "cohort": name.hex(),
        "salt": salt.hex(),
        "cells": {column: [cell.hex() for cell in cells] for column, cells in columns.items()},
        "roots": {column: column_root(salt, column, cells).hex() for column, cells in columns.items()},
        "digests": {column: row.hex() for column, row in kept.items()},
        "digestNames": {column: sha(row).hex() for column, row in kept.items()},
    }


def message(rows, items):
    return u64(rows) + u32(len(items)) + b"".join(text(column) + digest for column, digest in items)


whole = over(PEOPLE, COLUMNS)
fewer = over(PEOPLE[:4], {column: cells[:4] for column, cells in COLUMNS.items()})
roots = [(column, bytes.fromhex(whole["roots"][column])) for column in COLUMNS]
good = message(len(PEOPLE), roots)

print(
    json.dumps(
        {
            "about": "Vectors of transcript.md 7.1 and disclosure.md 4.1; made by inputs.py, which shares no code with Moiety.",
            "identity": IDENTITY.hex(),
            "numbers": [
                {"value": value, "cell": number(value).hex()} for value in (0.0, 1.0, -1.5, 0.1, 1e100, 5e-324)
            ],
            "over": [whole, fewer],
            "columns": list(COLUMNS),
            "message": good.hex(),
            # What does not decode.
            "malformed": [
                {"why": "empty", "payload": ""},
                {"why": "cut", "payload": good[:-1].hex()},
                {"why": "bytes left over", "payload": (good + b"\x00").hex()},
                {"why": "more columns than there are bytes", "payload": (u64(5) + u32(10001)).hex()},
                {"why": "more columns than a job can have", "payload": (u64(5) + u32(2**32 - 1)).hex()},
                {"why": "a name that is no UTF-8", "payload": (u64(5) + u32(1) + u32(1) + b"\xff" + bytes(32)).hex()},
                {"why": "a name over 128 bytes", "payload": message(5, [("c" * 129, bytes(32))]).hex()},
            ],
            # What decodes and is not what the job says of this party (columns), over five rows.
            "refused": [
                {"name": "inputMissing", "payload": message(5, roots[1:]).hex()},
                {"name": "inputMissing", "payload": message(5, []).hex()},
                {"name": "inputUnexpected", "payload": message(5, roots + [("weight", bytes(32))]).hex()},
                {"name": "inputsOutOfOrder", "payload": message(5, roots[::-1]).hex()},
                {"name": "inputsOutOfOrder", "payload": message(5, roots + roots[:1]).hex()},
                {"name": "wrongCount", "payload": message(4, roots).hex()},
                {"name": "wrongCount", "payload": message(6, roots).hex()},
                {"name": "wrongCount", "payload": message(0, roots).hex()},
            ],
        },
        indent=1,
        ensure_ascii=True,
    )
)
