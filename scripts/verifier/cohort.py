"""What follows from a described cohort's columns, groups and hidden columns (protocols/describe.md 1 to 5): sizes of its
exchanges, widths of its numbers."""

from verifier import layouts
from verifier.expecting import ACTIVE, PASSIVE
from verifier.layouts import NUMBERS, Cut, Exchange, ciphertext_bytes, up_log2
from verifier.reading import demand

# Rows counted once; with their weights.
ONCE, BY_WEIGHT = 0, 1
# Bits of a group's numbers, in all; fraction bits of weights.
UNIT_BITS, WEIGHT_BITS, WEIGHT_FRACTION = 1, 21, 20
MEAN_DIGITS, SHARE_DIGITS = 11, 13
LARGEST_CELL = 100
MOST_ROWS = (1 << 24) - 1
# A numeric column with more different values is not looked at value by value: what is said of it is 0.
MOST_VALUES = 10
MANY_VALUES = 0
# Items of a numeric column that are opened: the sums of z and s. Of one with levels it is all but the first.
MOMENTS = 2


def exponent(number):
    """The largest e with 2^e <= it."""
    return number.bit_length() - 1


def joined(one, other, cut, bits):
    """Both parties' parts of a number. Where low bits were cut, both rounded down."""
    return (one + other + (cut > 0)) % (1 << bits)


class Column:
    """Of either party: with so many levels, or a numeric one with so many different values."""

    def __init__(self, levels=0, values=MANY_VALUES):
        self.levels, self.values = levels, values

    @property
    def is_numeric(self):
        return not self.levels

    @property
    def cells(self):
        """In each group: of its levels, of its few values, or of the rows off the most frequent one."""
        return self.levels or self.values or 1

    @property
    def items(self):
        """What is opened of it in each block."""
        return MOMENTS if self.is_numeric else self.levels - 1

    @property
    def entries(self):
        """The evaluator's numbers of a row."""
        if not self.is_numeric:
            return self.levels - 1
        return MOMENTS + (self.values - 1 if self.values else 1)


class Cohort:
    """`hidden` says of each column of both whether nothing of it is shown."""

    def __init__(self, rows, groups, bits, least, columns, weighted):
        """`groups`: n, W and Q of each; `columns` of each role; `least`: rows of a cell that is not small."""
        self.rows, self.groups, self.bits, self.least, self.weighted = rows, groups, bits, least, weighted
        self.columns = columns
        self.count_bits = up_log2(rows)
        self.blocks = [ONCE, BY_WEIGHT] if weighted else [ONCE]

    # Columns of both, the active party's first

    @property
    def all(self):
        return [(role, column) for role in (ACTIVE, PASSIVE) for column in self.columns[role]]

    @property
    def cells(self):
        """Of the passive party: the active one knows its own."""
        return len(self.groups) * sum(column.cells for column in self.columns[PASSIVE])

    # Exchanges

    def sums(self):
        """Of the groups' numbers with the passive party's."""
        values = len(self.groups) * len(self.blocks)
        entries = sum(column.entries for column in self.columns[PASSIVE])
        value_bits = WEIGHT_BITS if self.weighted else UNIT_BITS
        return layouts.packed_sums(self.bits, self.rows, values, entries, value_bits, self.count_bits + 17)

    def tests(self):
        """The cells, and for each of them a test for each count below the least."""
        def cut(each):
            return Cut(self.cells, NUMBERS // self.least, item_bytes=self.least * ciphertext_bytes(self.bits), each=each)

        return Exchange(cut(1), cut(self.least))

    # Numbers

    def size(self, group, block):
        """N of a group."""
        return self.groups[group][block]

    def shape(self, is_level, block, group):
        """Where an item is cut, and the bits that are left."""
        e, k = exponent(self.size(group, block)), self.count_bits
        # Where few people count, digits are fewer.
        most = exponent(effective(self.groups[group])) + 3 if block == BY_WEIGHT else SHARE_DIGITS
        if not is_level:
            digits = min(MEAN_DIGITS, most)
            return 16 + e - digits, k + WEIGHT_FRACTION * block - e + digits + 3
        digits = min(SHARE_DIGITS, most)
        return (e - digits, digits + 2) if block == BY_WEIGHT else (0, k + 1)

    def shown(self, hidden):
        """Role and column of those that are."""
        return [one for one, is_hidden in zip(self.all, hidden) if not is_hidden]

    def items(self, hidden):
        """Place of the column among those that are shown, role, column, block and group of each number in order."""
        for place, (role, column) in enumerate(self.shown(hidden)):
            for block in self.blocks:
                for _ in range(column.items):
                    for group in range(len(self.groups)):
                        yield place, role, column, block, group

    def widths(self, hidden, sender):
        """The active party sends numbers of all columns, the passive one of its own."""
        return [
            self.shape(not column.is_numeric, block, group)[1]
            for _, role, column, block, group in self.items(hidden) if sender == ACTIVE or role == PASSIVE
        ]

    def check_levels(self, hidden, active, passive):
        """No level has more rows than its group, nor have all that are opened of a column."""
        active, passive, together = iter(active), iter(passive), {}
        for place, role, column, block, group in self.items(hidden):
            cut, bits = self.shape(not column.is_numeric, block, group)
            number = next(active)
            if role == PASSIVE:
                number = joined(number, next(passive), cut, bits)
            if not column.is_numeric:
                _, _, numbers = together.setdefault((place, block, group), (self.size(group, block), cut, []))
                numbers.append(number)
        demand(all(has_size(*one) for one in together.values()), "T23", "countTooLarge")
        # Counts of rows are exact; the first level has what the others leave.
        cells = [(*numbers, total - sum(numbers)) for (_, block, _), (total, _, numbers) in together.items() if block == 0]
        demand(all(count >= self.least for one in cells for count in one), "T23", "smallCellShown")


def has_size(total, cut, numbers):
    """Whether these may be levels of a group. Where low bits were cut, each may be one too large."""
    most, more = total >> cut, int(cut > 0)
    return all(number <= most + more for number in numbers) and sum(numbers) <= most + more * len(numbers)


# Of a group's rows this part at least must count.
LEAST_EFFECTIVE = 20


def effective(group):
    """How many rows of one weight each would say as much."""
    _, total, squares = group
    return total**2 // squares if squares else 0


def check_groups(groups, count, rows, least, weighted):
    """What the active party says of its groups."""
    fits = len(groups) == count and sum(n for n, _, _ in groups) == rows
    for n, total, squares in groups:
        fits = fits and n >= least
        if weighted:
            unit = 1 << WEIGHT_FRACTION
            fits = fits and least * unit <= total <= unit * n and total <= squares <= unit * total
            fits = fits and n <= LEAST_EFFECTIVE * effective((n, total, squares))
        else:
            fits = fits and total == squares == n
    demand(fits, "T13", "groupsNotAllowed")
