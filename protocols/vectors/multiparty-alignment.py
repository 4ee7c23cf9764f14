"""Makes multiparty-alignment.json: test vectors of multiparty-alignment.md, computed without Moiety.

Needs Python 3 and the packages `cryptography` and `mpmath`. Run in this folder:
python3 multiparty-alignment.py > multiparty-alignment.json
"""

import hashlib
import hmac
import json
import struct
from collections import deque

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from mpmath import binomial, fsum, log, mp, mpf

mp.prec = 120
DENSE = 48


# --- hashes and encodings ----------------------------------------------------------------------------------------------

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf(key, salt, info):
    prk = mac(salt or bytes(32), key)
    return mac(prk, info + b"\x01")


def u16(n):
    return struct.pack(">H", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def label(word):
    return f"moiety/parties/{word}/v1".encode()


def made(name, count=32):
    """Bytes of the vectors' inputs."""
    out = b""
    while len(out) < count:
        out += sha(b"moiety multiparty vectors", name.encode(), u32(len(out)))
    return out[:count]


# --- the store: a row is a set of cells --------------------------------------------------------------------------------

def shape(n):
    third = -(-13 * n // 30)
    return third, 3 * third + DENSE


def row(y, seed, third):
    h = sha(label("row"), seed, y)
    sparse = [i * third + int.from_bytes(h[8 * i : 8 * i + 8], "big") % third for i in range(3)]
    dense = int.from_bytes(h[24:30], "big")
    return sparse, [3 * third + t for t in range(DENSE) if dense >> t & 1]


def encode(pairs, words):
    """Seed, cells and the size of the core. `words` gives 64-bit numbers."""
    third, size = shape(len(pairs))
    seed = u64(next(words)) + u64(next(words))
    cells = [u64(next(words)) + u64(next(words)) for _ in range(size)]
    rows = [row(y, seed, third) for y, _ in pairs]
    values = [v for _, v in pairs]

    members = [set() for _ in range(3 * third)]
    for e, (sparse, _) in enumerate(rows):
        for c in sparse:
            members[c].add(e)
    queue = deque(c for c in range(3 * third) if len(members[c]) == 1)
    stack = []
    while queue:
        c = queue.popleft()
        if len(members[c]) != 1:
            continue
        (e,) = members[c]
        stack.append((e, c))
        for other in rows[e][0]:
            members[other].discard(e)
            if other != c and len(members[other]) == 1:
                queue.append(other)

    taken = {e for e, _ in stack}
    core = [e for e in range(len(pairs)) if e not in taken]
    reduced = []
    for e in core:
        columns, value = set(rows[e][0]) ^ set(rows[e][1]), values[e]
        for pivot, earlier, earlier_value in reduced:
            if pivot in columns:
                columns, value = columns ^ earlier, xor(value, earlier_value)
        if not columns:
            return None
        reduced.append((min(columns), columns, value))
    for pivot, columns, value in reversed(reduced):
        for c in columns - {pivot}:
            value = xor(value, cells[c])
        cells[pivot] = value
    for e, c in reversed(stack):
        value = values[e]
        for other in set(rows[e][0] + rows[e][1]) - {c}:
            value = xor(value, cells[other])
        cells[c] = value
    for (y, v), (sparse, dense) in zip(pairs, rows):
        assert decode(cells, sparse + dense) == v
    return seed, cells, len(core)


def decode(cells, which):
    value = bytes(16)
    for c in which:
        value = xor(value, cells[c])
    return value


def words_of(data):
    return iter(struct.unpack(f">{len(data) // 8}Q", data))


def store_case(n):
    pairs = [(f"patient-{i}".encode(), made(f"value {n} {i}", 16)) for i in range(n)]
    data = made(f"words {n}", 16 + 16 * shape(n)[1])
    seed, cells, core = encode(pairs, words_of(data))
    absent = b"nobody"
    sparse, dense = row(absent, seed, shape(n)[0])
    return {
        "count": n, "words": data.hex(), "values": [v.hex() for _, v in pairs], "seed": seed.hex(),
        "cells": [c.hex() for c in cells], "core": core, "absent": decode(cells, sparse + dense).hex(),
    }


def failure_bound(n):
    """log2 of the bound on the probability that a seed fails."""
    third, _ = shape(n)

    def even(s):
        return fsum(binomial(third, j) * (1 - mpf(2 * j) / third) ** s for j in range(third + 1)) / mpf(2) ** third

    total = fsum(binomial(n, s) * even(s) ** 3 for s in range(2, n + 1, 2))
    return float(log(total, 2) - DENSE) if total else None


# --- one run -----------------------------------------------------------------------------------------------------------

def run():
    parties, active = 4, 1
    passive = [p for p in range(parties) if p != active]
    job = made("job")
    ids = [[bytes(32) if i == j else made(f"session {min(i, j)} {max(i, j)}") for j in range(parties)] for i in range(parties)]
    mesh = sha(b"moiety/mesh/v1", job, u16(parties), *[ids[i][j] for i in range(parties) for j in range(i + 1, parties)])
    sets = [
        [b"ada", b"ben", b"cid", b"dan", b"eva", b"fay"],
        [b"eva", b"ada", b"ben", b"gus", b"cid", b"ida"],
        [b"ben", b"hal", b"ida", b"cid", b"ada", b"eva"],
        [b"cid", b"ada", b"fay", b"eva", b"kay", b"gus"],
    ]

    keys, pair = {}, {}
    for i in passive:
        for j in passive:
            if i != j:
                keys[i, j] = made(f"key {i} {j}")

    def public(i, j):
        return X25519PrivateKey.from_private_bytes(keys[i, j]).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    for i in passive:
        for j in passive:
            if i != j:
                z = X25519PrivateKey.from_private_bytes(keys[i, j]).exchange(X25519PublicKey.from_public_bytes(public(j, i)))
                first, second = min(i, j), max(i, j)
                pair[i, j] = hkdf(z, mesh, label("pair") + ids[i][j] + public(first, second) + public(second, first))

    def shared(purpose, j, message):
        out = bytes(32)
        for l in passive:
            if l != j:
                assert pair[j, l] == pair[l, j]
                out = xor(out, mac(hkdf(pair[j, l], b"", label(purpose)), message))
        return out

    def share(j, y):
        return shared("share", j, y)[:16]

    def element(j, y):
        return made(f"element {j} {y.decode()}", 80)

    def tag(j, y):
        return sha(b"moiety alignment v1 H2", ids[active][j], element(j, y))[:16]

    def mask(j, y):
        return sha(b"moiety alignment v1 mask", ids[active][j], element(j, y))[:16]

    for y in sets[active]:
        total = bytes(16)
        for j in passive:
            total = xor(total, share(j, y))
        assert total == bytes(16)

    stores = {}
    for j in passive:
        n = len(sets[j])
        data = made(f"store {j}", 16 + 16 * shape(n)[1])
        seed, cells, _ = encode([(y, xor(share(j, y), mask(j, y))) for y in sets[j]], words_of(data))
        stores[j] = {"words": data.hex(), "seed": seed.hex(), "cells": [c.hex() for c in cells]}

    sums = []
    for x in sets[active]:
        total = bytes(16)
        for j in passive:
            sparse, dense = row(x, bytes.fromhex(stores[j]["seed"]), shape(len(sets[j]))[0])
            cells = [bytes.fromhex(c) for c in stores[j]["cells"]]
            total = xor(total, xor(decode(cells, sparse + dense), mask(j, x)))
        sums.append(total)
    common = [x for x, total in zip(sets[active], sums) if total == bytes(16)]
    assert sorted(common) == sorted(set(sets[0]) & set(sets[1]) & set(sets[2]) & set(sets[3]))

    announced = sha(label("announced"), mesh, u64(len(common)), *[u32(len(x)) + x for x in sorted(common)])
    words = {j: shared("compare", j, announced) for j in passive}
    total = bytes(32)
    for w in words.values():
        total = xor(total, w)
    assert total == bytes(32)
    blinds = {j: made(f"blind {j}") for j in passive}
    commitments = {j: sha(label("commitment"), mesh, u16(j), words[j], blinds[j]) for j in passive}

    nonces = [made(f"nonce {i}") for i in range(parties)]
    nonce_commitments = [sha(label("nonce"), job, u16(i), nonces[i]) for i in range(parties)]
    key = sha(label("order"), mesh, *nonces)
    ordered = sorted(common, key=lambda x: mac(key, x))
    digest = sha(label("ordered"), mesh, u64(len(ordered)), *[mac(key, x) for x in ordered])

    def setup(i, j):
        k = bytes(32) if active in (i, j) else public(i, j)
        return u16(parties) + u16(i) + u16(active) + u32(parties) + b"".join(ids[i]) + k + nonce_commitments[i]

    return {
        "active": active, "job": job.hex(), "sessions": [[s.hex() for s in r] for r in ids], "mesh": mesh.hex(),
        "sets": [[y.decode() for y in s] for s in sets],
        "keys": [[keys[i, j].hex() if (i, j) in keys else "" for j in range(parties)] for i in range(parties)],
        "shares": {str(j): [share(j, y).hex() for y in sets[j]] for j in passive},
        "elements": {str(j): {y.decode(): element(j, y).hex() for y in sorted(set(sets[j]) | set(sets[active]))} for j in passive},
        "tags": {str(j): [tag(j, y).hex() for y in sets[j]] for j in passive},
        "masks": {str(j): [mask(j, y).hex() for y in sets[j]] for j in passive},
        "stores": {str(j): stores[j] for j in passive}, "sums": [s.hex() for s in sums],
        "announced": announced.hex(), "words": {str(j): words[j].hex() for j in passive},
        "blinds": {str(j): blinds[j].hex() for j in passive},
        "commitments": {str(j): commitments[j].hex() for j in passive},
        "nonces": [n.hex() for n in nonces], "nonceCommitments": [c.hex() for c in nonce_commitments],
        "ordered": [x.decode() for x in ordered], "digest": digest.hex(),
        "messages": {
            "setup": [[setup(i, j).hex() if i != j else "" for j in range(parties)] for i in range(parties)],
            "seed": (bytes.fromhex(stores[0]["seed"]) + u32(shape(6)[1])).hex(),
            "cells": (u32(16 * shape(6)[1]) + b"".join(bytes.fromhex(c) for c in stores[0]["cells"])).hex(),
            "opening": (words[0] + blinds[0]).hex(),
            "order": (u64(len(ordered)) + digest).hex(),
        },
    }


def bad(messages):
    """Payloads that are no messages, by kind, each with what is wrong."""
    setup = bytes.fromhex(messages["setup"][0][2])

    def put(place, byte):
        return setup[:place] + bytes([byte]) + setup[place + 1 :]

    cases = [
        ("setup", "nine parties", put(1, 9)), ("setup", "two parties", put(1, 2)),
        ("setup", "another number of sessions", put(1, 5)), ("setup", "a number that no party has", put(3, 4)),
        ("setup", "an active party that is none", put(5, 4)), ("setup", "three sessions", put(9, 3)),
        ("setup", "256 parties more", put(0, 1)), ("setup", "cut short", setup[:-1]), ("setup", "too long", setup + b"\0"),
        ("setup", "empty", b""), ("seed", "cut short", bytes(19)), ("seed", "too long", bytes(21)),
        ("cells", "half a cell", u32(8) + bytes(8)), ("cells", "more than there are", u32(32) + bytes(16)),
        ("cells", "a length beyond every frame", b"\xff\xff\xff\xf0"), ("cells", "left over", u32(16) + bytes(17)),
        ("commitment", "too long", bytes(33)), ("commitment", "cut short", bytes(31)),
        ("opening", "cut short", bytes(63)), ("opening", "w alone", bytes(32)), ("nonce", "cut short", bytes(31)),
        ("order", "cut short", bytes(39)), ("order", "too long", bytes(41)),
    ]
    return [{"kind": kind, "why": why, "payload": payload.hex()} for kind, why, payload in cases]


made_run = run()
print(json.dumps({
    "stores": [store_case(n) for n in (1, 2, 9, 40, 300)],
    "failureBounds": {str(n): failure_bound(n) for n in (2, 9, 30, 100, 500)},
    "bad": bad(made_run["messages"]), "run": made_run,
}, indent=1, sort_keys=True))
