"""Makes describe.json: test vectors of describe.md, computed from that page without Moiety.

Needs Python 3 alone. Run in this folder: python3 describe.py > describe.json
"""

import hashlib
import json
import math
import struct
from fractions import Fraction

WORD = 1 << 152
LARGEST_PAYLOAD = 3_670_016
SETUP, PARAMETERS, KEY, GROUPS, VECTORS, SUMS = 0x0500, 0x0501, 0x0502, 0x0503, 0x0510, 0x0511
SHARES, TESTS, SMALL, NUMBERS, SCALES, CHECKPOINT = 0x0512, 0x0513, 0x0514, 0x0515, 0x0516, 0x0004
ACTIVE, PASSIVE = "active", "passive"
NUMERIC = {"kind": "numeric"}


class Stream:
    """Numbers that look random, the same in every run."""

    def __init__(self, name):
        self.name, self.count = name, 0

    def below(self, bound):
        digest = b""
        while len(digest) * 8 < bound.bit_length() + 64:
            digest += hashlib.sha256(f"moiety describe vectors/{self.name}/{self.count}".encode()).digest()
            self.count += 1
        return int.from_bytes(digest, "big") % bound

    def order(self, count):
        left, found = list(range(count)), []
        while left:
            found.append(left.pop(self.below(len(left))))
        return found


def up(x):
    """The least c with 2^c >= x."""
    return max(0, (x - 1).bit_length())


def exponent(x):
    """The largest e with 2^e <= x."""
    return x.bit_length() - 1


