// The ADX path: one residue at a time with mulx and two carry chains (BMI2 and ADX), 64-bit limbs, values fully reduced.
// Every operation is constant time, those on public data too.
#include "adx.h"

#ifdef CM_ADX

#ifndef CM_ASSUME_ADX
#include <cpuid.h>
#endif
#include <immintrin.h>
#include <string.h>

// Measured: from these limbs on a Karatsuba layer helps.
enum { KARATSUBA = 32, KARATSUBA_SQUARE = 64 };

uint64_t cm_adx_add(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n) {
    unsigned char carry = 0;
    unsigned long long sum;
    for (size_t i = 0; i < n; i += 8) {
#pragma GCC unroll 8
        for (size_t k = i; k < i + 8; k++) {
            carry = _addcarry_u64(carry, a[k], b[k], &sum);
            r[k] = sum;
        }
    }
    return carry;
}

uint64_t cm_adx_take(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n) {
    unsigned char borrow = 0;
    unsigned long long difference;
    for (size_t i = 0; i < n; i += 8) {
#pragma GCC unroll 8
        for (size_t k = i; k < i + 8; k++) {
            borrow = _subborrow_u64(borrow, a[k], b[k], &difference);
            r[k] = difference;
        }
    }
    return borrow;
}

// The compiler must not know that a mask is one of two values, or it may branch on it.
static inline uint64_t hidden(uint64_t mask) {
    __asm__("" : "+r"(mask));
    return mask;
}

uint64_t cm_adx_add_masked(uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t mask, size_t n) {
    mask = hidden(mask);
    unsigned char carry = 0;
    unsigned long long sum;
    for (size_t i = 0; i < n; i += 8) {
#pragma GCC unroll 8
        for (size_t k = i; k < i + 8; k++) {
            carry = _addcarry_u64(carry, a[k], b[k] & mask, &sum);
            r[k] = sum;
        }
    }
    return carry;
}

uint64_t cm_adx_subtract(const cm_ctx *ctx, uint64_t *r, uint64_t *top, const uint64_t *v, uint64_t *difference) {
    const size_t n = ctx->n;
    const uint64_t above = *top - cm_adx_take(difference, v, ctx->kernel_modulus, n);
    const uint64_t keep = hidden(-(above >> 63));
    for (size_t i = 0; i < n; i++) r[i] = difference[i] ^ ((difference[i] ^ v[i]) & keep);
    *top = above ^ ((above ^ *top) & keep);
    return keep + 1;
}

size_t cm_adx_product_scratch(size_t n) { return 4 * n + 16; }

static void rows(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n) {
    memset(r, 0, 2 * n * sizeof(uint64_t));
    for (size_t k = 0; k < n; k += 8) cm_adx_add_rows(r + k, a + k, b, n, 0);
}

// r[0..4h) = z0 + z2 B^(2h) becomes r + (m - z0 - z2) B^h; m has 2h limbs and `top` above them. m is overwritten.
static void middle(uint64_t *r, uint64_t *m, uint64_t top, size_t h) {
    top -= cm_adx_take(m, m, r, 2 * h);
    top -= cm_adx_take(m, m, r + 2 * h, 2 * h);
    top += cm_adx_add(r + h, r + h, m, 2 * h);
    cm_portable_add_carry(r + 3 * h, (mp_size_t)h, top);
}

void cm_adx_product(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *work) {
    if (n < KARATSUBA || n % 16 != 0) {
        rows(r, a, b, n);
        return;
    }
    const size_t h = n / 2;
    uint64_t *x = work, *y = x + h, *m = y + h, *rest = m + 2 * h;
    cm_adx_product(r, a, b, h, rest);
    cm_adx_product(r + 2 * h, a + h, b + h, h, rest);
    const uint64_t cx = cm_adx_add(x, a, a + h, h), cy = cm_adx_add(y, b, b + h, h);
    cm_adx_product(m, x, y, h, rest);
    uint64_t top = cx & cy;
    top += cm_adx_add_masked(m + h, m + h, y, -cx, h);
    top += cm_adx_add_masked(m + h, m + h, x, -cy, h);
    middle(r, m, top, h);
}

