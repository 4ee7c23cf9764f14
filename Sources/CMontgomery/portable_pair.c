// The portable path modulo the square of a known root N: residues are pairs x0 + x1 N, both numbers below N. See ifma_pair.c
// for why this takes five products of halves for eight; R is B^h for N of h limbs.
#include "portable.h"

#include <string.h>

// A pair of double-width products, the quotient, and what products and reductions work with.
static size_t scratch_words(const cm_ctx *ctx) {
    return 2 * ctx->n + ctx->rows + cm_portable_ops.scratch_words(ctx->root) +
           (size_t)mpn_sec_div_qr_itch((mp_size_t)ctx->n, (mp_size_t)ctx->rows);
}

// c0 = (t + q N) / R modulo N for q = -t N^-1 modulo R, t of 2 h limbs below N^2 (overwritten). Returns whether N had to be
// subtracted, which is one more for c1.
static uint64_t reduce_with_quotient(const cm_ctx *root, uint64_t *c0, uint64_t *q, uint64_t *t, uint64_t *work) {
    const mp_size_t h = (mp_size_t)root->n;
    for (mp_size_t i = 0; i < h; i++) {
        q[i] = t[i] * root->k0;
        t[i] = mpn_addmul_1(LIMBS(t) + i, CLIMBS(root->modulus), h, q[i]);
    }
    uint64_t carry = mpn_add_n(LIMBS(c0), CLIMBS(t) + h, CLIMBS(t), h);
    return cm_portable_subtract(root, c0, &carry, work);
}

// (top, u) -= q, u of 2 h limbs.
static uint64_t subtract_quotient(uint64_t *u, uint64_t top, const uint64_t *q, mp_size_t h) {
    uint64_t borrow = mpn_sub_n(LIMBS(u), CLIMBS(u), CLIMBS(q), h);
    for (mp_size_t i = h; i < 2 * h; i++) {
        const uint64_t less = u[i] - borrow;
        borrow = less > u[i];
        u[i] = less;
    }
    return top - borrow;
}

// The rest of a product: t = a0 b0 and (top, u) = a0 b1 + a1 b0.
static inline void reduce_pair(const cm_ctx *ctx, uint64_t *r, uint64_t *t, uint64_t *u, uint64_t top, uint64_t *q,
                               uint64_t *work, int secret) {
    const cm_ctx *root = ctx->root;
    const mp_size_t h = (mp_size_t)root->n;
    const uint64_t more = reduce_with_quotient(root, r, q, t, work);
    top += cm_portable_add_carry(u + h, h, more);
    top = subtract_quotient(u, top, q, h);
    // Above -R and below 2 N^2 + R, which is at most 2 N R: N in the upper half once, one way or the other.
    top += mpn_cnd_add_n(top >> 63, LIMBS(u) + h, CLIMBS(u) + h, CLIMBS(root->modulus), h);
    cm_portable_subtract(root, u + h, &top, work);
    cm_portable_reduce(root, r + h, u, work, secret);
}

static inline void any_mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s,
                           int secret) {
    const mp_size_t h = (mp_size_t)ctx->rows;
    uint64_t *t = s, *u = t + 2 * h, *q = u + 2 * h, *work = q + h;
    cm_portable_product(t, a, b + h, h, work, secret);
    cm_portable_product(u, a + h, b, h, work, secret);
    const uint64_t top = mpn_add_n(LIMBS(u), CLIMBS(u), CLIMBS(t), 2 * h);
    cm_portable_product(t, a, b, h, work, secret);
    reduce_pair(ctx, r, t, u, top, q, work, secret);
}

static inline void any_sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s, int secret) {
    const mp_size_t h = (mp_size_t)ctx->rows;
    uint64_t *t = s, *u = t + 2 * h, *q = u + 2 * h, *work = q + h;
    cm_portable_square(t, a, h, work, secret);
    cm_portable_product(u, a, a + h, h, work, secret);
    const uint64_t top = mpn_lshift(LIMBS(u), CLIMBS(u), 2 * h, 1);
    reduce_pair(ctx, r, t, u, top, q, work, secret);
}

static void mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s) {
    any_mul(ctx, r, a, b, s, 1);
}

static void sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s) { any_sqr(ctx, r, a, s, 1); }

static void mul_public(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s) {
    any_mul(ctx, r, a, b, s, 0);
}

static void sqr_public(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s) { any_sqr(ctx, r, a, s, 0); }

// In constant time for a given root: the division normalises by it, and starts from its top limb.
static void load_plain(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                       uint64_t *scratch) {
    const mp_size_t h = (mp_size_t)ctx->rows;
    for (size_t i = 0; i < ctx->n; i++) scratch[i] = i < limbs && i < ctx->limbs ? src[0][i] : 0;
    // Quotient and remainder; the quotient has no limb above these.
    mpn_sec_div_qr(LIMBS(group) + h, LIMBS(scratch), 2 * h, CLIMBS(ctx->root->modulus), h, LIMBS(scratch) + 2 * h);
    memcpy(group, scratch, (size_t)h * sizeof(uint64_t));
}

static void store_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group, uint64_t *scratch) {
    const mp_size_t h = (mp_size_t)ctx->rows;
    cm_portable_product(scratch, ctx->root->modulus, group + h, h, scratch + 2 * h, 1);
    const uint64_t carry = mpn_add_n(LIMBS(scratch), CLIMBS(scratch), CLIMBS(group), h);
    cm_portable_add_carry(scratch + h, h, carry);
    for (size_t i = 0; i < limbs; i++) dst[0][i] = i < ctx->n ? scratch[i] : 0;
}

static void prepare(cm_ctx *ctx) { (void)ctx; }

const struct cm_ops cm_portable_pair_ops = {
    CM_PORTABLE_MEMORY(CM_PATH_PORTABLE),
    .prepare = prepare,
    .scratch_words = scratch_words,
    .load_plain = load_plain,
    .store_plain = store_plain,
    .mul = mul,
    .sqr = sqr,
    .mul_element = mul_public,
    .mul_public = mul_public,
    .sqr_public = sqr_public,
};
