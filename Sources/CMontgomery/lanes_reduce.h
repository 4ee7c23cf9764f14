// Montgomery's reduction of columns of 28-bit limbs, plain and of pairs. Bounds and method: ifma_kernel.h, ifma_pair.c.
#ifndef CM_LANES_REDUCE_H
#define CM_LANES_REDUCE_H

#include "lanes_kernel.h"

// Carries R columns out, into the next.
INLINE void carry(vec *T, const int R) {
    vec c = {0};
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++) {
        const vec t = T[r] + c;
        c = t >> LIMB_BITS;
        T[r] = t & LIMB_MASK;
    }
    T[R] += c;
}

// Digits of -t N^-1 modulo B^4 for four columns t[0..4) carried out.
typedef struct {
    vec q[4];
} four_digits;

INLINE four_digits quotient_digits(const cm_ctx *ctx, const vec *t) {
    const vec k0 = broadcast(ctx->inverse + 0), k1 = broadcast(ctx->inverse + 1), k2 = broadcast(ctx->inverse + 2);
    const vec k3 = broadcast(ctx->inverse + 3);
    const vec q0 = MULTIPLY(t[0], k0);
    const vec q1 = MULTIPLY(t[0], k1) + MULTIPLY(t[1], k0) + (q0 >> LIMB_BITS);
    const vec q2 = MULTIPLY(t[0], k2) + MULTIPLY(t[1], k1) + MULTIPLY(t[2], k0) + (q1 >> LIMB_BITS);
    const vec q3 = MULTIPLY(t[0], k3) + MULTIPLY(t[1], k2) + MULTIPLY(t[2], k1) + MULTIPLY(t[3], k0) +
                   (q2 >> LIMB_BITS);
    return (four_digits){{q0 & LIMB_MASK, q1 & LIMB_MASK, q2 & LIMB_MASK, q3 & LIMB_MASK}};
}

// The last four rows by N itself, their quotient digits from N^-1 modulo B^4, and all carries on the way out.
INLINE four_digits last_rows(const cm_ctx *ctx, vec *r, vec *T) {
    const size_t n = ctx->n;
    vec t[5] = {T[0], T[1], T[2], T[3], (vec){0}};
    carry(t, 4);
    const four_digits d = quotient_digits(ctx, t);
    const vec q0 = d.q[0], q1 = d.q[1], q2 = d.q[2], q3 = d.q[3];
    vec c0 = T[0], c1 = T[1], c2 = T[2], out = {0};
    for (size_t j = 0; j < n; j++) {
        const vec x = broadcast(ctx->kernel_modulus + j);
        const vec column = c0 + MULTIPLY(x, q0) + out;
        c0 = c1 + MULTIPLY(x, q1);
        c1 = c2 + MULTIPLY(x, q2);
        c2 = T[j + 3] + MULTIPLY(x, q3);
        out = column >> LIMB_BITS;
        // The first four columns vanish but for their carry.
        if (j >= 4) r[j - 4] = column & LIMB_MASK;
    }
    c0 += out;
    c1 += c0 >> LIMB_BITS;
    c2 += c1 >> LIMB_BITS;
    r[n - 4] = c0 & LIMB_MASK;
    r[n - 3] = c1 & LIMB_MASK;
    r[n - 2] = c2 & LIMB_MASK;
    r[n - 1] = T[n + 3] + (c2 >> LIMB_BITS);
    return d;
}

// r = T / B^rows modulo N, below 6 N for T below 36 N^2, by multiples of N that are -1 modulo B^j: see ifma_kernel.h.
LOCAL void reduce(const cm_ctx *ctx, vec *r, vec *T) {
    const size_t n = ctx->n;
    size_t i = 0;
    if (ctx->rows & 4) {
        carry(T, 4);
        shared_rows_4(T + 4, ctx->friendly[0], n, T);
        i = 4;
    }
    for (; i + 16 <= ctx->rows; i += 8) {
        carry(T + i, 8);
        shared_rows_8(T + i + 8, ctx->friendly[1], n, T + i);
    }
    carry(T + i, 4);
    shared_rows_4(T + i + 4, ctx->friendly[0], n, T + i);
    last_rows(ctx, r, T + i + 4);
}

// r0 + r1 N = (T + U N) / R modulo N^2, T and U of ctx->n columns: see reduce_pair() in ifma_pair.c.
INLINE void reduce_pair(const cm_ctx *ctx, vec *r, vec *T, vec *U) {
    const cm_ctx *root = ctx->root;
    const size_t n = root->n, half = ctx->n / 2, all = root->rows;
    clear(T, ctx->n, n + all + 1);
    clear(U, ctx->n, n + all + 1);
    // Two products and a reduction may be more than a column takes.
    if (ctx->n + all > 250)
        for (size_t k = 0; k + 8 <= ctx->n; k += 8) carry(U + k, 8);
    for (size_t i = 0;; i += 4) {
        four_digits d;
        const int last = i + 4 == all;
        if (last) {
            d = last_rows(root, r, T + i);
        } else {
            carry(T + i, 4);
            d = quotient_digits(root, T + i);
        }
#pragma clang loop unroll(full)
        for (int k = 0; k < 4; k++) U[i + k] += broadcast(ctx->above_quotient + i + k) - d.q[k];
        if (last) {
            last_rows(root, r + half, U + i);
            break;
        }
        shared_rows_4(T + i, root->kernel_modulus, n, d.q);
        // These columns vanish but for their carry.
        carry(T + i, 4);
        carry(U + i, 4);
        shared_rows_4(U + i + 4, root->friendly[0], n, U + i);
    }
    clear(r, n, half);
    clear(r, half + n, ctx->n);
}

#endif
