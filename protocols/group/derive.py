#!/usr/bin/env python3
"""Derives the groups of protocols/alignment.md, section "Group", from fixed labels.

    python3 protocols/group/derive.py             # derives both groups anew, prints JSON (minutes)
    python3 protocols/group/derive.py --check     # the same, and compares with parameters.json
    python3 protocols/group/derive.py --verify    # only checks the properties of parameters.json (seconds)

Needs Python 3.8 and nothing else; gmpy2, if it is there, only makes it faster.

What is searched, each from a start that a hash of a label fixes, upwards, taking the first hit:

    q = 12 s - 1        q, s and r = (q - 1) / 2 prime, q of exactly 256 bits (once, shared by all groups)
    P = 2 q m + 1       P and m prime, P of the group's size
    g = c^((P - 1) / q) mod P, the first hash c of a counter for which g is not 1

q + 1 = 12 s and q - 1 = 2 r have no divisors that help Cheon's attack; P - 1 = 2 q m has no small
prime factors but 2.
"""

import hashlib
import json
import os
import sys

try:
    from gmpy2 import mpz, powmod
except ImportError:  # pure Python is only slower
    mpz, powmod = int, pow

LABEL = "moiety alignment group v1"
ORDER_BITS = 256
SIZES = (2048, 3072)
SIEVE_LIMIT = 1 << 20
BLOCK = 1 << 20
PARAMETERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parameters.json")


def expand(label, bits):
    """The first `bits` bits of SHA-256(label || "/0") || SHA-256(label || "/1") || ..., as a big-endian integer."""
    data, counter = b"", 0
    while len(data) * 8 < bits:
        data += hashlib.sha256(f"{label}/{counter}".encode()).digest()
        counter += 1
    return int.from_bytes(data, "big") >> (len(data) * 8 - bits)


def primes_below(limit):
    flags = bytearray([1]) * limit
    flags[0:2] = b"\0\0"
    for i in range(2, int(limit**0.5) + 1):
        if flags[i]:
            flags[i * i :: i] = bytes(len(range(i * i, limit, i)))
    return [i for i in range(limit) if flags[i]]


SMALL_PRIMES = primes_below(SIEVE_LIMIT)


def is_prime(n):
    """Miller-Rabin with the first 64 primes as bases. The candidates come from hashes, nobody chose them."""
    n = mpz(n)
    for p in SMALL_PRIMES[:64]:
        if n % p == 0:
            return n == p
    d, twos = n - 1, 0
    while d % 2 == 0:
        d, twos = d // 2, twos + 1
    for base in SMALL_PRIMES[:64]:
        x = powmod(base, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def first_with_all_prime(start, forms):
    """The smallest x >= start for which every a x + b of `forms` is prime. A sieve removes small factors first."""
    while True:
        alive = bytearray([1]) * BLOCK
        for p in SMALL_PRIMES:
            for a, b in forms:
                if a % p == 0:
                    if b % p == 0:
                        raise ValueError("a form is never prime")
                    continue
                first = (-b * pow(a, -1, p) - start) % p
                alive[first::p] = bytes(len(range(first, BLOCK, p)))
        offset = alive.find(1)
        while offset >= 0:
            values = [a * (start + offset) + b for a, b in forms]
            if all(powmod(2, v - 1, v) == 1 for v in values) and all(is_prime(v) for v in values):
                return start + offset
            offset = alive.find(1, offset + 1)
        start += BLOCK


def with_top_bits(value, bits):
    """Sets the two highest of `bits` bits, so that the search cannot leave the length and q is above 3/4 of 2^256."""
    return value | (3 << (bits - 2))


def derive_order():
    start = with_top_bits(expand(f"{LABEL}/q", ORDER_BITS), ORDER_BITS)
    s = first_with_all_prime(-(-start // 12), [(1, 0), (6, -1), (12, -1)])
    return 12 * s - 1


def derive_group(bits, q):
    start = with_top_bits(expand(f"{LABEL}/{bits}/P", bits), bits)
    m = first_with_all_prime(-(-start // (2 * q)), [(1, 0), (2 * q, 1)])
    modulus = 2 * q * m + 1
    counter = 0
    while True:
        candidate = expand(f"{LABEL}/{bits}/g/{counter}", bits) % modulus
        generator = int(powmod(candidate, (modulus - 1) // q, modulus))
        if generator > 1:
            return {"bits": bits, "P": f"{modulus:x}", "g": f"{generator:x}"}
        counter += 1


def verify(parameters):
    q = int(parameters["q"], 16)
    checks = {
        "q has 256 bits": q.bit_length() == ORDER_BITS,
        "q is prime": is_prime(q),
        "(q - 1) / 2 is prime": is_prime((q - 1) // 2),
        "q + 1 = 12 s, s prime": (q + 1) % 12 == 0 and is_prime((q + 1) // 12),
    }
    for group in parameters["groups"]:
        bits, modulus, g = group["bits"], int(group["P"], 16), int(group["g"], 16)
        checks[f"{bits}: P has {bits} bits"] = modulus.bit_length() == bits
        checks[f"{bits}: P is prime"] = is_prime(modulus)
        checks[f"{bits}: P - 1 = 2 q m, m prime"] = (modulus - 1) % (2 * q) == 0 and is_prime((modulus - 1) // (2 * q))
        checks[f"{bits}: g has order q"] = 1 < g < modulus and powmod(g, q, modulus) == 1
    for name, passed in checks.items():
        print(f"{'ok' if passed else 'FAILED'}  {name}")
    return all(checks.values())


def main():
    arguments = sys.argv[1:]
    if arguments == ["--verify"]:
        with open(PARAMETERS, encoding="ascii") as file:
            sys.exit(0 if verify(json.load(file)) else 1)
    q = derive_order()
    derived = {"label": LABEL, "q": f"{q:x}", "groups": [derive_group(bits, q) for bits in SIZES]}
    if arguments == ["--check"]:
        with open(PARAMETERS, encoding="ascii") as file:
            same = json.load(file) == derived
        print("same as parameters.json" if same else "DIFFERS from parameters.json")
        sys.exit(0 if same else 1)
    print(json.dumps(derived, indent=2))


if __name__ == "__main__":
    main()
