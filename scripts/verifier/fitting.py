"""The decisions of a logistic fit, from public numbers alone (protocols/training.md 4)."""

import math

LOOSEST = 1 / 64
FIRST_STEP, CURVATURE, MOST_TRIALS = 0.5, 0.9, 12
# What both parties do next; a gradient with its tolerance and whether its step may shrink, products with their number.
GRADIENT, SUM, PRODUCTS, END = "gradient", "sum", "products", "end"
ACCEPT, RETRY, FAIL = "accept", "retry", "fail"


def dot(left, right):
    total = 0.0
    for a, b in zip(left, right):
        total += a * b
    return total


class Optimizer:
    """L-BFGS with all pairs, on joint inner products: Nocedal and Wright, algorithm 7.4, on coefficients."""

    def __init__(self):
        self.sy, self.yy, self.sg, self.yg, self.trials = [], [], [], [], 0

    def accept(self, products):
        """Products of the new s with each y, of each old s with the new y, of the new y with each y, of each s and of
        each y with the gradient. A pair without curvature is not kept."""
        k = len(self.sy)
        parts, at = [], 0
        for size in (k + 1, k, k + 1, k + 1, k + 1):
            parts.append(products[at : at + size])
            at += size
        new_s, new_y, lengths, sg, yg = parts
        self.trials = 0
        if not (new_s[k] > 0 and lengths[k] > 0):
            self.sg, self.yg = sg[:k], yg[:k]
            return
        for j in range(k):
            self.sy[j].append(new_y[j])
            self.yy[j].append(lengths[j])
        self.sy.append(new_s)
        self.yy.append(lengths)
        self.sg, self.yg = sg, yg

    def direction(self):
        """Coefficients of the s, of the y and of the gradient."""
        k = len(self.sy)
        if k == 0:
            return [], [], -FIRST_STEP
        alpha, coefficient = [0.0] * k, [0.0] * k
        for i in reversed(range(k)):
            product = self.sg[i]
            for j in range(i + 1, k):
                product -= alpha[j] * self.sy[i][j]
            alpha[i] = product / self.sy[i][i]
        gamma = self.sy[-1][-1] / self.yy[-1][-1]
        for i in range(k):
            product = self.yg[i]
            for j in range(k):
                product -= alpha[j] * self.yy[i][j]
            product *= gamma
            for j in range(i):
                product += coefficient[j] * self.sy[j][i]
            coefficient[i] = alpha[i] - product / self.sy[i][i]
        return [-c for c in coefficient], [gamma * a for a in alpha], -gamma

    def slope(self, direction, squared_norm):
        return dot(direction[0], self.sg) + dot(direction[1], self.yg) + direction[2] * squared_norm

    def shrink(self, step):
        self.trials += 1
        return (FAIL, None) if self.trials >= MOST_TRIALS else (RETRY, step / 4)

    def judge(self, step, before, after):
        self.trials += 1
        if not (math.isfinite(before) and math.isfinite(after) and before < 0):
            return FAIL, None
        if abs(after) <= CURVATURE * abs(before):
            return ACCEPT, None
        if self.trials >= MOST_TRIALS:
            return FAIL, None
        if after > 0:
            return RETRY, step * min(0.9, max(0.1, before / (before - after)))
        return RETRY, step * 2


class Schedule:
    """What comes next, and what follows from what came."""

    def __init__(self, l2, tolerance, most_passes):
        self.l2, self.tolerance, self.most_passes = l2, tolerance, most_passes
        self.request = (GRADIENT, LOOSEST, False)
        self.passes, self.norm = 0, None
        self.optimizer, self.step, self.slope = Optimizer(), 1.0, 0.0
        # Where an unpenalised fit opens its loss, to see whether the labels separate.
        self.separation_radius = 16.0
        self.decision = None

    @property
    def is_usable(self):
        return self.norm is not None and self.norm <= 50 * self.tolerance

    def took_gradient(self, after, squared_norm, radius):
        """Joint d . g and g . g at the trial point, and the range announced for it."""
        self.passes += 1
        if self.norm is None:
            # No squares sum to less than nothing: such a fit has no norm and ends here.
            self.norm = math.sqrt(squared_norm) if squared_norm >= 0 else math.nan
            self.begin_line()
            return
        reached = math.sqrt(max(0.0, squared_norm))
        if reached <= self.tolerance:
            self.decision = ACCEPT, None
        else:
            self.decision = self.optimizer.judge(self.step, self.slope, after)
        if self.decision[0] == ACCEPT:
            self.norm = reached
        if self.l2 == 0 and radius >= self.separation_radius:
            self.separation_radius = radius * 2
            self.request = (SUM,)
            return
        self.decide()

    def took_out_of_range(self):
        self.decision = self.optimizer.shrink(self.step)
        self.decide()

    def took_sum(self):
        self.decide()

    def took_products(self, products):
        self.optimizer.accept(products)
        self.begin_line()

    def decide(self):
        kind, step = self.decision
        if kind == ACCEPT:
            is_done = self.norm <= self.tolerance
            self.request = (END,) if is_done else (PRODUCTS, len(self.optimizer.sy) + 1)
        elif kind == RETRY:
            self.step = step
            self.try_step()
        else:
            self.request = (END,)

    def begin_line(self):
        if not self.norm > self.tolerance:
            self.request = (END,)
            return
        direction = self.optimizer.direction()
        if self.optimizer.slope(direction, self.norm * self.norm) >= 0:
            self.optimizer = Optimizer()
            direction = self.optimizer.direction()
        self.slope = self.optimizer.slope(direction, self.norm * self.norm)
        self.step = 1.0
        self.try_step()

    def try_step(self):
        if self.passes >= self.most_passes:
            self.request = (END,)
            return
        tolerance = min(LOOSEST, max(self.tolerance, self.norm / 128))
        self.request = (GRADIENT, tolerance, self.step > 1 or self.l2 > 0)
