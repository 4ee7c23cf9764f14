// Montgomery multiplication and squaring of eight independent residues, one in each 64-bit lane (AVX-512 IFMA).
//
// Layout: limb k of lane l is word 8 k + l. A residue is below 6 N and has n limbs of 52 bits, all carried out.
#ifndef CM_IFMA_KERNEL_H
#define CM_IFMA_KERNEL_H

#include "internal.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define LIMB_BITS 52
#define LIMB_MASK ((UINT64_C(1) << LIMB_BITS) - 1)

typedef __m512i vec;

// Rows of the schoolbook: for R values b[0..R), T[0..n + R) += a[0..n) * b, in 52-bit limbs, eight lanes at once. Columns
// grow without carries; a column takes 2^11 half products before it overflows, more than 8192-bit moduli make.
//
// R + 1 columns and R values stay in registers while a streams past: two loads, one store and 2 R multiply-adds a step.
// `shared`: a is one number for all lanes (the modulus), one word a limb. `fresh`: columns from T[0] on start at zero.
INLINE void rows(vec *T, const uint64_t *a, const int shared, size_t n, const vec *b, const int R, const int fresh) {
    // Named variables: clang spills arrays to the stack here.
    const vec zero = _mm512_setzero_si512();
    vec b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero, b6 = zero, b7 = zero;
    vec c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero, c7 = zero, c8 = zero;
    if (R > 0) b0 = b[0];
    if (R > 1) b1 = b[1];
    if (R > 2) b2 = b[2];
    if (R > 3) b3 = b[3];
    if (R > 4) b4 = b[4];
    if (R > 5) b5 = b[5];
    if (R > 6) b6 = b[6];
    if (R > 7) b7 = b[7];
    if (R > 0 && !fresh) c0 = T[0];
    if (R > 1 && !fresh) c1 = T[1];
    if (R > 2 && !fresh) c2 = T[2];
    if (R > 3 && !fresh) c3 = T[3];
    if (R > 4 && !fresh) c4 = T[4];
    if (R > 5 && !fresh) c5 = T[5];
    if (R > 6 && !fresh) c6 = T[6];
    if (R > 7 && !fresh) c7 = T[7];
    for (size_t j = 0; j < n; j++) {
        const vec x = shared ? _mm512_set1_epi64((long long)a[j]) : _mm512_load_si512(a + 8 * j);
        const vec top = fresh ? zero : T[j + R];
        if (R > 0) c0 = _mm512_madd52lo_epu64(c0, x, b0);
        if (R > 1) c1 = _mm512_madd52lo_epu64(c1, x, b1);
        if (R > 2) c2 = _mm512_madd52lo_epu64(c2, x, b2);
        if (R > 3) c3 = _mm512_madd52lo_epu64(c3, x, b3);
        if (R > 4) c4 = _mm512_madd52lo_epu64(c4, x, b4);
        if (R > 5) c5 = _mm512_madd52lo_epu64(c5, x, b5);
        if (R > 6) c6 = _mm512_madd52lo_epu64(c6, x, b6);
        if (R > 7) c7 = _mm512_madd52lo_epu64(c7, x, b7);
        if (R == 1) c1 = top;
        if (R == 2) c2 = top;
        if (R == 3) c3 = top;
        if (R == 4) c4 = top;
        if (R == 5) c5 = top;
        if (R == 6) c6 = top;
        if (R == 7) c7 = top;
        if (R == 8) c8 = top;
        T[j] = c0;
        if (R > 0) c0 = _mm512_madd52hi_epu64(c1, x, b0);
        if (R > 1) c1 = _mm512_madd52hi_epu64(c2, x, b1);
        if (R > 2) c2 = _mm512_madd52hi_epu64(c3, x, b2);
        if (R > 3) c3 = _mm512_madd52hi_epu64(c4, x, b3);
        if (R > 4) c4 = _mm512_madd52hi_epu64(c5, x, b4);
        if (R > 5) c5 = _mm512_madd52hi_epu64(c6, x, b5);
        if (R > 6) c6 = _mm512_madd52hi_epu64(c7, x, b6);
        if (R > 7) c7 = _mm512_madd52hi_epu64(c8, x, b7);
    }
    if (R > 0) T[n + 0] = c0;
    if (R > 1) T[n + 1] = c1;
    if (R > 2) T[n + 2] = c2;
    if (R > 3) T[n + 3] = c3;
    if (R > 4) T[n + 4] = c4;
    if (R > 5) T[n + 5] = c5;
    if (R > 6) T[n + 6] = c6;
    if (R > 7) T[n + 7] = c7;
}

#define ROW_KERNELS(R)                                                                                       \
    __attribute__((noinline)) TARGET static void rows_##R(vec *T, const uint64_t *a, size_t n, const vec *b) { \
        rows(T, a, 0, n, b, R, 0);                                                                           \
    }
ROW_KERNELS(1)
ROW_KERNELS(2)
ROW_KERNELS(3)
ROW_KERNELS(4)
ROW_KERNELS(5)
ROW_KERNELS(6)
ROW_KERNELS(7)
ROW_KERNELS(8)
#undef ROW_KERNELS

__attribute__((noinline)) TARGET static void rows_8_fresh(vec *T, const uint64_t *a, size_t n, const vec *b) {
    rows(T, a, 0, n, b, 8, 1);
}

TARGET static void rows_rest(vec *T, const uint64_t *a, size_t n, const vec *b, size_t rest) {
    switch (rest) {
    case 1: rows_1(T, a, n, b); break;
    case 2: rows_2(T, a, n, b); break;
    case 3: rows_3(T, a, n, b); break;
    case 4: rows_4(T, a, n, b); break;
    case 5: rows_5(T, a, n, b); break;
    case 6: rows_6(T, a, n, b); break;
    case 7: rows_7(T, a, n, b); break;
    default: break;
    }
}

