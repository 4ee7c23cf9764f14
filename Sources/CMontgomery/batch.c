// Element-wise operations and exponentiations with own or shared exponents, written once for all implementations.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

// Pointers of one group: the last element repeats in lanes past the end, whose results go to a spill element.
static size_t point(const cm_ctx *ctx, const uint64_t **src, const uint64_t *base, size_t step, size_t first,
                    size_t count) {
    size_t lanes = ctx->ops->lanes, active = count - first < lanes ? count - first : lanes;
    for (size_t l = 0; l < lanes; l++) {
        size_t i = first + (l < active ? l : active - 1);
        src[l] = base + i * step;
    }
    return active;
}

static void point_out(const cm_ctx *ctx, uint64_t **dst, uint64_t *base, size_t step, size_t first, size_t count,
                      uint64_t *spill) {
    for (size_t l = 0; l < ctx->ops->lanes; l++) dst[l] = first + l < count ? base + (first + l) * step : spill;
}

static size_t max_size(size_t a, size_t b) { return a > b ? a : b; }

void cm_import(const cm_ctx *ctx, uint64_t *dst, const uint64_t *src, size_t limbs, size_t count) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, total = 2 * g + ops->scratch_words(ctx);
    uint64_t *memory = cm_alloc(total), *group = memory, *spill = memory + g, *scratch = memory + 2 * g;
    for (size_t i = 0; i < count; i += ops->lanes) {
        const uint64_t *in[CM_MAX_LANES];
        uint64_t *out[CM_MAX_LANES];
        point(ctx, in, src, limbs, i, count);
        point_out(ctx, out, dst, ctx->words, i, count, spill);
        ops->load_plain(ctx, group, in, limbs, scratch);
        ops->mul(ctx, group, group, ctx->rr_group, scratch);
        ops->store(ctx, out, group);
    }
    cm_release(memory, total);
}

void cm_export(const cm_ctx *ctx, uint64_t *dst, size_t limbs, const uint64_t *src, size_t count) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, spill_words = max_size(limbs, ctx->words);
    size_t total = g + ops->scratch_words(ctx) + spill_words;
    uint64_t *memory = cm_alloc(total), *group = memory, *scratch = memory + g;
    uint64_t *spill = scratch + ops->scratch_words(ctx);
    for (size_t i = 0; i < count; i += ops->lanes) {
        const uint64_t *in[CM_MAX_LANES];
        uint64_t *out[CM_MAX_LANES];
        point(ctx, in, src, ctx->words, i, count);
        point_out(ctx, out, dst, limbs, i, count, spill);
        ops->load(ctx, group, in);
        ops->mul(ctx, group, group, ctx->unit_group, scratch);
        ops->store_plain(ctx, out, limbs, group, scratch);
    }
    cm_release(memory, total);
}

void cm_mul(const cm_ctx *ctx, uint64_t *dst, const uint64_t *a, size_t a_step, const uint64_t *b, size_t b_step,
            size_t count) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, total = 3 * g + ops->scratch_words(ctx);
    uint64_t *memory = cm_alloc(total), *x = memory, *y = x + g, *spill = y + g, *scratch = spill + g;
    for (size_t i = 0; i < count; i += ops->lanes) {
        const uint64_t *in[CM_MAX_LANES];
        uint64_t *out[CM_MAX_LANES];
        point(ctx, in, a, a_step * ctx->words, i, count);
        ops->load(ctx, x, in);
        if (b_step != 0 || i == 0) {
            point(ctx, in, b, b_step * ctx->words, i, count);
            ops->load(ctx, y, in);
        }
        ops->mul_public(ctx, x, x, y, scratch);
        point_out(ctx, out, dst, ctx->words, i, count, spill);
        ops->store(ctx, out, x);
    }
    cm_count(count);
    cm_release(memory, total);
}

void cm_sqr(const cm_ctx *ctx, uint64_t *dst, const uint64_t *a, size_t count) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, total = 2 * g + ops->scratch_words(ctx);
    uint64_t *memory = cm_alloc(total), *x = memory, *spill = x + g, *scratch = spill + g;
    for (size_t i = 0; i < count; i += ops->lanes) {
        const uint64_t *in[CM_MAX_LANES];
        uint64_t *out[CM_MAX_LANES];
        point(ctx, in, a, ctx->words, i, count);
        ops->load(ctx, x, in);
        ops->sqr_public(ctx, x, x, scratch);
        point_out(ctx, out, dst, ctx->words, i, count, spill);
        ops->store(ctx, out, x);
    }
    cm_count(count);
    cm_release(memory, total);
}

