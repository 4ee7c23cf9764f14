// What both forms of the ADX path's residues, plain and pairs, have in common (adx.c). Lengths are multiples of eight limbs.
#ifndef CM_ADX_H
#define CM_ADX_H

#include "adx_kernel.h"
#include "portable.h"

#ifdef CM_ADX

// Words that a product of n limbs works with, besides its result.
size_t cm_adx_product_scratch(size_t n);
// r[0..2n) = a b, or a^2.
void cm_adx_product(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n, uint64_t *work);
void cm_adx_square(uint64_t *r, const uint64_t *a, size_t n, uint64_t *work);
// r[0..2n) = a b + c d; returns what stands above.
uint64_t cm_adx_two_products(uint64_t *r, const uint64_t *a, const uint64_t *b, const uint64_t *c, const uint64_t *d,
                             size_t n, uint64_t *work);
// t[n..2n) = (t + q modulus) / R with q = -t / modulus modulo R, and the carry above it; t[0..n) is overwritten.
uint64_t cm_adx_reduce(const cm_ctx *ctx, uint64_t *t, uint64_t *q);
// r = (top, v) - modulus where that is not negative, else v: top is a word of two's complement and is changed likewise.
// Returns whether it was subtracted.
uint64_t cm_adx_subtract(const cm_ctx *ctx, uint64_t *r, uint64_t *top, const uint64_t *v, uint64_t *difference);
// r = a + b, a - b, a + b where the mask is all ones; each returns the carry or borrow.
uint64_t cm_adx_add(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n);
uint64_t cm_adx_take(uint64_t *r, const uint64_t *a, const uint64_t *b, size_t n);
uint64_t cm_adx_add_masked(uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t mask, size_t n);
#define CM_ADX_MEMORY CM_PORTABLE_MEMORY(CM_PATH_ADX)

#endif
#endif