INLINE void clear(vec *T, size_t from, size_t to) {
    for (size_t k = from; k < to; k++) T[k] = _mm512_setzero_si512();
}

// T[0..2 n) = a b, n >= 8.
TARGET static void product(vec *T, const uint64_t *a, const vec *b, size_t n) {
    rows_8_fresh(T, a, n, b);
    clear(T, n + 8, 2 * n);
    size_t i = 8;
    for (; i + 8 <= n; i += 8) rows_8(T + i, a, n, b + i);
    rows_rest(T + i, a, n, b + i, n - i);
}

// T[0..2 R) += sum over r < s < R of a_r a_s.
INLINE void triangle(vec *T, const vec *a, const int R) {
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++) {
#pragma clang loop unroll(full)
        for (int s = r + 1; s < R; s++) {
            T[r + s] = _mm512_madd52lo_epu64(T[r + s], a[r], a[s]);
            T[r + s + 1] = _mm512_madd52hi_epu64(T[r + s + 1], a[r], a[s]);
        }
    }
}

// T[0..2 n) = a^2, n >= 8: products of different limbs once, doubled, then the squares of limbs.
TARGET static void square(vec *T, const vec *a, size_t n) {
    clear(T, 0, 2 * n);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        vec c[16];
        for (int k = 0; k < 16; k++) c[k] = T[2 * i + k];
        triangle(c, a + i, 8);
        for (int k = 0; k < 16; k++) T[2 * i + k] = c[k];
        if (n > i + 8) rows_8(T + 2 * i + 8, (const uint64_t *)(a + i + 8), n - i - 8, a + i);
    }
    for (size_t r = i; r < n; r++) {
        for (size_t s = r + 1; s < n; s++) {
            T[r + s] = _mm512_madd52lo_epu64(T[r + s], a[r], a[s]);
            T[r + s + 1] = _mm512_madd52hi_epu64(T[r + s + 1], a[r], a[s]);
        }
    }
    const vec zero = _mm512_setzero_si512();
    for (size_t k = 0; k < n; k++) {
        T[2 * k] = _mm512_add_epi64(_mm512_add_epi64(T[2 * k], T[2 * k]), _mm512_madd52lo_epu64(zero, a[k], a[k]));
        T[2 * k + 1] =
            _mm512_add_epi64(_mm512_add_epi64(T[2 * k + 1], T[2 * k + 1]), _mm512_madd52hi_epu64(zero, a[k], a[k]));
    }
}

// Carries R columns out, into the next.
INLINE void carry(vec *T, const int R) {
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK);
    vec c = _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++) {
        const vec t = _mm512_add_epi64(T[r], c);
        c = _mm512_srli_epi64(t, LIMB_BITS);
        T[r] = _mm512_and_si512(t, mask);
    }
    T[R] = _mm512_add_epi64(T[R], c);
}

// r = T / 2^(52 rows) modulo N, below 6 N for T below 36 N^2.
//
// A multiple M_j of N that is -1 modulo 2^(52 j) makes its own quotient digits: the low j limbs q of T are the quotient,
// and (T + q M_j) / 2^(52 j) = floor(T / 2^(52 j)) + q (M_j + 1) / 2^(52 j), no multiplication by -N^-1, no chain through
// it. T is then bounded by M_j instead of N, so the last rows go by j = 4, 2, 1 and N itself: each step adds less than N.
TARGET static void reduce(const cm_ctx *ctx, vec *r, vec *T) {
    const size_t n = ctx->n;
    size_t i = 0;
    if (ctx->rows & 4) {
        carry(T, 4);
        rows(T + 4, ctx->friendly[2], 1, n, T, 4, 0);
        i = 4;
    }
    for (; i + 16 <= ctx->rows; i += 8) {
        carry(T + i, 8);
        rows(T + i + 8, ctx->friendly[3], 1, n, T + i, 8, 0);
    }
    carry(T + i, 4);
    rows(T + i + 4, ctx->friendly[2], 1, n, T + i, 4, 0);
    i += 4;
    carry(T + i, 2);
    rows(T + i + 2, ctx->friendly[1], 1, n, T + i, 2, 0);
    i += 2;
    carry(T + i, 1);
    rows(T + i + 1, ctx->friendly[0], 1, n, T + i, 1, 0);
    i += 1;
    const uint64_t *N = ctx->kernel_modulus;
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK), zero = _mm512_setzero_si512();
    const vec q = _mm512_madd52lo_epu64(zero, T[i], _mm512_set1_epi64((long long)ctx->k0));
    vec x = _mm512_set1_epi64((long long)N[0]);
    vec c = _mm512_srli_epi64(_mm512_madd52lo_epu64(T[i], q, x), LIMB_BITS);
    vec high = _mm512_madd52hi_epu64(zero, q, x);
    for (size_t j = 1; j < n; j++) {
        x = _mm512_set1_epi64((long long)N[j]);
        const vec t = _mm512_add_epi64(_mm512_add_epi64(_mm512_madd52lo_epu64(T[i + j], q, x), high), c);
        high = _mm512_madd52hi_epu64(zero, q, x);
        c = _mm512_srli_epi64(t, LIMB_BITS);
        r[j - 1] = _mm512_and_si512(t, mask);
    }
    r[n - 1] = _mm512_add_epi64(_mm512_add_epi64(T[i + n], high), c);
}

#endif
