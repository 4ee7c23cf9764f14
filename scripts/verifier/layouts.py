"""How many ciphertexts the two messages of each exchange have, and how they are cut (protocols/training.md 3)."""

from verifier.reading import demand

# Shares of vectors and matrices are numbers modulo 2 to this power.
WORD_BITS = 152
# Bits of a plaintext that stay free, so that a masked result wraps with probability 2^-64.
HEADROOM_BITS = 64
# A carry falsifies one share of a job with probability 2^-40; 2^-32 where slots have no room for more.
FAILURE_BITS, LEAST_FAILURE_BITS = 40, 32
# Shares of rows are kept in 128 bits.
WIDEST_ROW_SLOT = 125
WIDEST_SCALAR = 63
WIDEST_ELEMENT = 126
LARGEST_PAYLOAD = 3_670_016
ROWS, NUMBERS, PRODUCTS, ROW_RESULTS = 512, 4096, 512, 64


def up_log2(value):
    """The least c with 2^c >= value."""
    return (value - 1).bit_length() if value > 1 else 0


def up(value, divisor):
    return -(-value // divisor)


def ciphertext_bytes(modulus_bits):
    return 2 * up(modulus_bits, 8)


def room(holds):
    """Bounds for which a plaintext has no room are not allowed."""
    demand(holds, "T13", "boundsNotAllowed")


class Cut:
    """Items in their order, cut into chunks: each but the last has a multiple of so many items."""

    def __init__(self, items, largest, multiple=1, item_bytes=0, each=1):
        fitting = min(largest, LARGEST_PAYLOAD // max(item_bytes, 1))
        self.items, self.size, self.each = items, max(multiple, fitting // multiple * multiple), each
        self.count = up(items, self.size)

    def numbers(self, chunk):
        """In that chunk: so many ciphertexts, or scores."""
        return self.each * max(0, min(self.size, self.items - chunk * self.size))


class Exchange:
    """The owner's message and the evaluator's results."""

    def __init__(self, request, reply):
        self.request, self.reply = request, reply


def row_products(bits, rows, entries, turn_bits, scalar_bits):
    """3.1: a vector's entries against each row of the evaluator's columns."""
    top = turn_bits + scalar_bits + up_log2(entries) + 2
    room(bits > HEADROOM_BITS + top)
    rows_per_result = (bits - HEADROOM_BITS - top) // turn_bits + 1
    width = ciphertext_bytes(bits)
    results = up(rows, rows_per_result)
    return Exchange(Cut(entries, NUMBERS, item_bytes=width), Cut(results, ROW_RESULTS, item_bytes=width))


class KernelLayout:
    """3.2: a row's vectors, several numbers to a ciphertext, and several rows to a result, as is cheapest."""

    def __init__(self, bits, rows, length, magnitude, fractions, slots_read):
        """`slots_read`: in a job at most."""
        vector, scalar = fractions
        width = vector + scalar + magnitude + 2
        least = width + up_log2(slots_read)
        self.slot_bits = max(width, min(WIDEST_ROW_SLOT, least + FAILURE_BITS))
        room(least + LEAST_FAILURE_BITS <= self.slot_bits <= WIDEST_ROW_SLOT)
        self.bits, self.rows = bits, rows
        slots = (bits - HEADROOM_BITS - width) // self.slot_bits + 1
        choices = []
        for entries in range(1, 9):
            rows_per_group = (slots - (entries - 1)) // entries
            if rows_per_group < 1:
                continue
            per_row, digits = up(length, entries), (scalar + 4) // 3
            results = ((entries - 1) * self.slot_bits + 1100) // rows_per_group
            choices.append((per_row * (50 + 6 + entries * digits) + results, entries, per_row, rows_per_group))
        room(choices)
        _, self.entries, self.per_row, self.rows_per_group = min(choices)

    def exchange(self):
        """The evaluator answers each chunk of vectors with one of results."""
        row_bytes = self.per_row * ciphertext_bytes(self.bits)
        request = Cut(self.rows, ROWS, self.rows_per_group, row_bytes, self.per_row)
        groups = up(self.rows, self.rows_per_group)
        return Exchange(request, Cut(groups, request.size // self.rows_per_group))


def sum_slot(rows, value_bits, scalar_bits):
    room(scalar_bits <= WIDEST_SCALAR)
    return max(WORD_BITS, value_bits + scalar_bits + up_log2(rows) + 2)


def column_sums(bits, rows, columns, value_bits, scalar_bits, sent=None):
    """3.3: one number of each row against each column, several rows to a ciphertext. `sent`: of these rows, so many."""
    rows_each = ((bits - HEADROOM_BITS) // sum_slot(rows, value_bits, scalar_bits) + 1) // 2
    room(rows_each >= 1)
    width = ciphertext_bytes(bits)
    request = Cut(up(rows if sent is None else sent, rows_each), NUMBERS, item_bytes=width)
    return Exchange(request, Cut(columns, NUMBERS, item_bytes=width))


def scaled_rows(bits, rows, columns, value_bits, scalar_bits):
    """multiparty-training.md 3.10: a number of each row times each column, several rows to a result."""
    room(scalar_bits <= WIDEST_SCALAR - 1)
    rows_each = (bits - HEADROOM_BITS - 8) // max(WORD_BITS, value_bits + scalar_bits + 2)
    room(rows_each >= 1)
    request = Cut(rows, ROWS, rows_each, ciphertext_bytes(bits) * up(columns, rows_each))
    return Exchange(request, Cut(up(rows, rows_each), request.size // rows_each, each=columns))


def packed_sums(bits, rows, values, columns, value_bits, scalar_bits, sent=None):
    """3.4: several numbers of each row against each column. `sent` as above."""
    slots = min(values, (bits - HEADROOM_BITS) // sum_slot(rows, value_bits, scalar_bits))
    room(slots >= 1)
    per_row, width = up(values, slots), ciphertext_bytes(bits)
    request = Cut(rows if sent is None else sent, ROWS, item_bytes=per_row * width, each=per_row)
    return Exchange(request, Cut(columns * per_row, NUMBERS, item_bytes=width))


def element_products(bits, rows, value_bits, terms=1):
    """3.8: a number of each party a row, or two of shared numbers; the evaluator answers each chunk."""
    rows_each = (bits - HEADROOM_BITS) // max(WORD_BITS, 2 * value_bits + 1 + terms)
    room(rows_each >= 1 and value_bits <= WIDEST_ELEMENT)
    request = Cut(rows, ROWS, rows_each, terms * ciphertext_bytes(bits), terms)
    return Exchange(request, Cut(up(rows, rows_each), request.size // rows_each))


def risk_slots(bits, inputs, term_bits):
    """How many slots a ciphertext of sums over risk sets has."""
    slots = (bits - HEADROOM_BITS) // max(WORD_BITS, term_bits + up_log2(inputs) + 2)
    room(slots >= 1)
    return slots


def risk_sums(bits, inputs, outputs, term_bits, columns=1):
    """3.9: a number of each input, summed for each output, for each of the evaluator's columns."""
    results, width = columns * up(outputs, risk_slots(bits, inputs, term_bits)), ciphertext_bytes(bits)
    return Exchange(Cut(inputs, ROWS, item_bytes=width), Cut(results, PRODUCTS, item_bytes=width))


def risk_vectors(bits, inputs, outputs, term_bits, values):
    """3.9: twice as many numbers of each input, side by side. Outputs share a ciphertext where one holds their values."""
    return side_by_side(bits, inputs, outputs, term_bits, values, 2)


def risk_words(bits, inputs, outputs, values):
    """3.9 of multiparty-training.md: words of each input, side by side, times scalars of 62 bits."""
    return side_by_side(bits, inputs, outputs, WORD_BITS + 62, values, 1)


def side_by_side(bits, inputs, outputs, term_bits, values, sets):
    """Of each input so many sets of numbers."""
    slots = risk_slots(bits, inputs, term_bits)
    parts, width = up(values, slots), ciphertext_bytes(bits)
    results = up(outputs, slots // values) if parts == 1 else outputs * parts
    request = Cut(inputs, ROWS, item_bytes=sets * parts * width, each=sets * parts)
    return Exchange(request, Cut(results, PRODUCTS, item_bytes=width))


ALL, LOWER, DIAGONAL = "all", "lower", "diagonal"


def matrix_product(bits, rows, inner, columns, part=ALL):
    """3.5: two matrices, the owner's in blocks of rows; of the result all, or no more blocks than its part needs."""
    fitting = (bits - HEADROOM_BITS) // (2 * WORD_BITS + up_log2(inner) + 1)
    room(fitting >= 1)
    block_rows = up(rows, up(rows, fitting))
    blocks, width = up(rows, block_rows), ciphertext_bytes(bits)
    if part == ALL:
        results = blocks * columns
    elif part == LOWER:
        results = sum(min(columns, (block + 1) * block_rows) for block in range(blocks))
    else:
        results = columns
    request = Cut(blocks * inner, NUMBERS, item_bytes=width)
    return Exchange(request, Cut(results, PRODUCTS, item_bytes=width))
