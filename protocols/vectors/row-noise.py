"""Makes row-noise.json: vectors of row-noise.md, computed without Moiety.

Needs Python 3 and the packages `cryptography`, `mpmath`. Run in this folder: python3 row-noise.py > row-noise.json
"""

import json
import math

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from mpmath import mp, mpf

mp.dps = 40


class Stream:
    def __init__(self, key):
        self.encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()

    def word(self):
        return int.from_bytes(self.encryptor.update(bytes(8)), "little")


def uniform(r, m):
    bits = (m - 1).bit_length()
    while bits:
        n = r.word()
        if bits > 64:
            n = n << 64 | r.word()
        n &= (1 << bits) - 1
        if n < m:
            return n
    return 0


def bernoulli(r, a, b):
    return uniform(r, b) < a


def exponential(r, a, b):
    if a > b:
        for _ in range(a // b):
            if not exponential(r, 1, 1):
                return False
        a %= b
    k = 1
    while bernoulli(r, a, b * k):
        k += 1
    return k % 2 == 1


def laplace(r, t):
    while True:
        u = uniform(r, t)
        if not exponential(r, u, t):
            continue
        w = 0
        while exponential(r, 1, 1):
            w += 1
        z = u + t * w
        negative = bernoulli(r, 1, 2)
        if negative and z == 0:
            continue
        return -z if negative else z


def gaussian(r, variance):
    t = math.isqrt(variance) + 1
    while True:
        y = laplace(r, t)
        if exponential(r, (abs(y) * t - variance) ** 2, 2 * variance * t * t):
            return y


def delta(rho, epsilon):
    def at(a):
        return mp.exp((a - 1) * (a * rho - epsilon)) / (a - 1) * (1 - 1 / a) ** a
    low, high = mpf("1.0000001"), mpf(10) ** 7
    low, high = mp.log(low - 1), mp.log(high - 1)
    for _ in range(300):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        if at(1 + mp.exp(one)) < at(1 + mp.exp(two)):
            high = two
        else:
            low = one
    return at(1 + mp.exp(low))


def rho(epsilon, goal):
    low, high = mpf(0), mpf(epsilon) * 4 + 4
    for _ in range(120):
        middle = (low + high) / 2
        if delta(middle, mpf(epsilon)) <= goal:
            low = middle
        else:
            high = middle
    return float(low)


samples = []
for place, variance in enumerate([1, 2, 10, 1000, 1 << 40, (1 << 42) - 12345]):
    key = bytes([place + 1] * 32)
    r = Stream(key)
    samples.append({"key": key.hex(), "variance": variance, "values": [gaussian(r, variance) for _ in range(40)]})
budgets = [{"epsilon": e, "delta": d, "rho": rho(e, d)}
           for e, d in [(0.1, 1e-6), (1, 1e-5), (1, 1e-6), (3, 1e-6), (8, 1e-5), (8, 1e-9)]]
print(json.dumps({"samples": samples, "budgets": budgets}, indent=1))