def ceil(x, y):
    return -(-x // y)


def nearest(x):
    """Ties to even."""
    return round(Fraction(x))


def near_tie(x):
    """A double might fall on either side, but for exact ties."""
    return 0 < abs(abs(x - math.floor(x)) - 0.5) < 2**-20


def root(x):
    """The integer nearest to the square root of a fraction, ties to even."""
    m = math.isqrt(math.floor(x))
    middle = (m + Fraction(1, 2)) ** 2
    assert not near_tie(math.sqrt(x)) or x == middle
    return m + (x > middle or (x == middle and m % 2 == 1))


# 1. Columns and groups


def moments(values):
    values = [Fraction(v) for v in values]
    mean = sum(values) / len(values)
    return mean, sum((v - mean) ** 2 for v in values) / len(values)


def numeric(values):
    """z, s and o of each row."""
    mean, variance = moments(values)
    z = []
    for value in values:
        distance = Fraction(value) - mean
        size = root(distance**2 * 2**32 / variance)
        z.append(size if distance >= 0 else -size)
    s = [(one * one + 2**15) // 2**16 for one in z]
    counts = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    commonest = min(value for value, count in counts.items() if count == max(counts.values()))
    return z, s, [int(value != commonest) for value in values]


def levels(values, count):
    """A list for each level but the first."""
    return [[int(value == level) for value in values] for level in range(1, count)]


def weights(groups, count, values):
    """A list of all rows for each group."""
    found = []
    for group in range(count):
        largest = max(Fraction(v) for v, g in zip(values, groups) if g == group)
        scaled = [Fraction(v) * 2**20 / largest if g == group else Fraction(0) for v, g in zip(values, groups)]
        assert not any(near_tie(one) for one in scaled)
        found.append([nearest(one) for one in scaled])
    return found


def group_numbers(groups, count, integers):
    n = [sum(g == group for g in groups) for group in range(count)]
    if integers is None:
        return [(one, one, one) for one in n]
    return [(one, sum(row), sum(w * w for w in row)) for one, row in zip(n, integers)]


def tied_values():
    """Of standard deviation 2^17 and mean 0, odd numbers: each z is half of an odd number before it is rounded."""
    total, small = 8 * 2**34, [1, 3, 5, 7]
    left = total - sum(x * x for x in small)
    for a in range(185_001, 186_000, 2):
        for b in range(185_001, 186_000, 2):
            rest = left - a * a - b * b
            for c in range(1, 4000, 2):
                d = math.isqrt(max(0, rest - c * c))
                if d * d == rest - c * c:
                    found = small + [a, b, c, d]
                    assert sum(x * x for x in found) == total
                    return [float(sign * x) for x in found for sign in (1, -1)]
    raise ValueError("none found")


def columns():
    stream = Stream("columns")
    raw = [
        ("several most frequent", [3.0, 1.0, 3.0, 1.0, 2.0, 7.0]),
        ("all different", [4.5, -1.25, 0.5, 8.0, 2.0]),
        ("negative values", [-2.5, -2.5, 0.0, 7.25, -100.0, 0.001, -2.5]),
        ("ties to even", tied_values()),
        ("zero and negative zero", [-0.0, 0.0, 5.0, 5.0, -0.0, 1.0, 5.0, 0.0]),
        ("far from zero", [1e6 + x for x in (0.25, 0.5, 0.5, -3.75, 12.0, 0.25, 0.5)]),
        ("one outlier of many", [1000.0] + [0.0] * 59 + [0.125] * 4),
        ("tiny", [3e-300, 1e-300, 4e-300, 1e-300, 5e-300]),
        ("decimals", [round(20 + stream.below(6000) / 100, 2) for _ in range(40)]),
        ("repeated decimals", [round(stream.below(8) / 10 - 0.3, 1) for _ in range(50)]),
    ]
    numbers = []
    for name, values in raw:
        z, s, o = numeric(values)
        numbers.append({"name": name, "values": values, "z": z, "s": s, "o": o})
    weighted = []
    for name, groups, count, values in [
        ("one group", [0] * 5, 1, [1.0, 2.0, 0.5, 0.001, 2.0]),
        ("a largest weight for each group", [0, 1, 1, 0, 1, 0], 2, [0.1, 5.0, 2.5, 0.3, 1.1, 0.2]),
        ("ties to even", [0] * 6, 1, [524288.0, 1.25, 1.75, 0.25, 0.75, 2.25]),
        ("down to nothing", [0, 0, 1, 1], 2, [1e6, 0.25, 1e6, 0.001]),
        ("three groups", [stream.below(3) for _ in range(30)], 3, [round(0.01 + stream.below(500) / 100, 2) for _ in range(30)]),
        ("all alike", [1, 0, 1, 0], 2, [3.0, 7.0, 3.0, 7.0]),
    ]:
        integers = weights(groups, count, values)
        found = group_numbers(groups, count, integers)
        n, w, q = ([one[place] for one in found] for place in range(3))
        weighted.append({
            "name": name, "groups": groups, "count": count, "values": values, "integers": integers, "n": n, "W": w, "Q": q})
    values = [0, 2, 1, 1, 3, 0, 2]
    return {
        "numeric": numbers, "weights": weighted,
        "levels": [{"levels": 4, "values": values, "columns": levels(values, 4)},
                   {"levels": 2, "values": [1, 0, 0, 1], "columns": levels([1, 0, 0, 1], 2)}],
    }


# 3. Layouts


def is_numeric(column):
    return "levels" not in column


def entries(column):
    """Columns of numbers that the evaluator has for it."""
    return 3 if is_numeric(column) else column["levels"] - 1


def cells_of(column):
    """In each group."""
    return 1 if is_numeric(column) else column["levels"]


def width(modulus_bits):
    return 2 * modulus_bits // 8


def layout(rows, groups, weighted, modulus_bits, own, least):
    k = up(rows)
    blocks, value_bits, scalar_bits = (2, 21, k + 17) if weighted else (1, 1, k + 17)
    slot = max(152, value_bits + scalar_bits + k + 2)
    values = groups * blocks
    slots = min(values, (modulus_bits - 64) // slot)
    per_row = ceil(values, slots)
    evaluated = sum(map(entries, own))
    fitting = LARGEST_PAYLOAD // width(modulus_bits)
    row_chunk = max(1, min(512, fitting // per_row))
    sum_chunk = min(4096, fitting)
    cell_chunk = min(4096 // least, fitting // least)
    return {
        "values": values, "valueBits": value_bits, "scalarBits": scalar_bits, "slotBits": slot, "slotsPerCiphertext": slots,
        "ciphertextsPerRow": per_row, "evaluatorColumns": evaluated, "cells": groups * sum(map(cells_of, own)),
        "rowsPerChunk": row_chunk, "rowChunks": ceil(rows, row_chunk), "rowCiphertexts": rows * per_row,
        "sumsPerChunk": sum_chunk, "sumChunks": ceil(evaluated * per_row, sum_chunk), "sumCiphertexts": evaluated * per_row,
        "cellsPerChunk": cell_chunk, "testsPerChunk": cell_chunk * least,
        "cellChunks": ceil(groups * sum(map(cells_of, own)), cell_chunk),
    }


def layouts():
    mixed = [NUMERIC, {"levels": 2}, NUMERIC, {"levels": 5}]
    found = []
    for rows, groups, weighted, bits, own, least in [
        (1000, 1, False, 2048, [NUMERIC], 1), (1000, 1, True, 3072, [NUMERIC], 11), (1024, 2, False, 3072, mixed, 11),
        (1025, 2, True, 3072, mixed, 11), (512, 3, True, 2048, mixed, 5), (513, 13, False, 2048, mixed, 5),
        (513, 14, False, 2048, mixed, 5), (60, 7, True, 2048, [{"levels": 3}], 100), (100_000, 4, True, 3072, mixed * 2, 10),
        (100_000, 19, False, 3072, [{"levels": 100}, NUMERIC], 100), (100_000, 20, False, 3072, [{"levels": 100}], 100),
        (5000, 40, True, 3072, [{"levels": 901}], 11), (5000, 200, True, 3072, [NUMERIC] * 3, 7),
        (4_000, 4000, False, 2048, [{"levels": 2}], 1), (1 << 24, 2, True, 3072, mixed, 50), (2, 1, False, 3072, [NUMERIC], 1),
        (4096, 5, False, 3072, [{"levels": 41}], 3), (4096, 4, False, 3072, [{"levels": 1024}, {"levels": 2}], 1),
        (700, 95, True, 3072, [NUMERIC], 4), (700, 96, True, 3072, [NUMERIC], 4),
    ]:
        facts = {"rows": rows, "groups": groups, "weighted": weighted, "modulusBits": bits, "columns": own, "minimumCell": least}
        found.append({**facts, **layout(rows, groups, weighted, bits, own, least)})
    return found


# 3, step 5. Pools


def by_column(all_columns, groups, small):
    """Flags of each column: a list of levels, each a list of groups."""
    rest = list(small)
    for column in all_columns:
        count = cells_of(column)
        yield column, [[rest.pop(0) for _ in range(groups)] for _ in range(count)]
    assert not rest


def pools(all_columns, groups, small):
    """Of each column None, a list of levels, or "none"."""
    found = []
    for column, flags in by_column(all_columns, groups, small):
        pool = [level for level, row in enumerate(flags) if any(row)]
        if not pool:
            found.append(None)
            continue
        if is_numeric(column) or column["levels"] == 2:
            found.append("none")
            continue
        if len(pool) == 1:
            pool = sorted(pool + [pool[0] - 1 if pool[0] else 1])
        found.append("none" if len(pool) == column["levels"] else pool)
    return found


def shown(all_columns, groups, tested, small_pools):
    rest, found = list(small_pools), []
    for column, pool in zip(all_columns, tested):
        if pool == "none":
            found.append(False)
        elif pool is None:
            found.append(True if is_numeric(column) else {"levels": list(range(1, column["levels"])), "pool": []})
        else:
            flags = [rest.pop(0) for _ in range(groups)]
            left = [level for level in range(column["levels"]) if level not in pool]
            found.append(False if any(flags) else {"levels": left, "pool": pool})
    assert not rest
    return found


def pool_cases():
    three, four, two, seven = {"levels": 3}, {"levels": 4}, {"levels": 2}, {"levels": 7}
    raw = [
        ("nothing small", [NUMERIC, two, three], 2, [0] * 12, None),
        ("a small numeric column", [NUMERIC, NUMERIC], 2, [0, 1, 0, 0], None),
        ("one of two levels", [two, two, two], 1, [1, 0, 0, 1, 0, 0], None),
        ("both of two levels", [two], 2, [1, 0, 0, 1], None),
        ("the first of three", [three], 1, [1, 0, 0], None),
        ("the second of three", [three], 1, [0, 1, 0], None),
        ("the last of three", [three], 1, [0, 0, 1], None),
        ("two of three", [three], 2, [0, 0, 1, 0, 0, 1], None),
        ("all of three, each in one group", [three], 3, [1, 0, 0, 0, 1, 0, 0, 0, 1], None),
        ("all of four", [four], 1, [1, 1, 1, 1], None),
        ("first and last of four", [four], 2, [0, 1, 0, 0, 0, 0, 1, 0], None),
        ("one level small in all groups", [four], 3, [0] * 6 + [1, 1, 1] + [0] * 3, None),
        ("a small pool in one group", [four], 2, [0, 0, 0, 0, 0, 1, 0, 0], [0, 1]),
        ("small pools of some columns", [four, NUMERIC, four, two, four], 2,
         [1, 0] + [0] * 6 + [0, 0] + [0, 0, 0, 0, 1, 1, 0, 0] + [0] * 4 + [0] * 6 + [0, 1], [0, 0, 1, 0, 0, 0]),
        ("a pool of three of seven", [seven], 1, [0, 1, 0, 1, 0, 1, 0], None),
        ("the last of seven, small pool", [seven], 1, [0, 0, 0, 0, 0, 0, 1], [1]),
        ("numeric columns about a pool", [NUMERIC, three, NUMERIC], 2, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0], None),
    ]
    stream = Stream("pools")
    for place in range(8):
        own = [[NUMERIC, two, three, four, seven][stream.below(5)] for _ in range(6)]
        groups = 1 + stream.below(3)
        small = [int(stream.below(5) == 0) for _ in range(groups * sum(map(cells_of, own)))]
        tested = sum(isinstance(pool, list) for pool in pools(own, groups, small))
        raw.append((f"drawn {place}", own, groups, small, [int(stream.below(6) == 0) for _ in range(groups * tested)]))
    found = []
    for name, own, groups, small, flags in raw:
        tested = pools(own, groups, small)
        count = groups * sum(isinstance(pool, list) for pool in tested)
        flags = [0] * count if flags is None else flags
        assert len(flags) == count
        found.append({"name": name, "columns": own, "groups": groups, "small": small, "pools": tested,
                      "smallPools": flags, "shown": shown(own, groups, tested, flags)})
    return found


# 5. Numbers


def blocks_of(weighted):
    return 2 if weighted else 1


def total_of(group, block):
    """N_g."""
    return group[block]


def shape(kind, block, rows, group):
    """Cut and bits."""
    k, e = up(rows), exponent(total_of(group, block))
    if kind == "level":
        return (e - 13, 15) if block else (0, k + 1)
    return 5 + e, k + 20 * block - e + 14


def own_number(total, cut, bits):
    """What the active party sends."""
    return nearest(Fraction(total, 2**cut)) % 2**bits


def part(share, cut, bits):
    return (share % WORD >> cut) % 2**bits


def represented(number, bits, signed):
    number %= 2**bits
    return number - 2**bits if signed and number >= 2 ** (bits - 1) else number


def joined(a, b, cut, bits, signed):
    return represented(part(a, cut, bits) + part(b, cut, bits) + (cut > 0), bits, signed)


def numbers():
    stream = Stream("numbers")
    items = []
    for rows, groups, weighted in [
        (1000, [(1000,) * 3], False), (1000, [(11,) * 3, (989,) * 3], False), (1024, [(512,) * 3, (511,) * 3, (1,) * 3], False),
        (2, [(2, 2, 2)], False), (1025, [(1025, 2**20, 2**40)], True), (1 << 24, [(1 << 24, 2**44 - 1, 2**63)], True),
        (600, [(200, 2**20 + 5, 2**40 + 25), (400, 400 * 2**20, 400 * 2**40)], True),
        (100_000, [(40_000, 123_456_789_012, 10**17), (60_000, 2**30 - 1, 2**49)], True),
    ]:
        shapes = []
        for block in range(blocks_of(weighted)):
            for kind in ("z", "s", "level"):
                for group in groups:
                    cut, bits = shape(kind, block, rows, group)
                    shapes.append({"item": kind, "block": block, "group": groups.index(group), "cut": cut, "bits": bits})
        listed = [{"n": n, "W": str(w), "Q": str(q)} for n, w, q in groups]
        items.append({"rows": rows, "groups": listed, "weighted": weighted, "items": shapes})
    openings, own = [], []
    for total, cut, bits, signed in [
        (0, 0, 11, False), (17, 0, 11, False), (1024, 0, 11, False), (0, 12, 19, True), (-1, 12, 19, True), (1, 12, 19, True),
        (123_456_789, 14, 17, True), (-123_456_789, 14, 17, True), (-(2**30), 14, 17, True), (2**30 - 2**14, 14, 17, True),
        (4095, 12, 19, False), (4096, 12, 19, False), (99_999_999, 12, 19, False), (2**38, 26, 14, False),
        (2**33 + 12345, 20, 15, False), (2**34 - 1, 20, 15, False), (-(2**44), 35, 20, True),
    ]:
        for first in (stream.below(WORD), 0, stream.below(2**cut + 1), WORD - 1):
            a, b = first, (total - first) % WORD
            openings.append({"a": str(a), "b": str(b), "cut": cut, "bits": bits, "signed": signed,
                             "number": joined(a, b, cut, bits, signed)})
    for total, cut, bits, signed in [
        (0, 12, 19, True), (2047, 12, 19, True), (2048, 12, 19, True), (6144, 12, 19, True), (-2048, 12, 19, True),
        (-6144, 12, 19, True), (-2049, 12, 19, True), (987_654_321, 14, 17, True), (-987_654_321, 14, 17, True),
        (987_654_321, 14, 17, False), (37, 0, 11, False), (2**33 + 12345, 20, 15, False),
    ]:
        sent = own_number(total, cut, bits)
        own.append({"sum": str(total), "cut": cut, "bits": bits, "signed": signed, "sent": sent,
                    "number": represented(sent, bits, signed)})
    return {"items": items, "openings": openings, "own": own}


# 4. Cells


def cells():
    """The ciphertexts too: of the owner's share, and of the tests before they are rerandomised."""
    stream, found = Stream("cells"), []
    keys = [(4_294_967_291, 4_294_967_279), (18_446_744_073_709_551_557, 18_446_744_073_709_551_533)]
    for place, (rows, least, count) in enumerate([
        (100, 5, 0), (100, 5, 4), (100, 5, 5), (100, 5, 100), (128, 5, 128), (129, 1, 0), (129, 1, 1), (1000, 11, 3),
        (1000, 11, 10), (1000, 11, 11), (1000, 11, 999), (50_000, 20, 19), (50_000, 20, 20),
    ]):
        p, q = keys[place % 2]
        n, modulus = p * q, 2 ** (up(rows) + 1)
        a = [stream.below(WORD), 0, WORD - 1, count][place % 4]
        x, y = a % modulus, (count - a) % WORD % modulus
        order, r = stream.order(least), [1 + stream.below(n - 1) for _ in range(least)]
        nonce = 1 + stream.below(n - 1)
        owner = (1 + x * n) * pow(nonce, n, n * n) % (n * n)
        plain, tests = [], []
        for j, factor in zip(order, r):
            taken = (j - y) % modulus
            plain.append(factor * (x - taken) % n)
            tests.append(pow(owner * (1 - taken * n) % (n * n), factor, n * n))
        phi = (p - 1) * (q - 1)
        opened = [(pow(one, phi, n * n) - 1) // n * pow(phi, -1, n) % n for one in tests]
        assert opened == plain and (0 in plain) == (count < least)
        found.append({
            "rows": rows, "minimumCell": least, "count": count, "N": str(n), "p": str(p), "q": str(q), "x": x, "y": y, "order": order,
            "r": [str(one) for one in r], "nonce": str(nonce), "share": str(owner), "tests": [str(one) for one in tests],
            "plaintexts": [str(one) for one in plain], "small": int(0 in plain)})
    return found


# 6. Results


def kinds(column, view):
    """Items that are sent of a shown column, each with whether it has a sign."""
    return [("z", True), ("s", False)] if is_numeric(column) else [("level", False)] * len(view["levels"])


def difference(values, spreads):
    """Of the pair that is furthest apart, the later group less the earlier one."""
    found = None
    for second in range(len(values)):
        for first in range(second):
            spread = math.sqrt((spreads[first] + spreads[second]) / 2)
            if spread == 0:
                return None
            one = (values[second] - values[first]) / spread
            if found is None or abs(one) > abs(found):
                found = one
    return found


def described_numeric(rows, groups, weighted, items, scale):
    mean, deviation = scale
    blocks, spreads = [], None
    for block in range(blocks_of(weighted)):
        means, deviations = [], []
        for place, group in enumerate(groups):
            cut, total = shape("z", block, rows, group)[0], total_of(group, block)
            m, q = (Fraction(items[block][item][place]) * Fraction(2) ** (cut - 16) / total for item in (0, 1))
            f = Fraction(group[0], group[0] - 1) if not block else Fraction(total**2, total**2 - group[2])
            means.append(mean + deviation * float(m))
            deviations.append(deviation * math.sqrt(max(0, (q - m * m) * f)))
        spreads = spreads or [one * one for one in deviations]
        blocks.append({"means": means, "deviations": deviations, "difference": difference(means, spreads)})
    m, q = (
        sum(Fraction(items[0][item][place]) * Fraction(2) ** (shape("z", 0, rows, group)[0] - 16)
            for place, group in enumerate(groups)) / rows for item in (0, 1))
    whole = {"mean": mean + deviation * float(m),
             "deviation": deviation * math.sqrt(max(0, (q - m * m) * Fraction(rows, rows - 1)))}
    return {"blocks": blocks, "all": whole}


def described_levels(rows, groups, weighted, items, view):
    """Counts of the levels that are shown and then of what they leave: the pool, or without one the first level."""
    blocks, spreads = [], None
    for block in range(blocks_of(weighted)):
        counts = [[number * 2 ** shape("level", block, rows, group)[0] for number, group in zip(item, groups)]
                  for item in items[block]]
        counts.append([total_of(group, block) - sum(column) for group, column in zip(groups, zip(*counts))])
        shares = [[count / total_of(group, block) for count, group in zip(item, groups)] for item in counts]
        spreads = spreads or [[p * (1 - p) for p in item] for item in shares]
        blocks.append({"counts": counts, "shares": shares,
                       "differences": [difference(item, spread) for item, spread in zip(shares, spreads)]})
    totals = [sum(item) for item in blocks[0]["counts"]]
    return {"levels": view["levels"], "rest": view["pool"] or [0], "blocks": blocks,
            "all": {"counts": totals, "shares": [count / rows for count in totals]}}


def table(rows, groups, weighted, all_columns, views, opened, scales):
    """`opened`: of each shown column its blocks, items and groups; `scales` of each shown numeric column."""
    opened, scales, found = list(opened), list(scales), []
    for column, view in zip(all_columns, views):
        if not view:
            found.append(None)
        elif is_numeric(column):
            found.append(described_numeric(rows, groups, weighted, opened.pop(0), scales.pop(0)))
        else:
            found.append(described_levels(rows, groups, weighted, opened.pop(0), view))
    sizes = [w * w / q for _, w, q in groups] if weighted else None
    return {"columns": found, "effectiveSizes": sizes}


def edges():
    """Numbers that no rows would give, or only nearly: no variance in one group, or in both."""
    two, weighted = [(40,) * 3, (60,) * 3], [(40, 2**20 * 25, 2**40 * 20), (60, 2**20 * 33, 2**40 * 30)]
    yield ("less than no variance in a group", two, False, [NUMERIC], [True], [[[[-310, 400], [77, 2900]]]], [(12.5, 3.0)])
    yield ("no variance in both groups", two, False, [NUMERIC], [True], [[[[0, 0], [0, 0]]]], [(12.5, 3.0)])
    yield ("weights, less than no variance in a group", weighted, True, [NUMERIC], [True],
           [[[[-310, 400], [1100, 2900]], [[-270, 300], [70, 2300]]]], [(-1000.0, 0.015625)])
    five = [(n,) * 3 for n in (20, 20, 20, 20, 20)]
    yield ("the furthest pair of five", five, False, [{"levels": 3}], [{"levels": [1, 2], "pool": []}],
           [[[[5, 6, 4, 9, 5], [10, 10, 9, 6, 8]]]], [])
    yield ("one group", [(100,) * 3], False, [{"levels": 4}, NUMERIC], [{"levels": [0, 3], "pool": [1, 2]}, True],
           [[[[12], [40]]], [[[0], [3210]]]], [(2.0**40, 2.0**10)])


def given(name, groups, weighted, all_columns, views, opened, scales):
    rows = sum(group[0] for group in groups)
    return {
        "name": name, "rows": rows, "weighted": weighted,
        "groups": [{"n": n, "W": str(w), "Q": str(q)} for n, w, q in groups], "columns": all_columns, "shown": views,
        "numbers": opened, "scales": [{"mean": m, "deviation": d} for m, d in scales],
        "table": table(rows, groups, weighted, all_columns, views, opened, scales)}


def scale_of(values):
    """Mean and standard deviation, rounded to 2^(e(sd) - 11)."""
    mean, variance = moments(values)
    e = 0
    while Fraction(4) ** e > variance:
        e -= 1
    while Fraction(4) ** (e + 1) <= variance:
        e += 1
    unit = Fraction(2) ** (e - 11)
    assert not near_tie(mean / unit)
    return float(nearest(mean / unit) * unit), float(root(variance / unit**2) * unit)


# 2. Payloads


def prefixed(content):
    return struct.pack(">I", len(content)) + content


def setup_payload(rows):
    return struct.pack(">I", rows)


def groups_payload(groups):
    return struct.pack(">I", len(groups)) + b"".join(struct.pack(">QQQ", *group) for group in groups)


def numbers_payload(values, bits):
    return prefixed(b"".join(value.to_bytes(ceil(width, 8), "big") for value, width in zip(values, bits)))


def scales_payload(scales):
    return struct.pack(">I", len(scales)) + b"".join(struct.pack(">dd", *scale) for scale in scales)


def payloads():
    def case(payload, why=None, **more):
        return {"payload": payload.hex(), **more, **({"bad": why} if why else {})}

    setups = [case(setup_payload(rows), rows=rows) for rows in (1, 1000, 1 << 24)]
    setups += [case(setup_payload(0), "no rows"), case(b"\0\0\3", "truncated"), case(setup_payload(5) + b"\0", "left over"),
               case(b"", "empty")]
    one, two = [(60, 60, 60)], [(25, 2**20 + 7, 2**40 + 49), (35, 35 * 2**20, 35 * 2**40)]
    groups = [case(groups_payload(found), groups=[list(map(str, group)) for group in found])
              for found in (one, two, [(2**64 - 1,) * 3])]
    groups += [
        case(groups_payload(two)[:-1], "truncated"), case(groups_payload(two) + b"\0", "left over"),
        case(struct.pack(">I", 3) + groups_payload(two)[4:], "more groups than bytes"),
        case(struct.pack(">I", 1) + groups_payload(two)[4:], "left over"), case(b"\xff" * 4, "more groups than bytes"),
        case(b"", "empty"),
    ]
    small = [case(prefixed(bytes(flags)), flags=flags) for flags in ([0], [0, 1, 1, 0], [])]
    small += [case(prefixed(bytes([0, 2])), "neither 0 nor 1"), case(prefixed(bytes([0, 255])), "neither 0 nor 1"),
              case(prefixed(bytes(3))[:-1], "truncated"), case(prefixed(bytes(3)) + b"\0", "left over"),
              case(bytes(3), "truncated")]
    bits = [11, 17, 8, 34, 64]
    values = [1500, 2**17 - 1, 0, 2**33 + 5, 2**64 - 1]
    listed = [str(value) for value in values]
    sent = [case(numbers_payload(values, bits), bits=bits, values=listed), case(prefixed(b""), bits=[], values=[])]
    for why, payload in [
        ("a bit too many", numbers_payload([2**11] + values[1:], bits)),
        ("a bit too many", numbers_payload(values[:1] + [2**17] + values[2:], bits)),
        ("a number too few", numbers_payload(values[:-1], bits[:-1])),
        ("a number too many", numbers_payload(values + [1], bits + [8])),
        ("a byte too few", prefixed(numbers_payload(values, bits)[4:-1])),
        ("truncated", numbers_payload(values, bits)[:-1]), ("left over", numbers_payload(values, bits) + b"\0"),
        ("a byte too many", prefixed(numbers_payload(values, bits)[4:] + b"\0")),
    ]:
        sent.append(case(payload, why, bits=bits))
    scales = [case(scales_payload(found), scales=found)
              for found in ([], [[50.25, 12.0]], [[-1e6, 0.5], [0.0, 2.0**-1022], [0.0, 1e300]])]
    raw = [(0.0, math.nan), (math.inf, 1.0), (1.0, -math.inf), (-0.0, 1.0)]
    scales += [case(scales_payload([pair]), "a number without an encoding") for pair in raw]
    scales += [case(scales_payload([(1.0, 0.0)]), "no deviation"), case(scales_payload([(1.0, -2.0)]), "no deviation"),
               case(scales_payload([(1.0, 2.0)])[:-1], "truncated"), case(scales_payload([(1.0, 2.0)]) + b"\0", "left over"),
               case(struct.pack(">I", 2) + scales_payload([(1.0, 2.0)])[4:], "more scales than bytes"),
               case(struct.pack(">I", 2**32 - 1), "more scales than bytes")]
    return {"0x0500": setups, "0x0503": groups, "0x0514": small, "0x0515": sent, "0x0516": scales}


# 3, step 2. What is refused


def refusal(rows, count, least, weighted, groups):
    if len(groups) != count:
        return "groupCount"
    if sum(group[0] for group in groups) != rows:
        return "rowCount"
    if any(n < least for n, _, _ in groups):
        return "smallGroup"
    for n, w, q in groups:
        if not weighted and (w, q) != (n, n):
            return "unweighted"
        if weighted and not 2**20 <= w <= 2**20 * n:
            return "weights"
        if weighted and not w <= q <= 2**20 * w:
            return "squares"
    return None


def refused():
    m = 2**20
    found = []
    for name, rows, count, least, weighted, groups in [
        ("one group", 60, 1, 11, False, [(60, 60, 60)]), ("two groups", 60, 2, 11, False, [(11,) * 3, (49,) * 3]),
        ("none", 60, 1, 11, False, []), ("one too few", 60, 2, 11, False, [(60, 60, 60)]),
        ("one too many", 60, 1, 11, False, [(30,) * 3, (30,) * 3]), ("a row too few", 60, 2, 11, False, [(11,) * 3, (48,) * 3]),
        ("a row too many", 60, 2, 11, False, [(11,) * 3, (50,) * 3]), ("a small group", 60, 2, 11, False, [(10,) * 3, (50,) * 3]),
        ("an empty group", 60, 2, 1, False, [(0,) * 3, (60,) * 3]),
        ("a sum that wraps round", 60, 2, 11, False, [(2**63 + 30,) * 3, (2**63 + 30,) * 3]),
        ("largest numbers", 60, 2, 11, False, [(2**64 - 1,) * 3, (61,) * 3]),
        ("weights without weights", 60, 1, 11, False, [(60, 60 * m, 60 * m * m)]),
        ("squares without weights", 60, 1, 11, False, [(60, 60, 3600)]),
        ("weights", 60, 2, 11, True, [(20, 5 * m + 3, 4 * m * m), (40, 40 * m, 40 * m * m)]),
        ("least weights", 60, 1, 11, True, [(60, m, m * m)]), ("most weights", 60, 1, 11, True, [(60, 60 * m, 60 * m * m)]),
        ("least squares", 60, 1, 11, True, [(60, m, m)]),
        ("weights too small", 60, 1, 11, True, [(60, m - 1, m * m)]), ("no weights", 60, 1, 11, True, [(60, 60, 60)]),
        ("weights too large", 60, 1, 11, True, [(60, 60 * m + 1, 60 * m * m)]),
        ("weights too large in one group", 60, 2, 11, True, [(20, 20 * m + 1, 20 * m * m), (40, m, m * m)]),
        ("squares too small", 60, 1, 11, True, [(60, 2 * m, 2 * m - 1)]),
        ("squares too large", 60, 1, 11, True, [(60, 2 * m, 2 * m * m + 1)]),
        ("squares of all bits", 1 << 24, 1, 11, True, [(1 << 24, 2**44, 2**64 - 1)]),
        ("a product that wraps round", 60, 1, 11, True, [(60, 2**63, 2**63)]),
    ]:
        found.append({
            "name": name, "rows": rows, "groups": count, "minimumCell": least, "weighted": weighted,
            "message": [list(map(str, group)) for group in groups], "payload": groups_payload(groups).hex(),
            "why": refusal(rows, count, least, weighted, groups)})
    return found


# Whole sessions, without the ciphertexts


class Session:
    """Both parties' rows, and all that they say about them in the clear."""

    def __init__(self, name, rows, own, group, groups, weights_of_rows, least, bits):
        """`own`: columns of either party, each a column and its values; `group`: of each row."""
        self.name, self.rows, self.least, self.bits = name, rows, least, bits
        self.own, self.group, self.count = own, group, groups
        self.weighted = weights_of_rows is not None
        units = [[int(g == one) for g in group] for one in range(groups)]
        integers = weights(group, groups, weights_of_rows) if self.weighted else None
        self.vectors = [units] + ([integers] if self.weighted else [])
        self.weights_of_rows = weights_of_rows
        self.groups = group_numbers(group, groups, integers)
        self.all = [(side, column, values) for side in (ACTIVE, PASSIVE) for column, values in own[side]]
        self.columns = [column for _, column, _ in self.all]
        self.stream = Stream("session " + name)
        assert refusal(rows, groups, least, self.weighted, self.groups) is None

    def sums(self, numbers, block):
        return [sum(a * b for a, b in zip(numbers, vector)) for vector in self.vectors[block]]

    def tables(self, column, values, block):
        """Sums of each level or of z, s and o, in each group."""
        if is_numeric(column):
            return [self.sums(one, block) for one in numeric(values)]
        return [self.sums([int(value == level) for value in values], block) for level in range(column["levels"])]

    def decide(self):
        """Flags, pools, and what is shown. `flags[party]`, `pool_flags[party]`."""
        flags, pool_flags, joint, joint_pools = ({ACTIVE: [], PASSIVE: []}, {ACTIVE: [], PASSIVE: []}, [], [])
        for side, column, values in self.all:
            counts = self.tables(column, values, 0)
            for row in counts[2:] if is_numeric(column) else counts:
                self.flag(side, row, flags, joint)
        self.tested = pools(self.columns, self.count, joint)
        for (side, column, values), pool in zip(self.all, self.tested):
            if isinstance(pool, list):
                counts = self.tables(column, values, 0)
                self.flag(side, [sum(counts[level][g] for level in pool) for g in range(self.count)], pool_flags, joint_pools)
        self.flags, self.pool_flags, self.small, self.small_pools = flags, pool_flags, joint, joint_pools
        self.views = shown(self.columns, self.count, self.tested, joint_pools)

    def flag(self, side, counts, flags, joint):
        for count in counts:
            is_small = int(count < self.least)
            flags[ACTIVE].append(is_small)
            flags[PASSIVE].append(is_small if side == PASSIVE else 0)
            joint.append(is_small)

    def open(self):
        """What each party sends of its numbers, and what both learn."""
        self.sent = {ACTIVE: ([], []), PASSIVE: ([], [])}
        self.opened, self.scales = [], {ACTIVE: [], PASSIVE: []}
        for (side, column, values), view in zip(self.all, self.views):
            if not view:
                continue
            blocks = []
            for block in range(blocks_of(self.weighted)):
                counts = self.tables(column, values, block)
                rows = counts[:2] if is_numeric(column) else [counts[level] for level in view["levels"]]
                found = []
                for (kind, signed), totals in zip(kinds(column, view), rows):
                    found.append([self.opened_number(side, kind, signed, block, total, group)
                                  for total, group in zip(totals, self.groups)])
                blocks.append(found)
            self.opened.append(blocks)
            if is_numeric(column):
                self.scales[side].append(scale_of(values))

    def opened_number(self, side, kind, signed, block, total, group):
        """As both learn it."""
        cut, bits = shape(kind, block, self.rows, group)
        if side == ACTIVE:
            sent = own_number(total, cut, bits)
            self.send(ACTIVE, sent, bits)
            return represented(sent, bits, signed)
        a = self.stream.below(WORD)
        b = (total - a) % WORD
        self.send(ACTIVE, part(a, cut, bits), bits)
        self.send(PASSIVE, part(b, cut, bits), bits)
        return joined(a, b, cut, bits, signed)

    def send(self, side, value, bits):
        self.sent[side][0].append(value)
        self.sent[side][1].append(bits)

    def messages(self):
        """In order. Ciphertexts by their number, checkpoints by their type alone."""
        self.decide()
        self.open()
        found, self.round = [], 0
        both = (ACTIVE, PASSIVE)

        def say(kind, side, payload):
            found.append({"type": kind, "from": side, "round": self.round, "chunk": 0, "chunks": 1, "payload": payload.hex()})

        def encrypted(kind, side, sizes):
            for index, size in enumerate(sizes):
                found.append({"type": kind, "from": side, "round": self.round, "chunk": index, "chunks": len(sizes),
                              "ciphertexts": size})

        def sign():
            found.extend({"type": CHECKPOINT, "from": side} for side in both)

        for side in both:
            say(SETUP, side, setup_payload(self.rows))
        for side in both:
            # Proofs are another page's: keys are here by their bits alone.
            found.append({"type": PARAMETERS, "from": side, "round": 0, "chunk": 0, "chunks": 1})
        for side in both:
            found.append({"type": KEY, "from": side, "round": 0, "chunk": 0, "chunks": 1, "bits": self.bits})
        sign()
        say(GROUPS, ACTIVE, groups_payload(self.groups))
        own = [column for column, _ in self.own[PASSIVE]]
        at = layout(self.rows, self.count, self.weighted, self.bits, own, self.least)
        self.round = 1
        encrypted(VECTORS, ACTIVE, [n * at["ciphertextsPerRow"] for n in cut_into(self.rows, at["rowsPerChunk"])])
        encrypted(SUMS, PASSIVE, cut_into(at["sumCiphertexts"], at["sumsPerChunk"]))

        def test(count, flags):
            if count:
                sizes = cut_into(count, at["cellsPerChunk"])
                for owner, evaluator in (both, both[::-1]):
                    self.round += 1
                    encrypted(SHARES, owner, sizes)
                    encrypted(TESTS, evaluator, [size * self.least for size in sizes])
            sign()
            self.round += 1
            for side in both:
                say(SMALL, side, prefixed(bytes(flags[side])))

        test(at["cells"], self.flags)
        pooled = [side for (side, _, _), pool in zip(self.all, self.tested) if isinstance(pool, list)]
        if pooled:
            test(self.count * pooled.count(PASSIVE), self.pool_flags)
        sign()
        self.round += 1
        for side in both:
            say(NUMBERS, side, numbers_payload(*self.sent[side]))
        self.round += 1
        for side in both:
            say(SCALES, side, scales_payload(self.scales[side]))
        return found

    def json(self):
        messages = self.messages()
        numeric_views = [side for (side, column, _), view in zip(self.all, self.views) if view and is_numeric(column)]
        scales = self.scales[ACTIVE] + self.scales[PASSIVE]
        assert len(scales) == len(numeric_views)
        self.found = table(self.rows, self.groups, self.weighted, self.columns, self.views, self.opened, scales)
        self.check()
        return {
            **self.facts(), "group": self.group, "weights": self.weights_of_rows,
            "values": {side: [values for _, values in self.own[side]] for side in (ACTIVE, PASSIVE)},
            "small": self.small, "pools": self.tested, "smallPools": self.small_pools, "shown": self.views,
            "messages": messages,
        }

    def facts(self):
        return {"name": self.name, "rows": self.rows, "groups": self.count, "weighted": self.weighted,
                "minimumCell": self.least, "modulusBits": self.bits,
                "columns": {side: [column for column, _ in self.own[side]] for side in (ACTIVE, PASSIVE)}}

    def result(self):
        """Numbers of a table and what they say."""
        scales = self.scales[ACTIVE] + self.scales[PASSIVE]
        return given(self.name, self.groups, self.weighted, self.columns, self.views, self.opened, scales)

    def check(self):
        """The bounds of section 6, against the rows themselves."""
        for (_, column, values), view, one in zip(self.all, self.views, self.found["columns"]):
            if not view:
                continue
            for block, vectors in enumerate(self.vectors):
                for place, vector in enumerate(vectors):
                    if not is_numeric(column):
                        exact = [sum(w for w, v in zip(vector, values) if v == level) for level in view["levels"]]
                        found = [item[place] for item in one["blocks"][block]["counts"][:-1]]
                        assert found == exact or block and all(abs(a - b) <= 2**-12 * sum(vector) for a, b in zip(found, exact))
                        continue
                    mean, variance = moments(values)
                    total = sum(vector)
                    m = sum(w * Fraction(v) for w, v in zip(vector, values)) / total
                    assert abs(one["blocks"][block]["means"][place] - m) <= 2**-11 * math.sqrt(variance)
                    spread = sum(w * (Fraction(v) - m) ** 2 for w, v in zip(vector, values)) / total
                    n, _, q = self.groups[place]
                    f = Fraction(total**2, total**2 - q) if block else Fraction(n, n - 1)
                    assert abs(one["blocks"][block]["deviations"][place] ** 2 - spread * f) <= 2**-9 * variance * f


def cut_into(count, size):
    return [min(size, count - start) for start in range(0, count, size)]


def sessions():
    found = []
    for name, rows, kinds_of, groups, weighted, least, bits in [
        ("one group", 60, ([NUMERIC], [NUMERIC, {"levels": 2}]), 1, False, 5, 2048),
        ("two groups, pools at both", 150, ([NUMERIC, {"levels": 5}], [{"levels": 5}, NUMERIC, {"levels": 3}]), 2, False, 9, 2048),
        ("two groups, weights", 300, ([{"levels": 3}, NUMERIC], [NUMERIC, {"levels": 4}, {"levels": 2}]), 2, True, 11, 3072),
        ("three groups, weights, pools", 600, ([{"levels": 2}], [{"levels": 7}, {"levels": 3}, NUMERIC]), 3, True, 12, 3072),
        ("a pool at the active party alone", 90, ([{"levels": 6}], [NUMERIC]), 1, False, 8, 2048),
        ("nothing is shown", 40, ([], [{"levels": 2}, {"levels": 3}]), 2, False, 10, 2048),
        ("a pool of most levels", 80, ([], [{"levels": 9}, NUMERIC]), 2, False, 7, 2048),
        ("several chunks", 700, ([NUMERIC], [{"levels": 30}, NUMERIC]), 4, True, 100, 3072),
    ]:
        stream = Stream("rows " + name)
        group = [stream.below(groups) for _ in range(rows)]
        own = {side: [drawn(column, group, stream) for column in columns] for side, columns in zip((ACTIVE, PASSIVE), kinds_of)}
        case = [round(0.05 + stream.below(400) / 100, 2) for _ in range(rows)] if weighted else None
        found.append(Session(name, rows, own, group, groups, case, least, bits))
    return found


def drawn(column, group, stream):
    """Values that differ between groups; high levels are rare."""
    if is_numeric(column):
        return column, [round(10 + 2 * g + sum(stream.below(700) for _ in range(4)) / 100, 2) for g in group]
    count = column["levels"]
    return column, [min(stream.below(count), stream.below(count + g % 2)) for g in group]


def spoiled(session):
    """The messages of a session with one change each: what the other party and a verifier refuse."""
    good = session.messages()

    def changed(name, change):
        messages = json.loads(json.dumps(good))
        change(messages)
        return {**session.facts(), "name": name, "messages": messages}

    def place(kind, side, count=0):
        return [i for i, one in enumerate(good) if one["type"] == kind and one["from"] == side][count]

    def put(kind, side, count=0, **fields):
        return lambda messages: messages[place(kind, side, count)].update(fields)

    def drop(kind, side, count=0):
        return lambda messages: messages.pop(place(kind, side, count))

    def content(kind, side, count=0):
        return bytes.fromhex(good[place(kind, side, count)]["payload"])[4:]

    def sign_less(count):
        return lambda messages: [messages.pop(place(CHECKPOINT, side, count)) for side in (PASSIVE, ACTIVE)]

    flags, pool_flags = (bytearray(content(SMALL, PASSIVE, count)) for count in (0, 1))
    flags[0] = pool_flags[0] = 1
    sent, scales = content(NUMBERS, PASSIVE), content(SCALES, PASSIVE)
    n = session.groups[0][0]
    # The first number of the active party that is a level's: after z and s of its numeric column.
    own = bytearray(content(NUMBERS, ACTIVE))
    widths = session.sent[ACTIVE][1]
    start, size = sum(ceil(bits, 8) for bits in widths[:4]), ceil(widths[4], 8)
    own[start : start + size] = (n + 1).to_bytes(size, "big")
    over = bytearray(content(NUMBERS, ACTIVE))
    over[0] |= 1 << 7
    wide = place(SHARES, ACTIVE)
    return [
        changed("other rows", put(SETUP, PASSIVE, payload=setup_payload(session.rows - 1).hex())),
        changed("other key sizes", put(KEY, PASSIVE, bits=3072)),
        changed("a group too few", put(GROUPS, ACTIVE, payload=groups_payload(session.groups[:1]).hex())),
        changed("a ciphertext too few", lambda messages: messages[place(SUMS, PASSIVE)].update(
            ciphertexts=good[place(SUMS, PASSIVE)]["ciphertexts"] - 1)),
        changed("a test too few", lambda messages: messages[place(TESTS, ACTIVE)].update(
            ciphertexts=good[place(TESTS, ACTIVE)]["ciphertexts"] - 1)),
        changed("a cell too many", lambda messages: messages[wide].update(ciphertexts=good[wide]["ciphertexts"] + 1)),
        changed("cells in other chunks", lambda messages: messages[wide].update(chunks=2)),
        changed("a round too early", put(SHARES, PASSIVE, round=2)),
        changed("only one owner", drop(SHARES, PASSIVE)),
        changed("no checkpoint before small cells", sign_less(1)),
        changed("no checkpoint before small pools", sign_less(2)),
        changed("no checkpoint before numbers", sign_less(3)),
        changed("a flag of the other's cell", put(SMALL, PASSIVE, payload=prefixed(bytes(flags)).hex())),
        changed("a flag of the other's pool", put(SMALL, PASSIVE, 1, payload=prefixed(bytes(pool_flags)).hex())),
        changed("a flag too few", put(SMALL, PASSIVE, payload=prefixed(bytes(flags[1:])).hex())),
        changed("a flag of 2", put(SMALL, ACTIVE, payload=prefixed(b"\2" + content(SMALL, ACTIVE)[1:]).hex())),
        changed("another cell is small", put(SMALL, PASSIVE, payload=prefixed(content(SMALL, PASSIVE)[:-1] + b"\1").hex())),
        changed("a number too few", put(NUMBERS, PASSIVE, payload=prefixed(sent[: -ceil(session.sent[PASSIVE][1][-1], 8)]).hex())),
        changed("a byte too many", put(NUMBERS, PASSIVE, payload=prefixed(sent + b"\0").hex())),
        changed("a bit too many", put(NUMBERS, ACTIVE, payload=prefixed(bytes(over)).hex())),
        changed("a level above its group", put(NUMBERS, ACTIVE, payload=prefixed(bytes(own)).hex())),
        changed("a scale too few", put(SCALES, PASSIVE, payload=scales_payload([]).hex())),
        changed("a scale too many", put(SCALES, PASSIVE, payload=(struct.pack(">I", 2) + scales + scales).hex())),
        changed("the end is missing", drop(SCALES, PASSIVE)),
        changed("more than the end", lambda messages: messages.append(
            {**messages[-1], "round": messages[-1]["round"] + 1})),
    ]


def line(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True, allow_nan=False)


def main():
    described = sessions()
    document = {
        "spec": "protocols/describe.md, version 1",
        "columns": columns(), "layouts": layouts(), "pools": pool_cases(), "numbers": numbers(), "cells": cells(),
        "payloads": payloads(), "refused": refused(),
        "sessions": [one.json() for one in described],
        "results": [one.result() for one in described] + [given(*case) for case in edges()],
        "spoiled": spoiled(described[1]),
    }
    # One entry of a list to a line.
    parts = []
    for name, value in sorted(document.items()):
        if isinstance(value, list):
            parts.append(f' "{name}": [\n  ' + ",\n  ".join(map(line, value)) + "\n ]")
        elif isinstance(value, dict):
            inner = [f'  "{key}": [\n   ' + ",\n   ".join(map(line, rows)) + "\n  ]" for key, rows in sorted(value.items())]
            parts.append(f' "{name}": {{\n' + ",\n".join(inner) + "\n }")
        else:
            parts.append(f' "{name}": {json.dumps(value)}')
    print("{\n" + ",\n".join(parts) + "\n}")


if __name__ == "__main__":
    main()