// Bits [at, at + width) of an integer of `limbs` limbs; positions are public, the value may be secret.
static uint32_t digit_at(const uint64_t *value, size_t limbs, size_t at, unsigned width) {
    size_t word = at / 64, shift = at % 64;
    if (word >= limbs) return 0;
    uint64_t v = value[word] >> shift;
    if (shift + width > 64 && word + 1 < limbs) v |= value[word + 1] << (64 - shift);
    return (uint32_t)(v & ((UINT64_C(1) << width) - 1));
}

// table[e] = base^e for e < entries, groups.
static size_t fill_powers(const cm_ctx *ctx, uint64_t *table, size_t entries, uint64_t *scratch) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, products = 0;
    memcpy(table, ctx->one_group, g * sizeof(uint64_t));
    for (size_t e = 2; e < entries; e++, products++) {
        if (e & 1)
            ops->mul(ctx, table + e * g, table + (e - 1) * g, table + g, scratch);
        else
            ops->sqr(ctx, table + e * g, table + (e / 2) * g, scratch);
    }
    return products;
}

// Window of least cost, in products: 2^w - 2 for the table that all sets of digits share, and for each digit one and the
// reading of the whole table, which is measured to take about 2^w / n of one.
static unsigned best_window(const cm_ctx *ctx, size_t bits, size_t sets) {
    unsigned best = 1;
    double cost = 1e300;
    for (unsigned w = 1; w <= 6; w++) {
        double entries = (double)(1u << w), digits = (double)(sets * ((bits + w - 1) / w));
        double c = entries - 2 + digits * (1 + entries / (double)ctx->n);
        if (c < cost) {
            cost = c;
            best = w;
        }
    }
    return best;
}

// The next window of a public exponent from bit `at` (exclusive) down: it ends in a one bit and has at most w bits; zeros
// above it are passed over, one squaring each. Returns its digit, 0 if only zeros are left; *low is where it ends.
static uint32_t next_window(const uint64_t *exponent, size_t limbs, size_t at, unsigned w, size_t *low) {
    while (at > 0 && digit_at(exponent, limbs, at - 1, 1) == 0) at--;
    *low = at;
    if (at == 0) return 0;
    *low = at > w ? at - w : 0;
    while (digit_at(exponent, limbs, *low, 1) == 0) ++*low;
    return digit_at(exponent, limbs, *low, (unsigned)(at - *low));
}

// Products besides squarings with windows of w bits; *largest is the largest digit.
static size_t window_cost(const uint64_t *exponent, size_t limbs, size_t bits, unsigned w, uint32_t *largest) {
    size_t windows = 0, at = bits;
    *largest = 0;
    for (uint32_t digit; (digit = next_window(exponent, limbs, at, w, &at)) != 0; windows++)
        if (digit > *largest) *largest = digit;
    return windows + (*largest > 1 ? *largest / 2 + 1 : 0);
}

// acc = base^exponent for a public exponent below 2^bits: sliding windows over odd powers up to `largest`.
// table: room for them, at least two groups, of which the second holds the base on entry.
static size_t slide(const cm_ctx *ctx, uint64_t *acc, uint64_t *table, unsigned w, uint32_t largest,
                    const uint64_t *exponent, size_t limbs, size_t bits, uint64_t *scratch) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, products = 0;
    uint64_t *base = table + g;
    memcpy(table, base, g * sizeof(uint64_t));
    if (largest > 1) {
        // table[e] = base^(2e + 1); the square stands in acc meanwhile.
        ops->sqr_public(ctx, acc, base, scratch), products++;
        for (size_t e = 1; e <= largest / 2; e++, products++)
            ops->mul_public(ctx, table + e * g, table + (e - 1) * g, acc, scratch);
    }
    size_t at = bits, low;
    uint32_t digit = next_window(exponent, limbs, at, w, &low);
    memcpy(acc, digit == 0 ? ctx->one_group : table + digit / 2 * g, g * sizeof(uint64_t));
    if (digit == 0) return products;
    for (at = low; at > 0;) {
        digit = next_window(exponent, limbs, at, w, &low);
        for (; at > low; at--, products++) ops->sqr_public(ctx, acc, acc, scratch);
        if (digit != 0) ops->mul_public(ctx, acc, acc, table + digit / 2 * g, scratch), products++;
    }
    return products;
}

