// Montgomery multiplication and squaring of eight independent residues, one in each 64-bit lane (AVX-512 IFMA).
//
// Layout: limb k of lane l is word 8 k + l. A residue is below 6 N and has n limbs of 52 bits, all carried out.
#ifndef CM_IFMA_KERNEL_H
#define CM_IFMA_KERNEL_H

#include "internal.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512ifma,avx512vl,avx512dq,avx512bw")))
// Not every file that includes this uses everything.
#define LOCAL __attribute__((unused)) TARGET static
#define INLINE static inline __attribute__((always_inline)) TARGET
#define LIMB_BITS 52
#define LIMB_MASK ((UINT64_C(1) << LIMB_BITS) - 1)

typedef __m512i vec;

// Rows of the schoolbook: for R values b[0..R), T[0..n + R) += a[0..n) * b, in 52-bit limbs, eight lanes at once. Columns
// grow without carries; a column takes 2^11 half products before it overflows, more than 8192-bit moduli make, and more than
// the two products of a pair make whose numbers have that size (about 1300, Karatsuba's layers included).
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

#define ROW_KERNELS(R)                                                                                              \
    __attribute__((noinline)) TARGET static void rows_##R(vec *T, const uint64_t *a, size_t n, const vec *b) {      \
        rows(T, a, 0, n, b, R, 0);                                                                                  \
    }                                                                                                               \
    __attribute__((noinline)) TARGET static void shared_rows_##R(vec *T, const uint64_t *a, size_t n, const vec *b) { \
        rows(T, a, 1, n, b, R, 0);                                                                                  \
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

__attribute__((noinline)) TARGET static void shared_rows_8_fresh(vec *T, const uint64_t *a, size_t n, const vec *b) {
    rows(T, a, 1, n, b, 8, 1);
}

typedef void (*row_kernel)(vec *T, const uint64_t *a, size_t n, const vec *b);
static const row_kernel lane_rows[9] = {NULL, rows_1, rows_2, rows_3, rows_4, rows_5, rows_6, rows_7, rows_8};
static const row_kernel shared_rows[9] = {NULL,          shared_rows_1, shared_rows_2, shared_rows_3, shared_rows_4,
                                          shared_rows_5, shared_rows_6, shared_rows_7, shared_rows_8};

INLINE void clear(vec *T, size_t from, size_t to) {
    for (size_t k = from; k < to; k++) T[k] = _mm512_setzero_si512();
}

// T[0..2 n) += a times the rows of b from i on.
INLINE void add_rows(vec *T, const uint64_t *a, const int shared, const vec *b, size_t i, size_t n) {
    for (; i + 8 <= n; i += 8) shared ? shared_rows_8(T + i, a, n, b + i) : rows_8(T + i, a, n, b + i);
    if (i < n) (shared ? shared_rows : lane_rows)[n - i](T + i, a, n, b + i);
}

// T[0..2 n) = a b, n >= 8; shared: a is one residue for all lanes, in element form.
INLINE void product(vec *T, const uint64_t *a, const int shared, const vec *b, size_t n) {
    shared ? shared_rows_8_fresh(T, a, n, b) : rows_8_fresh(T, a, n, b);
    clear(T, n + 8, 2 * n);
    add_rows(T, a, shared, b, 8, n);
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
INLINE void square_rows(vec *T, const vec *a, size_t n) {
    clear(T, 0, n);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        // The columns below n + i have been there before.
        clear(T, n + i, n + i + 8);
        vec c[16];
#pragma clang loop unroll(full)
        for (int k = 0; k < 16; k++) c[k] = T[2 * i + k];
        triangle(c, a + i, 8);
#pragma clang loop unroll(full)
        for (int k = 0; k < 16; k++) T[2 * i + k] = c[k];
        if (n > i + 8) rows_8(T + 2 * i + 8, (const uint64_t *)(a + i + 8), n - i - 8, a + i);
    }
    clear(T, n + i, 2 * n);
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

// The sum of two numbers of h limbs, carried out; returns the lanes whose carry is one.
INLINE __mmask8 add_halves(vec *sum, const uint64_t *a, const int shared, size_t h) {
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK);
    vec c = _mm512_setzero_si512();
    for (size_t k = 0; k < h; k++) {
        const vec low = shared ? _mm512_set1_epi64((long long)a[k]) : _mm512_load_si512(a + 8 * k);
        const vec high = shared ? _mm512_set1_epi64((long long)a[h + k]) : _mm512_load_si512(a + 8 * (h + k));
        const vec t = _mm512_add_epi64(_mm512_add_epi64(low, high), c);
        sum[k] = _mm512_and_si512(t, mask);
        c = _mm512_srli_epi64(t, LIMB_BITS);
    }
    return _mm512_test_epi64_mask(c, c);
}

