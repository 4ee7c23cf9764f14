"""Makes wire.json: test vectors of wire.md and transcript.md, computed without Moiety.

Needs Python 3 and the package `cryptography`. Run in this folder: python3 wire.py > wire.json
"""

import base64
import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def u16(n):
    return struct.pack(">H", n)


def u32(n):
    return struct.pack(">I", n)


def u64(n):
    return struct.pack(">Q", n)


def prefixed(b):
    return u32(len(b)) + b


def hkdf(key, salt, info, length=32):
    prk = hmac.new(salt or bytes(32), key, hashlib.sha256).digest()
    return hmac.new(prk, info + b"\x01", hashlib.sha256).digest()[:length]


def key(n):
    secret = Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32)
    return secret, secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def leaf(data):
    return sha(b"\x00", data)


def root(leaves):
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\x01", root(leaves[:k]), root(leaves[k:]))


def hello(name, role, job, attempt, certificate, nonce, seed, identity, log, witness):
    protocols = [(0, 2), (1, 3)]
    return (
        b"moiety/hello/v1"
        + u32(len(protocols))
        + b"".join(u16(i) + u16(v) for i, v in protocols)
        + prefixed(name)
        + identity
        + prefixed(role)
        + job
        + u32(attempt)
        + certificate
        + sha(b"moiety/nonce/v1", nonce)
        + sha(b"moiety/seed-commitment/v1", seed)
        + log
        + witness
    )


def record(session, sender, to, sequence, protocol, version, kind, round_, attempt, chunk, time, seen, payload):
    return (
        b"MOIR\x01"
        + session
        + prefixed(sender)
        + prefixed(to)
        + u64(sequence)
        + u16(protocol)
        + u16(version)
        + u16(kind)
        + u32(round_)
        + u32(attempt)
        + u32(chunk[0])
        + u32(chunk[1])
        + u64(time)
        + u64(seen[0])
        + seen[1]
        + u32(len(payload))
        + sha(payload)
    )


def keystream(k, blocks):
    cipher = Cipher(algorithms.AES(k), modes.CTR(bytes(16))).encryptor()
    return cipher.update(bytes(16 * blocks))


job = sha(b"job")
nonces = bytes([0xA1]) * 32, bytes([0xB2]) * 32
seeds = bytes([0xC3]) * 32, bytes([0xD4]) * 32
certificates = sha(b"certificate a"), sha(b"certificate b")
names = b"hospital", b"lab"
roles = b"active", b"passive"
secrets = [[key(10 * side + n) for n in (1, 2, 3)] for side in (1, 2)]
hellos = [
    hello(names[i], roles[i], job, 0, certificates[i], nonces[i], seeds[i], *(public for _, public in secrets[i]))
    for i in (0, 1)
]
session = sha(
    b"moiety/session/v1",
    job,
    *(prefixed(names[i]) + secrets[i][0][1] + nonces[i] for i in (0, 1)),
)
statement = b"moiety/binding/v1" + session + job + prefixed(names[0]) + sha(hellos[0]) + sha(hellos[1])
binding = prefixed(hellos[0]) + nonces[0] + secrets[0][0][0].sign(statement)
first = record(session, names[0], names[1], 0, 0, 2, 0x0001, 0, 0, (0, 1), 1800000000000, (0, sha()), binding)
payload = bytes(range(10))
second = record(session, names[0], names[1], 1, 1, 3, 0x0102, 7, 0, (2, 5), 1800000000123, (1, sha(b"seen")), payload)
leaves = [leaf(first), leaf(second)]

effective = hkdf(seeds[0], nonces[1], b"moiety/effective-seed/v1" + session)
info = b"moiety/randomness/v1" + prefixed(b"mask") + u32(7) + u32(0) + u32(2) + u64(1) + sha(b"seen")
stream_key = hkdf(effective, b"", info)
stream = keystream(stream_key, 257)

text = "moiety/%s/hospital/lab\n2\n%s\n" % (session.hex(), base64.b64encode(root(leaves)).decode())
log_secret, log_public = secrets[0][1]
witness_secret, witness_public = secrets[1][2]


def key_id(name, kind, public):
    return sha(name.encode() + b"\n" + bytes([kind]) + public)[:4]


signature = key_id("hospital/log", 1, log_public) + log_secret.sign(text.encode())
time = 1800000001
cosignature = (
    key_id("lab/witness", 4, witness_public)
    + u64(time)
    + witness_secret.sign(b"cosignature/v1\ntime %d\n" % time + text.encode())
)
note = text + "\n"
for name, line in (("hospital/log", signature), ("lab/witness", cosignature)):
    note += "\u2014 %s %s\n" % (name, base64.b64encode(line).decode())

# The same head as the sender's closing, after it had received one record whose leaf hashes to this root.
closing_text = text + "closing 1 %s\n" % base64.b64encode(sha(b"seen")).decode()
closing = closing_text + "\n"
for name, line in (
    ("hospital/log", key_id("hospital/log", 1, log_public) + log_secret.sign(closing_text.encode())),
    (
        "lab/witness",
        key_id("lab/witness", 4, witness_public)
        + u64(time)
        + witness_secret.sign(b"cosignature/v1\ntime %d\n" % time + closing_text.encode()),
    ),
):
    closing += "\u2014 %s %s\n" % (name, base64.b64encode(line).decode())

master = bytes([0xE5]) * 32
label = b"identifiers"
values = [b"patient-%d" % i for i in range(3)]
salts = [hmac.new(master, b"moiety/leaf-salt/v1" + prefixed(label) + u64(i), hashlib.sha256).digest() for i in range(3)]
salted = [leaf(s + v) for s, v in zip(salts, values)]

tree_inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
tree_leaves = [leaf(bytes.fromhex(x)) for x in tree_inputs]

print(
    json.dumps(
        {
            "about": "Vectors of wire.md and transcript.md; made by wire.py, which shares no code with Moiety.",
            "identities": {
                "secrets": [[bytes([10 * side + n] * 32).hex() for n in (1, 2, 3)] for side in (1, 2)],
                "order": "identity, log key, witness key; of hospital, then of lab",
            },
            "job": job.hex(),
            "nonces": [n.hex() for n in nonces],
            "seeds": [s.hex() for s in seeds],
            "certificates": [c.hex() for c in certificates],
            "hellos": [h.hex() for h in hellos],
            "session": session.hex(),
            "bindingStatement": statement.hex(),
            "binding": binding.hex(),
            "records": [first.hex(), second.hex()],
            "payloads": [binding.hex(), payload.hex()],
            "leaves": [x.hex() for x in leaves],
            "root": root(leaves).hex(),
            "frame": (b"\x04" + prefixed(second) + payload).hex(),
            "randomness": {
                "label": "mask",
                "round": 7,
                "attempt": 0,
                "chunk": 2,
                "seenSize": 1,
                "seenRoot": sha(b"seen").hex(),
                "key": stream_key.hex(),
                "first": stream[:32].hex(),
                "from4096": stream[4096:4112].hex(),
            },
            "checkpoint": note,
            "closing": closing,
            "cosignatureTime": time,
            "commitment": {
                "masterSalt": master.hex(),
                "label": label.decode(),
                "values": [v.hex() for v in values],
                "salts": [s.hex() for s in salts],
                "root": root(salted).hex(),
            },
            "rfc6962": {
                "inputs": tree_inputs,
                "roots": [root(tree_leaves[:n]).hex() for n in range(0, 9)],
            },
        },
        indent=1,
        ensure_ascii=True,
    )
)