static void pow_public(const cm_ctx *ctx, uint64_t *dst, const uint64_t *base, size_t count, const uint64_t *exponent,
                       size_t limbs, size_t bits) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, products = 0;
    unsigned w = 1;
    uint32_t largest = 1, candidate;
    for (size_t v = 1, best = SIZE_MAX; v <= 7; v++) {
        size_t cost = window_cost(exponent, limbs, bits, (unsigned)v, &candidate);
        if (cost < best) best = cost, w = (unsigned)v, largest = candidate;
    }
    size_t entries = largest / 2 + 1 > 2 ? largest / 2 + 1 : 2, total = (entries + 2) * g + ops->scratch_words(ctx);
    uint64_t *memory = cm_alloc(total), *table = memory, *acc = table + entries * g, *spill = acc + g;
    uint64_t *scratch = spill + g;
    for (size_t i = 0; i < count; i += ops->lanes) {
        const uint64_t *in[CM_MAX_LANES];
        uint64_t *out[CM_MAX_LANES];
        size_t active = point(ctx, in, base, ctx->words, i, count);
        ops->load(ctx, table + g, in);
        products += active * slide(ctx, acc, table, w, largest, exponent, limbs, bits, scratch);
        point_out(ctx, out, dst, ctx->words, i, count, spill);
        ops->store(ctx, out, acc);
    }
    cm_count(products);
    cm_release(memory, total);
}

void cm_pow(const cm_ctx *ctx, uint64_t *dst, const uint64_t *base, size_t count, const uint64_t *exps,
            size_t exp_limbs, size_t exp_step, size_t bits, int secret) {
    if (!secret) {
        pow_public(ctx, dst, base, count, exps, exp_limbs, bits);
        return;
    }
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words;
    unsigned w = best_window(ctx, bits, 1);
    size_t entries = (size_t)1 << w, total = (entries + 3) * g + ops->scratch_words(ctx), products = 0;
    uint64_t *memory = cm_alloc(total), *table = memory, *acc = table + entries * g, *chosen = acc + g;
    uint64_t *spill = chosen + g, *scratch = spill + g;
    size_t top = bits == 0 ? 0 : (bits - 1) / w * w;
    uint32_t digit[CM_MAX_LANES];
    for (size_t i = 0; i < count; i += ops->lanes) {
        const uint64_t *in[CM_MAX_LANES];
        uint64_t *out[CM_MAX_LANES];
        size_t active = point(ctx, in, base, ctx->words, i, count), steps = 0;
        ops->load(ctx, table + g, in);
        steps += fill_powers(ctx, table, entries, scratch);
        for (size_t at = top;; at -= w) {
            for (size_t l = 0; l < ops->lanes; l++) {
                size_t e = i + (l < active ? l : active - 1);
                digit[l] = bits == 0 ? 0 : digit_at(exps + e * exp_step, exp_limbs, at, w);
            }
            ops->select(ctx, at == top ? acc : chosen, table, entries, digit);
            if (at != top) {
                for (unsigned k = 0; k < w; k++, steps++) ops->sqr(ctx, acc, acc, scratch);
                ops->mul(ctx, acc, acc, chosen, scratch), steps++;
            }
            if (at == 0) break;
        }
        point_out(ctx, out, dst, ctx->words, i, count, spill);
        ops->store(ctx, out, acc);
        products += steps * active;
    }
    cm_count(products);
    cm_wipe(digit, sizeof digit);
    cm_release(memory, total);
}

