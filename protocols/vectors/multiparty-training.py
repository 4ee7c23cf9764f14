"""Makes multiparty-training.json: test vectors of multiparty-training.md 3 and 9, computed without Moiety.

Needs Python 3 and the package `cryptography`. Run in this folder:
python3 multiparty-training.py > multiparty-training.json
"""

import hashlib
import hmac
import json
import random
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

rng = random.Random(20)


# --- handovers ---------------------------------------------------------------------------------------------------------

def handover_key(secret, bits, session):
    bytes_ = secret.to_bytes((bits + 7) // 8, "big")
    prk = hmac.new(bytes(32), bytes_, hashlib.sha256).digest()
    return hmac.new(prk, b"moiety/handover/v1" + session + b"\x01", hashlib.sha256).digest()


def sealed(key, words, width, number, chunk):
    plain = b"".join(word.to_bytes((width + 7) // 8, "big") for word in words)
    return AESGCM(key).encrypt(struct.pack(">III", number, chunk, 0), plain, None)


def handovers():
    for bits, width, count in [(512, 152, 3), (3072, 65, 4), (2047, 64, 1), (2048, 112, 2)]:
        secret = rng.getrandbits(bits - 1)
        session = rng.randbytes(32)
        words = [rng.getrandbits(width) for _ in range(count)]
        number, chunk = rng.randrange(1, 1 << 20), rng.randrange(5)
        yield {
            "modulusBits": bits, "secret": f"{secret:x}", "session": session.hex(), "width": width,
            "words": [f"{word:x}" for word in words], "round": number, "chunk": chunk,
            "sealed": sealed(handover_key(secret, bits, session), words, width, number, chunk).hex(),
        }


# --- results -----------------------------------------------------------------------------------------------------------

def results():
    for bits, width, count in [(512, 30, 20), (3072, 53, 60), (2048, 72, 27)]:
        words = [rng.getrandbits(width) for _ in range(count)]
        each = (bits - 64) // width
        plaintexts = []
        for first in range(0, count, each):
            some = words[first:first + each]
            number = sum(word << (s * width) for s, word in enumerate(some))
            free = bits - 1 - len(some) * width
            plaintexts.append(number + (rng.getrandbits(free) << (len(some) * width)))
        yield {
            "modulusBits": bits, "width": width, "each": each, "words": [f"{word:x}" for word in words],
            "plaintexts": [f"{number:x}" for number in plaintexts],
        }


# --- scaled rows (3.10) ------------------------------------------------------------------------------------------------

def scaled_rows():
    """What the owner encrypts, what it decrypts, and both shares, for the first result of a column."""
    modulus = 1 << 152
    for bits, value_bits, entry_bits in [(2048, 97, 30), (3072, 140, 40), (3072, 97, 28)]:
        slot = max(152, value_bits + entry_bits + 2)
        each = (bits - 72) // slot
        n = (1 << (bits - 1)) + rng.getrandbits(bits - 1) | 1
        w = [rng.randrange(-(1 << value_bits) + 1, 1 << value_bits) for _ in range(each)]
        q = [rng.randrange(-(1 << entry_bits) + 1, 1 << entry_bits) for _ in range(each)]
        encrypted = [(value << (s * slot)) % n for s, value in enumerate(w)]
        product = sum(c * (e + (1 << entry_bits)) for c, e in zip(encrypted, q)) % n
        mask = rng.randrange(n)
        opened = (product + mask) % n
        centred = product - n if product > n // 2 else product
        if not 0 <= mask + centred < n:
            raise SystemExit("a wrapped result: choose another seed")
        # A negative sum borrows from the slot above: a word is off by a unit then.
        owner = [((opened >> (s * slot)) - (w[s] << entry_bits)) % modulus for s in range(each)]
        evaluator = [-(mask >> (s * slot)) % modulus for s in range(each)]
        off = [(owner[s] + evaluator[s] - w[s] * q[s] + 1) % modulus - 1 for s in range(each)]
        assert all(abs(x) <= 1 for x in off), off
        yield {
            "modulusBits": bits, "valueBits": value_bits, "entryBits": entry_bits, "slotBits": slot,
            "rowsPerResult": each,
        }


# --- proportional hazards (3.9, words; 3.10; section 4) ------------------------------------------------------------------

def ceil_log2(n):
    return max(n - 1, 0).bit_length()


def words_layout(rows, events, values, bits):
    """3.9: H's words of each row, A's sums of them for each event."""
    slot = max(152, 152 + 62 + ceil_log2(rows) + 2)
    room = (bits - 64) // slot
    side = min(values, room)
    parts = -(-values // side)
    shared = room // values if parts == 1 else 1
    return {
        "slotBits": slot, "slotsPerCiphertext": side, "outputsPerCiphertext": shared, "ciphertextsPerInput": parts,
        "resultCount": -(-events // shared) if parts == 1 else events * parts,
    }


def word_places(events, values, layout):
    """Where sums stand: output, value, ciphertext, lowest bit. Of some outputs and values."""
    slot, side, parts, shared = (
        layout[key] for key in ("slotBits", "slotsPerCiphertext", "ciphertextsPerInput", "outputsPerCiphertext"))
    for k in sorted({0, 1, events // 2, events - 1}):
        for j in sorted({0, values // 2, side - 1, min(side, values - 1), values - 1}):
            if parts == 1:
                # Whole outputs side by side, in each its values.
                yield [k, j, k // shared, (k % shared * values + j) * slot]
            else:
                # Each output's values go on in its next ciphertext.
                yield [k, j, k * parts + j // side, j % side * slot]


def word_sums():
    """Layouts; of one, what H decrypts of two outputs, and both shares, against the sums themselves."""
    for rows, events, values, bits in [
            (1000, 300, 1, 3072), (1000, 301, 5, 3072), (1000, 300, 13, 3072), (1000, 300, 14, 3072), (1024, 7, 8, 2048),
            (1025, 7, 9, 2048), (100_000, 20_000, 40, 3072)]:
        layout = words_layout(rows, events, values, bits)
        yield {
            "rows": rows, "events": events, "values": values, "modulusBits": bits, **layout,
            "places": list(word_places(events, values, layout)),
        }
    rows, values, bits = 9, 5, 3072
    layout = words_layout(rows, 2, values, bits)
    slot, modulus = layout["slotBits"], 1 << 152
    x = [[rng.randrange(modulus) for _ in range(values)] for _ in range(rows)]
    matrix = [[rng.randrange(1 << 62) for _ in range(rows)] for _ in range(2)]
    packed = [sum(v << (j * slot) for j, v in enumerate(row)) for row in x]
    result = sum(sum(m * c for m, c in zip(line, packed)) << (k * values * slot) for k, line in enumerate(matrix))
    n = (1 << (bits - 1)) + rng.getrandbits(bits - 1) | 1
    assert result < n >> 64 and layout["outputsPerCiphertext"] >= 2
    mask = rng.randrange(n)
    opened = (result + mask) % n
    for k in range(2):
        for j in range(values):
            place = (k * values + j) * slot
            found = (opened >> place) - (mask >> place)
            wanted = sum(m * row[j] for m, row in zip(matrix[k], x))
            assert (found - wanted + 1) % modulus <= 1, "off by more than a carry"


def packed_words():
    """H's words of some rows, A's scalars, and the numbers that are under H's key before A masks them."""
    for rows, events, values, bits in [(4, 3, 5, 3072), (4, 2, 14, 3072)]:
        layout = words_layout(rows, events, values, bits)
        slot, side, parts, shared = (
            layout[key] for key in ("slotBits", "slotsPerCiphertext", "ciphertextsPerInput", "outputsPerCiphertext"))
        x = [[rng.getrandbits(152) for _ in range(values)] for _ in range(rows)]
        matrix = [[rng.randrange(1 << 62) for _ in range(rows)] for _ in range(events)]
        # One plaintext for each ciphertext of a row.
        packed = [
            [sum(word << (s * slot) for s, word in enumerate(row[first:first + side])) for first in range(0, values, side)]
            for row in x]
        results = [
            sum(m * row[part] for m, row in zip(line, packed)) for line in matrix for part in range(parts)]
        plaintexts = [
            sum(number << (s * values * slot) for s, number in enumerate(results[first:first + shared]))
            for first in range(0, len(results), shared)]
        yield {
            "rows": rows, "events": events, "values": values, "modulusBits": bits,
            "words": [[f"{word:x}" for word in row] for row in x],
            "scalars": matrix, "plaintexts": [f"{number:x}" for number in plaintexts],
        }


def hazard_steps():
    """What a holder and a further party exchange, and what its columns add between A and H: messages' ciphertexts and numbers."""
    # Rates of so many bits: with less or more, up to 130, results are as many.
    for rows, events, others, bits, rate in [(1000, 300, [2, 3], 2048, 97), (5000, 800, [1, 4, 12], 3072, 101)]:
        half = (ceil_log2(rows) + 1) // 2
        b = 20 + half + 1
        steps = []
        for columns in others:
            found = {}
            for name, value_bits, entry_bits in [("information", rate, b - 8), ("meat", 113, b)]:
                slot = max(152, value_bits + entry_bits + 2)
                groups = -(-rows // ((bits - 72) // slot))
                found[name] = {"shares": rows, "results": groups * columns, "handedOver": rows * columns}
            steps.append(found)
        layout = words_layout(rows, events, sum(others), bits)
        yield {
            "rows": rows, "events": events, "otherColumns": others, "modulusBits": bits, "steps": steps,
            "shares": rows * layout["ciphertextsPerInput"], "sums": layout["resultCount"], "products": events * sum(others),
        }


def level_steps():
    """Levels of a further party's column (section 4): of a test and of curves, what the party exchanges, what A and H do with its words."""
    for rows, events, times, levels, bits in [(1000, 300, 2, 2, 2048), (5000, 800, 3, 4, 3072), (5000, 801, 1, 20, 2048)]:
        found = {}
        for name, values in [("levelTest", 3), ("levelCurves", 3 * times)]:
            # training.md 3.4: numbers below 2^(80 + up(E) + 1), columns below 2.
            slot = max(152, 80 + ceil_log2(events) + 1 + 1 + ceil_log2(rows) + 2)
            side = -(-values // min(values, (bits - 64) // slot))
            found[name] = {
                "shares": rows * side, "results": levels * side, "handedOver": levels * values, "split": (levels - 1) * rows,
            }
        layout = words_layout(rows, events, levels - 1, bits)
        yield {
            "rows": rows, "events": events, "times": times, "levels": levels, "modulusBits": bits, "steps": found,
            "shares": rows * layout["ciphertextsPerInput"], "sums": layout["resultCount"],
        }


# --- predictions -------------------------------------------------------------------------------------------------------

def score_key(pair):
    """HKDF-SHA256 without a salt, one block."""
    prk = hmac.new(bytes(32), pair, hashlib.sha256).digest()
    return hmac.new(prk, b"moiety/parties/scores/v1" + b"\x01", hashlib.sha256).digest()


def masks(pair, first, count):
    """Words of rows first .. first + count - 1."""
    encryptor = Cipher(algorithms.AES(score_key(pair)), modes.CTR(bytes(16))).encryptor()
    stream = encryptor.update(bytes(8 * (first + count)))[8 * first:]
    return struct.unpack(">%dQ" % count, stream)


def predictions():
    """`first`: the row that the others are counted from; a chunk of a message begins there."""
    limit = 1 << 60
    for parties, first, count in [(2, 0, 5), (3, 65536, 4), (7, 131072, 3)]:
        pairs = {(j, l): rng.randbytes(32) for l in range(1, parties + 1) for j in range(1, l)}
        parts = [[rng.randint(-limit, limit) for _ in range(count)] for _ in range(parties)]
        # At the limit, all of one sign: the largest sums.
        for part in parts:
            part[0], part[1] = limit, -limit
        words = []
        for j in range(1, parties + 1):
            sums = list(parts[j - 1])
            for l in range(1, parties + 1):
                if l != j:
                    sign = 1 if l > j else -1
                    found = masks(pairs[min(j, l), max(j, l)], first, count)
                    sums = [one + sign * mask for one, mask in zip(sums, found)]
            words.append([one % (1 << 64) for one in sums])
        total = [sum(column) for column in zip(*parts)]
        opened = [sum(column) % (1 << 64) for column in zip(*words)]
        assert [one - (one >> 63 << 64) for one in opened] == total
        yield {
            "firstRow": first, "pairs": [[j, l, pair.hex()] for (j, l), pair in sorted(pairs.items())],
            "parts": parts, "sums": total,
            "payloads": [struct.pack(">I%dQ" % count, count, *line).hex() for line in words],
        }


def start(is_linear, active, passive, decisions, numbers):
    """Steps of section 4 (collinear columns) and training.md 5.4 until the start has its inverse, has none, or numbers are out."""
    numbers, steps, spent, gone, passive = iter(numbers), [], 0 if is_linear else 1, 0, list(passive)

    def opened(name, bits):
        nonlocal spent
        steps.append(name)
        value = next(numbers)
        spent += bits
        if spent > decisions:
            raise ArithmeticError
        return value

    try:
        while True:
            p = active + sum(passive)
            width = max(12, ceil_log2(p) + 4)
            steps += ["startGradient", "startInformation", "cold 0 8"]
            trace = opened("trace", width)
            if trace > 1 / 2:
                steps.append("further 7")
                trace = opened("trace", width)
            if abs(trace) <= 1 / 2:
                return steps, "inverse"
            steps.append("checkpoint")
            asked = [k for k in range(len(passive) - 1, -1, -1) if passive[k] > 1]
            shares = 0 if is_linear else 10 * max(passive)
            is_paid = spent + shares + len(asked) + 2 * width <= decisions
            leaver = None
            if asked and trace <= (1 if is_linear else 2) - gone + 1 / 2 and is_paid:
                spent += shares
                steps.append("aliases B")
                for k in asked:
                    if opened("leaves %d" % k, 1):
                        leaver = k
                        break
            if leaver is None:
                return steps + ["aliases"], "aliasedAcrossParties"
            steps.append("leaveOut %d" % leaver)
            passive[leaver] -= 1
            gone += 1
    except StopIteration:
        return steps, None
    except ArithmeticError:
        return steps, "notConverged"


def leavers():
    """Columns of the helper first. Traces, and what `leaves` came to."""
    for is_linear, passive, decisions, numbers in (
        (True, (2, 3), 61, [4.0, 1.0, 2.0, 0.0]), (True, (2, 3), 61, [4.0, 1.0, 0.0, 2.0, 0.25]),
        (True, (2, 3), 61, [4.0, 1.0, 0.0, 0.0]), (True, (2, 3), 61, [4.0, 2.0]), (True, (1, 1, 1), 61, [4.0, 1.0]),
        (True, (1, 2, 1), 61, [4.0, 1.0, 2.0, 3.0, 1.0]), (True, (2, 3), 61, [4.0, 1.0]),
        (False, (2, 3), 900, [4.0, 2.0, 2.0, 4.0, 1.0, 2.0, 0.0]),
        (False, (2, 2, 2), 900, [4.0, 2.0, 0.0, 0.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0]),
        (False, (1, 2), 900, [4.0, 1.0, 2.0, 3.0, 1.0]), (False, (2, 3), 900, [4.0, 2.75]),
        # The last bit that leaves room: 25 for traces, 30 for shares, two parties are asked, 24 for two traces.
        (False, (2, 3), 81, [4.0, 1.0, 0.0, 2.0, 0.0]), (False, (2, 3), 80, [4.0, 1.0]),
    ):
        steps, end = start(is_linear, 3, passive, decisions, numbers)
        yield {
            "linear": is_linear, "activeColumns": 3, "passiveColumns": list(passive), "decisionBits": decisions,
            "opened": numbers, "steps": ", ".join(steps), "end": end,
        }


print(json.dumps({
    "handovers": list(handovers()), "results": list(results()), "scaledRows": list(scaled_rows()),
    "words": list(word_sums()), "hazards": list(hazard_steps()), "packedWords": list(packed_words()),
    "levels": list(level_steps()),
    "predictions": list(predictions()), "leavers": list(leavers()),
}, indent=1))
