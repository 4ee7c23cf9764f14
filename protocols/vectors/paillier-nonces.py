"""Makes paillier-nonces.json: an owner's encryptions with both lengths of nonces (paillier.md 2.1), without Moiety.

Needs Python 3 alone; takes the primes of paillier.json. Run in this folder: python3 paillier-nonces.py > paillier-nonces.json
"""

import json
import random


def strength(size):
    """NIST SP 800-57 part 1, table 2: the least listed size that is no smaller."""
    return next((bits for listed, bits in ((2048, 112), (3072, 128), (7680, 192)) if size <= listed), 256)


def short(size):
    return size // 8 if size < 2048 else -(-(2 * strength(size) + 32) // 64) * 64


def half(size):
    return -(-size // 2)


def encryption(key, nonces, source):
    p, q = int(key["p"], 16), int(key["q"], 16)
    n, size = p * q, key["bits"]
    x, message = source.randrange(1, n), source.randrange(n)
    h = -x * x % n
    rho = source.getrandbits(nonces(size))
    ciphertext = (1 + message * n) * pow(pow(h, n, n * n), rho, n * n) % (n * n)
    return {
        "p": key["p"], "q": key["q"], "nonces": nonces.__name__, "x": f"{x:x}", "rho": f"{rho:x}",
        "plaintext": f"{message:x}", "ciphertext": f"{ciphertext:0{size // 2}x}",
    }


with open("paillier.json") as file:
    keys = json.load(file)["keys"]
source = random.Random(20261128)
print(json.dumps({
    "provenance": "paillier-nonces.py: Python integers alone; integers are hexadecimal, ciphertexts of their fixed width",
    "lengths": [
        {"modulus": size, "short": short(size), "half": half(size)}
        for size in (256, 640, 1024, 2046, 2048, 2050, 3072, 3074, 4096, 7680, 7682, 15360, 16384)
    ],
    "encryptions": [encryption(key, nonces, source) for key in keys for nonces in (short, half)],
}, indent=1))