// Term by term: the powers of one base stay near the processor, and each digit of each set has a product of its own, which
// Horner's rule puts together in the end. Where rows leave lanes free, the terms of a row are dealt out to several lanes.
void cm_pow_rows(const cm_ctx *ctx, uint64_t *dst, const uint64_t *bases, size_t rows, size_t terms,
                 const uint64_t *exps, size_t exp_limbs, size_t bits, size_t sets, size_t shift) {
    const struct cm_ops *ops = ctx->ops;
    size_t lanes = ops->lanes, w = ctx->words, g = lanes * w;
    size_t split = rows == 0 || rows >= lanes ? 1 : lanes / rows < terms ? lanes / rows : terms;
    size_t block = split > 1 ? rows : lanes; // lane l has row l % block, and of its terms l / block and every split-th after it
    unsigned width = best_window(ctx, bits, sets);
    size_t entries = (size_t)1 << width, digits = bits == 0 ? 1 : (bits + width - 1) / width, products = 0;
    size_t total = (entries + sets * digits + 3) * g + ops->scratch_words(ctx);
    uint64_t *memory = cm_alloc(total), *table = memory, *parts = table + entries * g;
    uint64_t *chosen = parts + sets * digits * g, *spill = chosen + g, *dealt = spill + g, *scratch = dealt + g;
    uint32_t digit[CM_MAX_LANES];
    for (size_t i = 0; i < rows; i += lanes) {
        const uint64_t *in[CM_MAX_LANES];
        uint64_t *out[CM_MAX_LANES];
        size_t active = split > 1 ? rows * split : rows - i < lanes ? rows - i : lanes, steps = 0;
        for (size_t k = 0; k < terms; k += split) {
            size_t place[CM_MAX_LANES]; // of the base; what is beyond the last term is a base to the power 0
            int beyond[CM_MAX_LANES];
            for (size_t l = 0; l < lanes; l++) {
                size_t lane = l < active ? l : active - 1, term = k + lane / block;
                beyond[l] = term >= terms;
                place[l] = (i + lane % block) * terms + (beyond[l] ? 0 : term);
                in[l] = bases + place[l] * w;
            }
            ops->load(ctx, table + g, in);
            steps += fill_powers(ctx, table, entries, scratch);
            for (size_t part = 0; part < sets * digits; part++) {
                size_t set = part / digits, at = (digits - 1 - part % digits) * width;
                for (size_t l = 0; l < lanes; l++) {
                    const uint64_t *exponent = exps + (place[l] * sets + set) * exp_limbs;
                    digit[l] = bits == 0 || beyond[l] ? 0 : digit_at(exponent, exp_limbs, at, width);
                }
                ops->select(ctx, k == 0 ? parts + part * g : chosen, table, entries, digit);
                if (k > 0) ops->mul(ctx, parts + part * g, parts + part * g, chosen, scratch), steps++;
            }
        }
        // From the first digit of one set to the first one of the next it is `shift` bits, whatever the digits in between.
        uint64_t *acc = parts;
        for (size_t part = 1; part < sets * digits; part++) {
            size_t squarings = part % digits == 0 ? shift - (digits - 1) * width : width;
            for (size_t s = 0; s < squarings; s++, steps++) ops->sqr(ctx, acc, acc, scratch);
            ops->mul(ctx, acc, acc, parts + part * g, scratch), steps++;
        }
        products += steps * active;
        if (split > 1) {
            // The lanes of a row meet.
            point_out(ctx, out, dealt, w, 0, active, spill);
            ops->store(ctx, out, acc);
            for (size_t s = 0; s < split; s++) {
                point(ctx, in, dealt + s * rows * w, w, 0, rows);
                ops->load(ctx, s == 0 ? acc : chosen, in);
                if (s > 0) ops->mul(ctx, acc, acc, chosen, scratch), products += rows;
            }
        }
        point_out(ctx, out, dst, w, i, rows, spill);
        ops->store(ctx, out, acc);
    }
    cm_count(products);
    cm_wipe(digit, sizeof digit);
    cm_release(memory, total);
}

struct cm_table {
    size_t digits, entries, slab, words; // slab: words of one digit's powers
    unsigned digit_bits;
    uint64_t *powers;
};