// T = z0 + z2 2^(104 h) with z0, z2 of 2 h columns becomes T + (zm - z0 - z2) 2^(52 h), where zm is
// m[0..2 h) + (x in the lanes of cx + y in the lanes of cy) 2^(52 h) + (1 in the lanes of both) 2^(104 h).
// Columns may go below zero: they are carried out with their sign.
INLINE void middle(vec *T, const vec *m, size_t h, const vec *x, __mmask8 cx, const vec *y, __mmask8 cy) {
    for (size_t k = 0; k < h; k++) {
        const vec z0 = T[k], z0h = T[h + k], z2 = T[2 * h + k], z2h = T[3 * h + k];
        const vec cross = _mm512_sub_epi64(z0h, z2);
        const vec extra = _mm512_add_epi64(_mm512_maskz_mov_epi64(cx, x[k]), _mm512_maskz_mov_epi64(cy, y[k]));
        T[h + k] = _mm512_add_epi64(_mm512_sub_epi64(cross, z0), m[k]);
        T[2 * h + k] =
            _mm512_sub_epi64(_mm512_add_epi64(_mm512_add_epi64(m[h + k], extra), z2), _mm512_add_epi64(z0h, z2h));
    }
    T[3 * h] = _mm512_mask_add_epi64(T[3 * h], cx & cy, T[3 * h], _mm512_set1_epi64(1));
}

// Karatsuba's layers: from these numbers of limbs on, measured.
#define CM_KARATSUBA_PRODUCT 36
#define CM_KARATSUBA_SQUARE 56
#define CM_KARATSUBA_TWICE 76

// T[0..4 h) = a b, 2 h limbs each; work: 4 h.
INLINE void karatsuba(vec *T, const uint64_t *a, const int shared, const vec *b, size_t h, vec *work) {
    const size_t step = shared ? 1 : 8;
    vec *x = work, *y = work + h, *m = work + 2 * h;
    product(T, a, shared, b, h);
    product(T + 2 * h, a + step * h, shared, b + h, h);
    const __mmask8 cx = add_halves(x, a, shared, h), cy = add_halves(y, (const uint64_t *)b, 0, h);
    product(m, (const uint64_t *)x, 0, y, h);
    middle(T, m, h, y, cx, x, cy);
}

// T[0..4 h) = a^2; work: 3 h.
INLINE void karatsuba_square(vec *T, const vec *a, size_t h, vec *work) {
    vec *x = work, *m = work + h;
    square_rows(T, a, h);
    square_rows(T + 2 * h, a + h, h);
    const __mmask8 cx = add_halves(x, (const uint64_t *)a, 0, h);
    square_rows(m, x, h);
    middle(T, m, h, x, cx, x, cx);
}

