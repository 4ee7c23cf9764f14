// The AVX-512 IFMA path modulo the square of a known root N: eight residues at a time, each as a pair.
//
// A residue is x0 + x1 N with both numbers modulo N, x0 below 3 N and x1 below 6 N, x1 from limb ctx->n / 2 on. A product of
// two such has, for R > 64 N, c0 < 9 N^2 / R + N < 2 N and c1 < 36 N^2 / R + 2 + 2 N < 3 N; load_plain() stays within 3 N and
// 4 N. Of a product a0 b0 + (a0 b1 + a1 b0) N the square of N has left a1 b1 nothing. With q = -a0 b0 N^-1 modulo R,
//
//     a0 b0 = R c0 - q N for c0 = (a0 b0 + q N) / R,
//
// so that the product divided by R is c0 + c1 N where c1 = (a0 b1 + a1 b0 - q) / R modulo N: two reductions modulo N, of
// which the first gives its quotient to the second. That is as much as five products of numbers as long as N, and three and a
// half for a square, where limbs modulo N^2 take eight and six. Numbers in base N are known for this modulus (Ophelib, by
// division; crypto.stackexchange.com question 107578 counts limbs); Montgomery's reduction gives the quotient for nothing.
#include "internal.h"

#if defined(__x86_64__) && defined(__clang__)

#include "ifma_layout.h"

#include <string.h>

// Two double-width products with room for their reductions, and what Karatsuba's layers need.
static size_t columns(const cm_ctx *ctx) { return 2 * ctx->rows + 24; }
static size_t scratch_words(const cm_ctx *ctx) { return 8 * (2 * columns(ctx) + 9 * (ctx->rows + 8)); }

// r0 + r1 N = (T + U N) / R modulo N^2, T and U of ctx->n columns.
//
// T gives its quotient four digits at a time, which U loses at once; what U needs next hides the time that the digits of T
// take to follow from one another. K - q stands for -q: K is a multiple of N with limbs of 53 bits, none below 2^52.
INLINE void reduce_pair(const cm_ctx *ctx, vec *r, vec *T, vec *U) {
    const cm_ctx *root = ctx->root;
    const size_t n = root->n, half = ctx->n / 2, rows = root->rows;
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK);
    clear(T, ctx->n, n + rows + 1);
    clear(U, ctx->n, n + rows + 1);
    for (size_t i = 0;; i += 4) {
        four_digits d;
        const int last = i + 4 == rows;
        if (last) {
            d = last_rows(root, r, T + i);
        } else {
            carry(T + i, 4);
            d = quotient_digits(root, T + i);
        }
        const vec q[4] = {_mm512_and_si512(d.q0, mask), _mm512_and_si512(d.q1, mask), _mm512_and_si512(d.q2, mask),
                          _mm512_and_si512(d.q3, mask)};
        for (int k = 0; k < 4; k++) {
            const vec above = _mm512_set1_epi64((long long)ctx->above_quotient[i + k]);
            U[i + k] = _mm512_add_epi64(U[i + k], _mm512_sub_epi64(above, q[k]));
        }
        if (last) {
            last_rows(root, r + half, U + i);
            break;
        }
        shared_rows_4(T + i, root->kernel_modulus, n, q);
        // These columns vanish but for their carry.
        carry(T + i, 4);
        carry(U + i, 4);
        shared_rows_4(U + i + 4, root->friendly[0], n, U + i);
    }
    clear(r, n, half);
    clear(r, half + n, ctx->n);
}

INLINE void pair_product(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const int shared, const uint64_t *b,
                         uint64_t *scratch) {
    const size_t half = ctx->n / 2, step = shared ? 1 : 8;
    vec *T = (vec *)scratch, *U = T + columns(ctx), *work = U + columns(ctx);
    const vec *b0 = (const vec *)b, *b1 = b0 + half;
    full_product(T, a, shared, b0, half, work);
    two_products(U, a, b1, a + step * half, b0, shared, half, work);
    reduce_pair(ctx, (vec *)r, T, U);
}

