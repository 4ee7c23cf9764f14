// The ADX path modulo the square of a known root N: residues are pairs x0 + x1 N, both numbers below N. See ifma_pair.c
// for why this takes five products of halves for eight; R is B^h for N of h limbs, rounded up to a multiple of eight.
#include "adx.h"

#ifdef CM_ADX

#include <string.h>

static size_t scratch_words(const cm_ctx *ctx) {
    const size_t ours = 3 * ctx->n + 3 * ctx->rows + cm_adx_product_scratch(ctx->rows);
    const size_t division = 2 * ctx->n + (size_t)mpn_sec_div_qr_itch((mp_size_t)ctx->n, (mp_size_t)ctx->root->limbs);
    return ours > division ? ours : division;
}

// r0 + r1 N = (t + (top, u) N) / R modulo N^2 for t = a0 b0 and (top, u) = a0 b1 + a1 b0, both overwritten. work: 3 h.
static void reduce_pair(const cm_ctx *ctx, uint64_t *r, uint64_t *t, uint64_t *u, uint64_t top, uint64_t *work) {
    const cm_ctx *root = ctx->root;
    const size_t h = ctx->rows;
    uint64_t *q = work, *difference = work + h;
    // t = R c0 - q N, and what N is subtracted from c0 goes to c1.
    uint64_t carry = cm_adx_reduce(root, t, q);
    const uint64_t more = cm_adx_subtract(root, r, &carry, t + h, difference);
    // c1 = (u - q) / R + more. The borrow of the lower half is left for the end: what is reduced instead is below
    // 2 (N - 1)^2 + R, and comes out below 3 N - 1.
    const uint64_t borrow = cm_adx_take(u, u, q, h);
    uint64_t above = cm_adx_reduce(root, u, q) + top;
    // From -1 to 3 N - 1.
    memset(difference, 0, h * sizeof(uint64_t));
    difference[0] = more;
    above += cm_adx_add(u + h, u + h, difference, h);
    difference[0] = borrow;
    above -= cm_adx_take(u + h, u + h, difference, h);
    cm_adx_subtract(root, u + h, &above, u + h, difference);
    cm_adx_subtract(root, u + h, &above, u + h, difference);
    cm_adx_add_masked(r + h, u + h, root->kernel_modulus, -(above >> 63), h);
}

static void mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s) {
    const size_t h = ctx->rows;
    uint64_t *t = s, *u = t + 2 * h, *work = u + 2 * h;
    const uint64_t top = cm_adx_two_products(u, a, b + h, a + h, b, h, work);
    cm_adx_product(t, a, b, h, work);
    reduce_pair(ctx, r, t, u, top, work);
}

static void sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s) {
    const size_t h = ctx->rows;
    uint64_t *t = s, *u = t + 2 * h, *work = u + 2 * h;
    cm_adx_square(t, a, h, work);
    cm_adx_product(u, a, a + h, h, work);
    const uint64_t top = cm_adx_add(u, u, u, 2 * h);
    reduce_pair(ctx, r, t, u, top, work);
}

// In constant time for a given root: the division normalises by it, and starts from its top limb.
static void load_plain(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                       uint64_t *scratch) {
    const size_t h = ctx->rows, m = ctx->root->limbs;
    for (size_t i = 0; i < 2 * m; i++) scratch[i] = i < limbs && i < ctx->limbs ? src[0][i] : 0;
    memset(group, 0, 2 * h * sizeof(uint64_t));
    // Quotient and remainder; the quotient has no limb above these.
    mpn_sec_div_qr(LIMBS(group) + h, LIMBS(scratch), (mp_size_t)(2 * m), CLIMBS(ctx->root->modulus), (mp_size_t)m,
                   LIMBS(scratch) + 2 * m);
    memcpy(group, scratch, m * sizeof(uint64_t));
}

static void store_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group, uint64_t *scratch) {
    const size_t h = ctx->rows;
    cm_adx_product(scratch, ctx->root->kernel_modulus, group + h, h, scratch + 2 * h);
    const uint64_t carry = cm_adx_add(scratch, scratch, group, h);
    cm_portable_add_carry(scratch + h, (mp_size_t)h, carry);
    for (size_t i = 0; i < limbs; i++) dst[0][i] = i < ctx->n ? scratch[i] : 0;
}

static void prepare(cm_ctx *ctx) { (void)ctx; }

static const struct cm_ops ops = {
    CM_ADX_MEMORY,
    .prepare = prepare,
    .scratch_words = scratch_words,
    .load_plain = load_plain,
    .store_plain = store_plain,
    .mul = mul,
    .sqr = sqr,
    .mul_element = mul,
    .mul_public = mul,
    .sqr_public = sqr,
};

const struct cm_ops *cm_adx_pair_ops(void) { return cm_adx_ops() != NULL ? &ops : NULL; }

#else

const struct cm_ops *cm_adx_pair_ops(void) { return NULL; }

#endif
