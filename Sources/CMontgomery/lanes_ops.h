// The operations on groups of residues in 28-bit limbs, for a file that has set CM_LANES and says by CM_MEMORY how groups lie
// in memory: plain residues (`plain_ops`), and pairs modulo the square of a root (`pair_ops`).
#ifndef CM_LANES_OPS_H
#define CM_LANES_OPS_H

#include "lanes_kernel.h"
#include "lanes_layout.h"
#include "lanes_reduce.h"

// Limbs that an operand is unpacked to, columns of a product with room for its reduction, and all memory of an operation:
// two operands, two products, Karatsuba's layers. Memory for words in transit between layouts is less.
INLINE size_t operand_limbs(const cm_ctx *ctx) { return 2 * ctx->used; }
INLINE size_t columns(const cm_ctx *ctx) { return 2 * operand_limbs(ctx) + ctx->rows + 16; }
TARGET static size_t scratch_words(const cm_ctx *ctx) {
    return CM_LANES * (2 * operand_limbs(ctx) + 2 * columns(ctx) + 6 * operand_limbs(ctx) + ctx->limbs + 16);
}

struct memory {
    vec *a, *b, *T, *U, *work;
};

INLINE struct memory memory(const cm_ctx *ctx, uint64_t *scratch) {
    struct memory m;
    m.a = (vec *)scratch, m.b = m.a + operand_limbs(ctx), m.T = m.b + operand_limbs(ctx);
    m.U = m.T + columns(ctx), m.work = m.U + columns(ctx);
    return m;
}

// Plain residues.

INLINE void finish(const cm_ctx *ctx, uint64_t *r, struct memory m) {
    const size_t n = operand_limbs(ctx);
    clear(m.T, 2 * n, ctx->n + ctx->rows + 1);
    reduce(ctx, m.a, m.T);
    clear(m.a, ctx->n, n);
    pack(r, m.a, n);
}

INLINE void plain_product(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const int shared, const uint64_t *b,
                          uint64_t *scratch) {
    const struct memory m = memory(ctx, scratch);
    unpack(m.a, a, shared, operand_limbs(ctx));
    unpack(m.b, b, 0, operand_limbs(ctx));
    products(m.T, m.a, m.b, NULL, NULL, operand_limbs(ctx), m.work);
    finish(ctx, r, m);
}

TARGET static void mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *scratch) {
    plain_product(ctx, r, a, 0, b, scratch);
}

TARGET static void mul_element(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b,
                               uint64_t *scratch) {
    plain_product(ctx, r, a, 1, b, scratch);
}

TARGET static void sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *scratch) {
    const struct memory m = memory(ctx, scratch);
    unpack(m.a, a, 0, operand_limbs(ctx));
    square(m.T, m.a, operand_limbs(ctx), m.work);
    finish(ctx, r, m);
}

TARGET static void load_plain(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                              uint64_t *scratch) {
    const struct memory m = memory(ctx, scratch);
    gather_plain(ctx, m.a, operand_limbs(ctx), src, limbs, m.T);
    pack(group, m.a, operand_limbs(ctx));
    clear((vec *)group, ctx->used, ctx->words);
}

TARGET static void store_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group,
                               uint64_t *scratch) {
    const struct memory m = memory(ctx, scratch);
    unpack(m.a, group, 0, operand_limbs(ctx));
    for (int k = 2; k >= 0; k--) subtract_if_not_below(m.a, ctx->multiples[k], ctx->n, m.T);
    scatter_plain(ctx, dst, limbs, m.a, operand_limbs(ctx), m.T);
}

TARGET static void prepare(cm_ctx *ctx) { cm_lanes_prepare(ctx, LIMB_BITS); }

static const struct cm_ops plain_ops = {
    CM_MEMORY,
    .prepare = prepare,
    .scratch_words = scratch_words,
    .load_plain = load_plain,
    .store_plain = store_plain,
    .mul = mul,
    .sqr = sqr,
    .mul_element = mul_element,
    .mul_public = mul,
    .sqr_public = sqr,
};

// Pairs x0 + x1 N: x1 from limb `half` on.