TARGET static void mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *scratch) {
    pair_product(ctx, r, a, 0, b, scratch);
}

TARGET static void mul_element(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b,
                               uint64_t *scratch) {
    pair_product(ctx, r, a, 1, b, scratch);
}

TARGET static void sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *scratch) {
    const size_t half = ctx->n / 2;
    vec *T = (vec *)scratch, *U = T + columns(ctx), *work = U + columns(ctx);
    const vec *a0 = (const vec *)a, *a1 = a0 + half;
    full_square(T, a0, half, work);
    full_product(U, a, 0, a1, half, work);
    for (size_t k = 0; k < ctx->n; k++) U[k] = _mm512_add_epi64(U[k], U[k]);
    reduce_pair(ctx, (vec *)r, T, U);
}

// A number below N^2 is low + high B^half: the pairs of R and R B^half, which prepare() made, bring both to a pair.
TARGET static void load_plain(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                              uint64_t *scratch) {
    const size_t half = ctx->n / 2;
    vec *T = (vec *)scratch, *U = T + columns(ctx), *work = U + columns(ctx);
    vec *value = (vec *)group;
    if (limbs > ctx->limbs) limbs = ctx->limbs;
    cm_avx512_gather(scratch, src, limbs);
    narrow(value, ctx->n, T, limbs);
    for (int part = 0; part < 2; part++) {
        const uint64_t *low = ctx->lift[0] + part * half, *high = ctx->lift[1] + part * half;
        two_products(part == 0 ? T : U, low, value, high, value + half, 1, half, work);
    }
    reduce_pair(ctx, value, T, U);
    clear(value, ctx->n, ctx->words);
}

// r += 1 in these lanes.
INLINE void add_one(vec *r, __mmask8 lanes, size_t n) {
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK);
    vec c = _mm512_maskz_set1_epi64(lanes, 1);
    for (size_t k = 0; k < n; k++) {
        const vec t = _mm512_add_epi64(r[k], c);
        c = _mm512_srli_epi64(t, LIMB_BITS);
        r[k] = _mm512_and_si512(t, mask);
    }
}

// Both numbers below N, then x0 + x1 N.
TARGET static void store_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group,
                               uint64_t *scratch) {
    const cm_ctx *root = ctx->root;
    const size_t half = ctx->n / 2;
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK);
    vec *T = (vec *)scratch, *work = T + columns(ctx), *x0 = (vec *)group, *x1 = x0 + half;
    for (int k = 1; k >= 0; k--) {
        const __mmask8 subtracted = ~subtract_if_not_below(x0, root->multiples[k], root->n, T);
        for (int times = 0; times <= k; times++) add_one(x1, subtracted, root->n);
    }
    for (int k = 2; k >= 0; k--) subtract_if_not_below(x1, root->multiples[k], root->n, T);
    full_product(T, ctx->padded_root, 1, x1, half, work);
    vec c = _mm512_setzero_si512();
    for (size_t k = 0; k < ctx->n; k++) {
        vec t = _mm512_add_epi64(T[k], c);
        if (k < half) t = _mm512_add_epi64(t, x0[k]);
        c = _mm512_srai_epi64(t, LIMB_BITS);
        T[k] = _mm512_and_si512(t, mask);
    }
    scatter_plain(ctx, dst, limbs, T, (uint64_t *)work);
}

static void prepare(cm_ctx *ctx) { cm_lanes_prepare_pair(ctx, LIMB_BITS); }

static const struct cm_ops ops = {
    CM_AVX512_MEMORY(CM_PATH_IFMA),
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

const struct cm_ops *cm_ifma_pair_ops(void) { return cm_ifma_ops() != NULL ? &ops : NULL; }

#else

const struct cm_ops *cm_ifma_pair_ops(void) { return NULL; }

#endif