cm_table *cm_table_new(const cm_ctx *ctx, const uint64_t *bases, size_t digits, unsigned digit_bits,
                       const uint64_t *factor) {
    size_t entries = (size_t)1 << digit_bits, w = ctx->words, stripe = ctx->ops->stripe;
    if (entries > CM_MAX_ENTRIES) abort();
    cm_table *table = (cm_table *)cm_alloc((sizeof(cm_table) + 7) / 8);
    // Rounded up to whole groups of eight entries, which one vector register holds.
    *table = (cm_table){.digits = digits, .entries = entries,
                        .slab = ((entries + 7) & ~(size_t)7) * ((w + stripe - 1) / stripe * stripe),
                        .digit_bits = digit_bits};
    table->words = digits * table->slab;
    table->powers = cm_alloc(table->words);
    const uint64_t **elements = (const uint64_t **)cm_alloc(entries);
    // Powers of some bases side by side: element e * part + k is bases[start + k]^e.
    enum { PART = 64 };
    const size_t most = digits < PART ? digits : PART;
    uint64_t *flat = cm_alloc(entries * most * w);
    for (size_t start = 0; start < digits; start += PART) {
        const size_t part = digits - start < PART ? digits - start : PART;
        for (size_t k = 0; k < part; k++) memcpy(flat + k * w, ctx->one, w * sizeof(uint64_t));
        memcpy(flat + part * w, bases + start * w, part * w * sizeof(uint64_t));
        for (size_t e = 2; e < entries; e++) {
            uint64_t *to = flat + e * part * w;
            if (e & 1)
                cm_mul(ctx, to, to - part * w, 1, flat + part * w, 1, part);
            else
                cm_sqr(ctx, to, flat + e / 2 * part * w, part);
        }
        if (start == 0 && factor != NULL)
            for (size_t e = 0; e < entries; e++)
                cm_mul(ctx, flat + e * part * w, flat + e * part * w, 1, factor, 0, 1);
        for (size_t k = 0; k < part; k++) {
            for (size_t e = 0; e < entries; e++) elements[e] = flat + (e * part + k) * w;
            ctx->ops->pack_shared(ctx, table->powers + (start + k) * table->slab, elements, entries);
        }
    }
    cm_release((uint64_t *)elements, entries);
    cm_release(flat, entries * most * w);
    return table;
}

void cm_table_free(cm_table *table) {
    if (table == NULL) return;
    cm_release(table->powers, table->words);
    cm_release((uint64_t *)table, (sizeof(cm_table) + 7) / 8);
}

void cm_table_pow(const cm_ctx *ctx, const cm_table *table, uint64_t *dst, size_t count, const uint64_t *exps,
                  size_t exp_limbs) {
    // Digit by digit over a block of groups, so that reading one digit's powers from memory serves them all.
    enum { BLOCK = 64 };
    const struct cm_ops *ops = ctx->ops;
    size_t block = (count + ops->lanes - 1) / ops->lanes < BLOCK ? (count + ops->lanes - 1) / ops->lanes : BLOCK;
    size_t g = ops->lanes * ctx->words, total = (2 * block + 1) * g + ops->scratch_words(ctx);
    uint64_t *memory = cm_alloc(total), *accs = memory, *chosen = accs + block * g, *spill = chosen + block * g;
    uint64_t *scratch = spill + g;
    uint32_t digit[BLOCK * CM_MAX_LANES];
    for (size_t start = 0; start < count; start += BLOCK * ops->lanes) {
        size_t left = count - start, groups = (left + ops->lanes - 1) / ops->lanes;
        if (groups > BLOCK) groups = BLOCK;
        for (size_t k = 0; k < table->digits; k++) {
            const uint64_t *powers = table->powers + k * table->slab;
            for (size_t l = 0; l < groups * ops->lanes; l++) {
                size_t i = start + l < count ? start + l : count - 1;
                digit[l] = digit_at(exps + i * exp_limbs, exp_limbs, k * table->digit_bits, table->digit_bits);
            }
            ops->select_shared(ctx, k == 0 ? accs : chosen, groups, powers, table->entries, digit);
            if (k == 0) continue;
            for (size_t b = 0; b < groups; b++) ops->mul(ctx, accs + b * g, accs + b * g, chosen + b * g, scratch);
        }
        for (size_t b = 0; b < groups; b++) {
            uint64_t *out[CM_MAX_LANES];
            point_out(ctx, out, dst, ctx->words, start + b * ops->lanes, count, spill);
            if (table->digits == 0) memcpy(accs + b * g, ctx->one_group, g * sizeof(uint64_t));
            ops->store(ctx, out, accs + b * g);
        }
    }
    if (table->digits > 0) cm_count((table->digits - 1) * count);
    cm_wipe(digit, sizeof digit);
    cm_release(memory, total);
}

void cm_probe(const cm_ctx *ctx, size_t count, int squares) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, total = g + ops->scratch_words(ctx);
    uint64_t *memory = cm_alloc(total), *x = memory, *scratch = memory + g;
    memcpy(x, ctx->rr_group, g * sizeof(uint64_t));
    for (size_t i = 0; i < count; i += ops->lanes)
        squares ? ops->sqr(ctx, x, x, scratch) : ops->mul(ctx, x, x, ctx->rr_group, scratch);
    cm_release(memory, total);
}
