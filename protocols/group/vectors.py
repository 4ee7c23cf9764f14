#!/usr/bin/env python3
"""Computes protocols/vectors/alignment.json from its inputs, with nothing but Python's integers and hashes.

    python3 protocols/group/vectors.py > protocols/vectors/alignment.json

It follows protocols/alignment.md and shares no code with the Swift target that is tested against it.
"""

import hashlib
import json
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
SLOT = 611


def sha256(data):
    return hashlib.sha256(data).digest()


def stream(label, count):
    """Deterministic bytes for inputs of the vectors."""
    out = b""
    for i in range(-(-count // 32)):
        out += sha256(f"moiety alignment vectors/{label}/{i}".encode())
    return out[:count]


def integer(label, bits):
    return int.from_bytes(stream(label, (bits + 7) // 8), "big") >> (-bits % 8)


def h1(session, salt, x, q):
    digest = hashlib.sha512(b"moiety alignment v1 H1" + session + salt + x).digest()
    return int.from_bytes(digest, "big") % q


def h2(session, element, width):
    return sha256(b"moiety alignment v1 H2" + session + element.to_bytes(width, "big"))[:16]


def h3(session, element, width):
    return sha256(b"moiety alignment v1 match" + session + element.to_bytes(width, "big"))[:16]


def order(session, tags):
    return sha256(b"moiety alignment v1 order" + session + struct.pack(">Q", len(tags)) + b"".join(tags))


def challenge_sums(seed, columns, values):
    """sum_i E_ji values[i] for all rows j of the matrix that `seed` gives."""
    per_row = (columns + 7) // 8
    data = b""
    counter = 0
    while len(data) < 128 * per_row:
        data += sha256(seed + struct.pack(">I", counter))
        counter += 1
    rows = []
    for j in range(128):
        row = data[j * per_row : (j + 1) * per_row]
        rows.append(sum(v for i, v in enumerate(values) if row[i // 8] >> (i % 8) & 1))
    return rows


def group_vectors(q, group):
    bits, modulus, g = group["bits"], int(group["P"], 16), int(group["g"], 16)
    width = bits // 8
    session, salt = stream(f"{bits}/session", 32), stream(f"{bits}/salt", 32)
    k = integer(f"{bits}/k", 256) % (q - 1) + 1
    identifiers = ["", "a", "patient-0001", "9434765919", "Zoë", "x" * 200]
    entries, tags = [], []
    for index, text in enumerate(identifiers):
        x = text.encode()
        h = h1(session, salt, x, q)
        a = 2 * (integer(f"{bits}/c/{index}", 256) % (q - 1) + 1)
        t = integer(f"{bits}/t/{index}", 324)
        b = a * h + (t + 2**259) * q
        slot = a * k + b
        v = slot % q
        evaluation = pow(g, pow(v, -1, q), modulus)
        element = pow(evaluation, a, modulus)
        assert element == pow(g, pow(k + h, -1, q), modulus) and slot < 2**581
        tag = h2(session, element, width)
        tags.append(tag)
        entries.append(
            {
                "identifier": x.hex(), "h1": f"{h:x}", "a": f"{a:x}", "t": f"{t:x}", "b": f"{b:x}", "slot": f"{slot:x}",
                "v": f"{v:x}", "evaluation": f"{evaluation:x}", "element": f"{element:x}", "tag": tag.hex(),
                "proof": h3(session, element, width).hex(),
            }
        )
    slots = (bits - 1) // SLOT
    plaintext = sum(int(e["slot"], 16) << (SLOT * s) for s, e in enumerate(entries[:slots]))
    ascending = sorted(tags)
    return {
        "bits": bits, "session": session.hex(), "salt": salt.hex(), "k": f"{k:x}", "slots": slots, "entries": entries,
        "plaintext": f"{plaintext:x}", "order_tags": [t.hex() for t in ascending], "order": order(session, ascending).hex(),
    }


def challenge_vectors():
    result = []
    for columns in (1, 8, 13, 300):
        seed = stream(f"challenge/{columns}", 32)
        values = [integer(f"challenge/{columns}/{i}", 581) for i in range(columns)]
        sums = challenge_sums(seed, columns, values)
        digest = sha256(b"".join(s.to_bytes(80, "big") for s in sums))
        result.append(
            {"seed": seed.hex(), "columns": columns, "first_value": f"{values[0]:x}", "sums_sha256": digest.hex(),
             "first_sums": [f"{s:x}" for s in sums[:4]]}
        )
    return result


def main():
    with open(os.path.join(HERE, "parameters.json"), encoding="ascii") as file:
        parameters = json.load(file)
    q = int(parameters["q"], 16)
    vectors = {
        "spec": "protocols/alignment.md, version 2",
        "groups": [group_vectors(q, group) for group in parameters["groups"]],
        "challenges": challenge_vectors(),
    }
    print(json.dumps(vectors, indent=1))


if __name__ == "__main__":
    main()
