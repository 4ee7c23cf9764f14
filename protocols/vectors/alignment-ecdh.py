#!/usr/bin/env python3
"""Computes protocols/vectors/alignment-ecdh.json from its inputs, with nothing but Python's integers and hashes.

    python3 protocols/vectors/alignment-ecdh.py > protocols/vectors/alignment-ecdh.json

It follows protocols/alignment-ecdh.md and alignment-count.md and shares no code with the Swift target that is tested
against it.
"""

import hashlib
import json
import struct

# SP 800-186, 3.2.1.3: P-256.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(p, q):
    """The sum of two points; None is the neutral one."""
    if p is None or q is None:
        return q if p is None else p
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = (3 * p[0] * p[0] - 3) * pow(2 * p[1], -1, P)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def times(k, point):
    result = None
    while k:
        if k & 1:
            result = add(result, point)
        point, k = add(point, point), k >> 1
    return result


def lift(x):
    """A point with that x-coordinate, or None."""
    if not 0 <= x < P:
        return None
    square = (pow(x, 3, P) - 3 * x + B) % P
    y = pow(square, (P + 1) // 4, P)
    return (x, y) if y * y % P == square else None


def sha256(data):
    return hashlib.sha256(data).digest()


def integer(label):
    return int.from_bytes(sha256(f"moiety alignment ecdh vectors/{label}".encode()), "big")


def encoded(x):
    return x.to_bytes(32, "big")


def candidate(label, session, i, x):
    return sha256(label + b"point" + session + struct.pack(">I", i) + x)


def hashed(label, session, x):
    """P(x), and how many candidates came before it."""
    for i in range(256):
        point = lift(int.from_bytes(candidate(label, session, i, x), "big"))
        if point:
            return point, i
    raise ValueError("no point")


def tag(label, session, u, x=b"", word=b"tag"):
    return sha256(label + word + session + u + x)[:16]


def alignment(session, identifiers, a, b):
    label = b"moiety alignment ecdh v1 "
    entries, tags = [], []
    for text in identifiers:
        x = text.encode()
        point, tries = hashed(label, session, x)
        masked = encoded(times(a, point)[0])
        twice = encoded(times(b, lift(int.from_bytes(masked, "big")))[0])
        bare = encoded(times(pow(a, -1, N), lift(int.from_bytes(twice, "big")))[0])
        assert bare == encoded(times(b, point)[0])
        tags.append(tag(label, session, bare, x))
        entries.append({
            "identifier": x.hex(), "tries": tries, "point": encoded(point[0]).hex(), "masked": masked.hex(),
            "twice": twice.hex(), "bare": bare.hex(), "tag": tags[-1].hex(),
            "proof": tag(label, session, bare, x, b"match").hex(),
        })
    ascending = sorted(tags)
    order = sha256(b"moiety alignment v1 order" + session + struct.pack(">Q", len(tags)) + b"".join(ascending))
    return {"entries": entries, "order_tags": [one.hex() for one in ascending], "order": order.hex()}


def count(session, identifiers, a, b):
    label = b"moiety count v2 "
    entries = []
    for text in identifiers:
        x = text.encode()
        point, tries = hashed(label, session, x)
        both = encoded(times(a, times(b, point))[0])
        entries.append({
            "identifier": x.hex(), "tries": tries, "point": encoded(point[0]).hex(),
            "by_counter": encoded(times(a, point)[0]).hex(), "by_helper": encoded(times(b, point)[0]).hex(),
            "both": both.hex(), "tag": tag(label, session, both).hex(),
        })
    return {"entries": entries}


def refused():
    """x-coordinates that the curve does not have, with the reason."""
    off = next(x for x in range(1, 100) if lift(x) is None)
    other = next(x for x in range(P - 1, 0, -1) if lift(x) is None)
    small = next(x for x in range(1, 100) if lift(x))
    hash_off = next(integer(f"off/{i}") for i in range(100) if lift(integer(f"off/{i}")) is None)
    return [
        {"reason": "not on the curve", "x": encoded(x).hex()} for x in (off, other, hash_off)
    ] + [
        {"reason": "not below p", "x": encoded(x).hex()} for x in (P, P + small, P + G[0] % 2**224, 2**256 - 1)
    ]


def taken():
    """x-coordinates at the edges that the curve has: 0 among them."""
    least = [x for x in range(60) if lift(x)][:4]
    most = [x for x in range(P - 1, P - 60, -1) if lift(x)][:2]
    return [encoded(x).hex() for x in least + most + [G[0]]]


def main():
    assert times(N, G) is None and lift(G[0])
    session = sha256(b"moiety alignment ecdh vectors/session")
    a, b = (integer(name) % (N - 1) + 1 for name in ("a", "b"))
    identifiers = ["", "a", "patient-0001", "9434765919", "Zoë", "x" * 200] + [f"row {i}" for i in range(8)]
    print(json.dumps({
        "spec": "protocols/alignment-ecdh.md, version 2; protocols/alignment-count.md, version 2",
        "session": session.hex(), "a": f"{a:x}", "b": f"{b:x}", "inverse": f"{pow(a, -1, N):x}",
        "alignment": alignment(session, identifiers, a, b), "count": count(session, identifiers[:6], a, b),
        "taken": taken(), "refused": refused(),
    }, indent=1))


if __name__ == "__main__":
    main()