// T[0..2 n) = a b; a and b are padded with a zero limb if n is odd; work: 7 n.
INLINE void full_product(vec *T, const uint64_t *a, const int shared, const vec *b, size_t n, vec *work) {
    const size_t h = (n + 1) / 2;
    if (n < CM_KARATSUBA_PRODUCT) {
        product(T, a, shared, b, n);
    } else if (n < CM_KARATSUBA_TWICE || h % 2 == 1) {
        karatsuba(T, a, shared, b, h, work);
    } else {
        const size_t step = shared ? 1 : 8;
        vec *x = work, *y = work + h, *m = work + 2 * h, *rest = work + 4 * h;
        karatsuba(T, a, shared, b, h / 2, rest);
        karatsuba(T + 2 * h, a + step * h, shared, b + h, h / 2, rest);
        const __mmask8 cx = add_halves(x, a, shared, h), cy = add_halves(y, (const uint64_t *)b, 0, h);
        karatsuba(m, (const uint64_t *)x, 0, y, h / 2, rest);
        middle(T, m, h, y, cx, x, cy);
    }
}

// T[0..2 n) = a b + c d, a and c shared or not; work: 9 n.
INLINE void two_products(vec *T, const uint64_t *a, const vec *b, const uint64_t *c, const vec *d, const int shared,
                         size_t n, vec *work) {
    full_product(T, a, shared, b, n, work);
    if (n < CM_KARATSUBA_PRODUCT) {
        add_rows(T, c, shared, d, 0, n);
        return;
    }
    vec *other = work, *rest = work + 2 * n;
    full_product(other, c, shared, d, n, rest);
    for (size_t k = 0; k < 2 * n; k++) T[k] = _mm512_add_epi64(T[k], other[k]);
}

INLINE void full_square(vec *T, const vec *a, size_t n, vec *work) {
    if (n < CM_KARATSUBA_SQUARE)
        square_rows(T, a, n);
    else
        karatsuba_square(T, a, (n + 1) / 2, work);
}

// Carries R columns out, into the next.
INLINE void carry(vec *T, const int R) {
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK);
    vec c = _mm512_setzero_si512();
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++) {
        const vec t = _mm512_add_epi64(T[r], c);
        c = _mm512_srai_epi64(t, LIMB_BITS);
        T[r] = _mm512_and_si512(t, mask);
    }
    T[R] = _mm512_add_epi64(T[R], c);
}

// Digits of -t N^-1 modulo 2^208 for four columns t[0..4) carried out.
typedef struct {
    vec q0, q1, q2, q3;
} four_digits;

INLINE four_digits quotient_digits(const cm_ctx *ctx, const vec *t) {
    const vec zero = _mm512_setzero_si512();
    const vec k0 = _mm512_set1_epi64((long long)ctx->inverse[0]), k1 = _mm512_set1_epi64((long long)ctx->inverse[1]);
    const vec k2 = _mm512_set1_epi64((long long)ctx->inverse[2]), k3 = _mm512_set1_epi64((long long)ctx->inverse[3]);
    vec q0 = _mm512_madd52lo_epu64(zero, t[0], k0);
    vec q1 = _mm512_madd52hi_epu64(zero, t[0], k0), q2 = _mm512_madd52hi_epu64(zero, t[0], k1);
    vec q3 = _mm512_madd52hi_epu64(zero, t[0], k2);
    q1 = _mm512_madd52lo_epu64(q1, t[0], k1);
    q2 = _mm512_madd52lo_epu64(q2, t[0], k2);
    q3 = _mm512_madd52lo_epu64(q3, t[0], k3);
    q1 = _mm512_madd52lo_epu64(q1, t[1], k0);
    q2 = _mm512_madd52lo_epu64(_mm512_madd52hi_epu64(q2, t[1], k0), t[1], k1);
    q3 = _mm512_madd52lo_epu64(_mm512_madd52hi_epu64(q3, t[1], k1), t[1], k2);
    q2 = _mm512_madd52lo_epu64(q2, t[2], k0);
    q3 = _mm512_madd52lo_epu64(_mm512_madd52hi_epu64(q3, t[2], k0), t[2], k1);
    q3 = _mm512_madd52lo_epu64(q3, t[3], k0);
    // The multiplier reads the low 52 bits only, so digits need their carries but no mask.
    q1 = _mm512_add_epi64(q1, _mm512_srli_epi64(q0, LIMB_BITS));
    q2 = _mm512_add_epi64(q2, _mm512_srli_epi64(q1, LIMB_BITS));
    q3 = _mm512_add_epi64(q3, _mm512_srli_epi64(q2, LIMB_BITS));
    return (four_digits){q0, q1, q2, q3};
}