INLINE void pair_product(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const int shared, const uint64_t *b,
                         uint64_t *scratch) {
    const struct memory m = memory(ctx, scratch);
    const size_t half = ctx->n / 2;
    unpack(m.a, a, shared, ctx->n);
    unpack(m.b, b, 0, ctx->n);
    products(m.T, m.a, m.b, NULL, NULL, half, m.work);
    products(m.U, m.a, m.b + half, m.a + half, m.b, half, m.work);
    reduce_pair(ctx, m.a, m.T, m.U);
    pack(r, m.a, ctx->n);
}

TARGET static void pair_mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *scratch) {
    pair_product(ctx, r, a, 0, b, scratch);
}

TARGET static void pair_mul_element(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b,
                                    uint64_t *scratch) {
    pair_product(ctx, r, a, 1, b, scratch);
}

TARGET static void pair_sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *scratch) {
    const struct memory m = memory(ctx, scratch);
    const size_t half = ctx->n / 2;
    unpack(m.a, a, 0, ctx->n);
    square(m.T, m.a, half, m.work);
    for (size_t k = 0; k < half; k++) m.b[k] = m.a[half + k] + m.a[half + k];
    products(m.U, m.a, m.b, NULL, NULL, half, m.work);
    reduce_pair(ctx, m.a, m.T, m.U);
    pack(r, m.a, ctx->n);
}

// A number below N^2 is low + high B^half: the pairs of R and R B^half, which prepare() made, bring both to a pair.
TARGET static void pair_load_plain(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                                   uint64_t *scratch) {
    const struct memory m = memory(ctx, scratch);
    const size_t half = ctx->n / 2;
    gather_plain(ctx, m.a, ctx->n, src, limbs, m.T);
    for (int part = 0; part < 2; part++) {
        for (size_t k = 0; k < half; k++) {
            m.b[k] = every(ctx->lift[0][part * half + k]);
            m.b[half + k] = every(ctx->lift[1][part * half + k]);
        }
        products(part == 0 ? m.T : m.U, m.b, m.a, m.b + half, m.a + half, half, m.work);
    }
    reduce_pair(ctx, m.a, m.T, m.U);
    pack(group, m.a, ctx->n);
    clear((vec *)group, ctx->used, ctx->words);
}

// Both numbers below N, then x0 + x1 N.
TARGET static void pair_store_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group,
                                    uint64_t *scratch) {
    const struct memory m = memory(ctx, scratch);
    const cm_ctx *root = ctx->root;
    const size_t half = ctx->n / 2;
    vec *x0 = m.a, *x1 = x0 + half;
    unpack(m.a, group, 0, ctx->n);
    for (int k = 1; k >= 0; k--) {
        // What is subtracted from x0 goes to x1, times N.
        vec c = (subtract_if_not_below(x0, root->multiples[k], root->n, m.T) + 1) << k;
        for (size_t i = 0; i < root->n; i++) {
            const vec t = x1[i] + c;
            c = t >> LIMB_BITS;
            x1[i] = t & LIMB_MASK;
        }
    }
    for (int k = 2; k >= 0; k--) subtract_if_not_below(x1, root->multiples[k], root->n, m.T);
    for (size_t k = 0; k < half; k++) m.b[k] = every(ctx->padded_root[k]);
    products(m.T, m.b, x1, NULL, NULL, half, m.work);
    vec c = {0};
    for (size_t k = 0; k < ctx->n; k++) {
        vec t = m.T[k] + c;
        if (k < half) t += x0[k];
        c = t >> LIMB_BITS;
        m.T[k] = t & LIMB_MASK;
    }
    scatter_plain(ctx, dst, limbs, m.T, ctx->n, m.work);
}

TARGET static void pair_prepare(cm_ctx *ctx) { cm_lanes_prepare_pair(ctx, LIMB_BITS); }

static const struct cm_ops pair_ops = {
    CM_MEMORY,
    .prepare = pair_prepare,
    .scratch_words = scratch_words,
    .load_plain = pair_load_plain,
    .store_plain = pair_store_plain,
    .mul = pair_mul,
    .sqr = pair_sqr,
    .mul_element = pair_mul_element,
    .mul_public = pair_mul,
    .sqr_public = pair_sqr,
};

#endif