// Products of different limbs once, doubled while the squares of limbs are added.
static void square_rows(uint64_t *r, const uint64_t *a, size_t n) {
    memset(r, 0, 2 * n * sizeof(uint64_t));
    for (size_t k = 0; k < n; k += 8) {
        CM_ADX_WINDOW;
        CM_ADX_TRIANGLE(r + 2 * k, a + k);
        for (size_t i = k + 8; i < n; i += 8) CM_ADX_BLOCK(r + k + i, a + k, a + i);
        uint64_t *to = r + n + k;
        to[0] = x0, to[1] = x1, to[2] = x2, to[3] = x3, to[4] = x4, to[5] = x5, to[6] = x6, to[7] = x7;
    }
    cm_adx_double_and_square(r, a, n);
}

void cm_adx_square(uint64_t *r, const uint64_t *a, size_t n, uint64_t *work) {
    if (n < KARATSUBA_SQUARE || n % 16 != 0) {
        square_rows(r, a, n);
        return;
    }
    const size_t h = n / 2;
    uint64_t *x = work, *m = x + h, *rest = m + 2 * h;
    cm_adx_square(r, a, h, rest);
    cm_adx_square(r + 2 * h, a + h, h, rest);
    const uint64_t c = cm_adx_add(x, a, a + h, h);
    cm_adx_square(m, x, h, rest);
    uint64_t top = c;
    top += cm_adx_add_masked(m + h, m + h, x, -c, h);
    top += cm_adx_add_masked(m + h, m + h, x, -c, h);
    middle(r, m, top, h);
}

uint64_t cm_adx_two_products(uint64_t *r, const uint64_t *a, const uint64_t *b, const uint64_t *c, const uint64_t *d,
                             size_t n, uint64_t *work) {
    cm_adx_product(r, a, b, n, work);
    if (n < KARATSUBA || n % 16 != 0) {
        uint64_t carry = 0;
        for (size_t k = 0; k < n; k += 8) carry = cm_adx_add_rows(r + k, c + k, d, n, carry);
        return carry;
    }
    uint64_t *other = work, *rest = work + 2 * n;
    cm_adx_product(other, c, d, n, rest);
    return cm_adx_add(r, r, other, 2 * n);
}

uint64_t cm_adx_reduce(const cm_ctx *ctx, uint64_t *t, uint64_t *q) {
    const size_t n = ctx->n;
    const uint64_t *m = ctx->kernel_modulus, k0 = ctx->k0;
    uint64_t carry = 0;
    for (size_t j = 0; j < n; j += 8, t += 8, q += 8) {
        CM_ADX_WINDOW;
        // The window goes on from the first eight limbs of the modulus to the others.
        CM_ADX_QUOTIENT_BLOCK(t, m, q, k0);
        for (size_t i = 8; i < n; i += 8) CM_ADX_BLOCK(t + i, q, m + i);
        CM_ADX_ADD_WINDOW(t + n, carry);
    }
    return carry;
}

static size_t scratch_words(const cm_ctx *ctx) { return 3 * ctx->n + cm_adx_product_scratch(ctx->n); }

static void finish(const cm_ctx *ctx, uint64_t *r, uint64_t *t, uint64_t *work) {
    uint64_t top = cm_adx_reduce(ctx, t, work);
    cm_adx_subtract(ctx, r, &top, t + ctx->n, work);
}

static void mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s) {
    cm_adx_product(s, a, b, ctx->n, s + 2 * ctx->n);
    finish(ctx, r, s, s + 2 * ctx->n);
}

static void sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s) {
    cm_adx_square(s, a, ctx->n, s + 2 * ctx->n);
    finish(ctx, r, s, s + 2 * ctx->n);
}

static void load_plain(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                       uint64_t *scratch) {
    (void)scratch;
    for (size_t i = 0; i < ctx->n; i++) group[i] = i < limbs && i < ctx->limbs ? src[0][i] : 0;
}

static void store_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group, uint64_t *scratch) {
    (void)scratch;
    for (size_t i = 0; i < limbs; i++) dst[0][i] = i < ctx->n ? group[i] : 0;
}

static void prepare(cm_ctx *ctx) {
    ctx->kernel_modulus = cm_alloc(ctx->n);
    memcpy(ctx->kernel_modulus, ctx->modulus, ctx->limbs * sizeof(uint64_t));
}

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

const struct cm_ops *cm_adx_ops(void) {
#ifdef CM_ASSUME_ADX
    return &ops; // Valgrind runs these instructions and does not say so: scripts/check-constant-time
#else
    // General registers alone: no operating system has to know of them.
    unsigned a, b, c, d;
    const unsigned needed = 1u << 8 | 1u << 19; // BMI2, ADX
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & needed) == needed ? &ops : NULL;
#endif
}

#else

const struct cm_ops *cm_adx_ops(void) { return NULL; }

#endif