// The last four rows by N itself, their quotient digits from N^-1 modulo 2^208, and all carries on the way out.
INLINE four_digits last_rows(const cm_ctx *ctx, vec *r, vec *T) {
    const size_t n = ctx->n;
    const vec zero = _mm512_setzero_si512(), mask = _mm512_set1_epi64((long long)LIMB_MASK);
    vec t[5] = {T[0], T[1], T[2], T[3], zero};
    carry(t, 4);
    const four_digits q = quotient_digits(ctx, t);
    const vec q0 = q.q0, q1 = q.q1, q2 = q.q2, q3 = q.q3;

    vec c0 = T[0], c1 = T[1], c2 = T[2], c3 = T[3], c4, out = zero;
    for (size_t j = 0; j < n; j++) {
        const vec x = _mm512_set1_epi64((long long)ctx->kernel_modulus[j]);
        c4 = T[j + 4];
        c0 = _mm512_madd52lo_epu64(c0, x, q0);
        c1 = _mm512_madd52lo_epu64(c1, x, q1);
        c2 = _mm512_madd52lo_epu64(c2, x, q2);
        c3 = _mm512_madd52lo_epu64(c3, x, q3);
        const vec column = _mm512_add_epi64(c0, out);
        out = _mm512_srai_epi64(column, LIMB_BITS);
        // The first four columns vanish but for their carry.
        if (j >= 4) r[j - 4] = _mm512_and_si512(column, mask);
        c0 = _mm512_madd52hi_epu64(c1, x, q0);
        c1 = _mm512_madd52hi_epu64(c2, x, q1);
        c2 = _mm512_madd52hi_epu64(c3, x, q2);
        c3 = _mm512_madd52hi_epu64(c4, x, q3);
    }
    c0 = _mm512_add_epi64(c0, out);
    c1 = _mm512_add_epi64(c1, _mm512_srai_epi64(c0, LIMB_BITS));
    c2 = _mm512_add_epi64(c2, _mm512_srai_epi64(c1, LIMB_BITS));
    c3 = _mm512_add_epi64(c3, _mm512_srai_epi64(c2, LIMB_BITS));
    r[n - 4] = _mm512_and_si512(c0, mask);
    r[n - 3] = _mm512_and_si512(c1, mask);
    r[n - 2] = _mm512_and_si512(c2, mask);
    r[n - 1] = c3;
    return q;
}

// r = T / 2^(52 rows) modulo N, below 6 N for T below 36 N^2.
//
// A multiple M_j of N that is -1 modulo 2^(52 j) makes its own quotient digits: the low j limbs q of T are the quotient,
// and (T + q M_j) / 2^(52 j) = floor(T / 2^(52 j)) + q (M_j + 1) / 2^(52 j), no multiplication by -N^-1, no chain through
// it. T is then bounded by M_j instead of N, so the last rows go by M_4 and then N itself: each kind adds less than N.
LOCAL void reduce(const cm_ctx *ctx, vec *r, vec *T) {
    const size_t n = ctx->n;
    size_t i = 0;
    if (ctx->rows & 4) {
        carry(T, 4);
        rows(T + 4, ctx->friendly[0], 1, n, T, 4, 0);
        i = 4;
    }
    for (; i + 16 <= ctx->rows; i += 8) {
        carry(T + i, 8);
        rows(T + i + 8, ctx->friendly[1], 1, n, T + i, 8, 0);
    }
    carry(T + i, 4);
    rows(T + i + 4, ctx->friendly[0], 1, n, T + i, 4, 0);
    i += 4;
    last_rows(ctx, r, T + i);
}

#endif
