// Montgomery multiplication and squaring of independent residues, one in each 64-bit lane of a vector, in limbs of 28 bits:
// for processors whose widest multiplier in vectors is 32 by 32 bits (AVX2; AVX-512 without IFMA). An including file says
// which, by CM_LANES (8 or 4).
//
// A product of limbs has 56 bits, so that a column takes 255 of them before it overflows. Inside an operation a limb is a
// vector; groups in memory hold two limbs a word. The bounds of values and the reductions are those of the IFMA path
// (ifma_kernel.h, ifma_pair.c).
#ifndef CM_LANES_KERNEL_H
#define CM_LANES_KERNEL_H

#include "internal.h"

#include <immintrin.h>

#if CM_LANES == 8
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw")))
#define MULTIPLY(a, b) (vec) _mm512_mul_epu32((__m512i)(a), (__m512i)(b))
#else
#define TARGET __attribute__((target("avx2")))
#define MULTIPLY(a, b) (vec) _mm256_mul_epu32((__m256i)(a), (__m256i)(b))
#endif
#define LOCAL __attribute__((unused)) TARGET static
#define INLINE static inline __attribute__((always_inline, unused)) TARGET
#define LIMB_BITS 28
#define LIMB_MASK ((UINT64_C(1) << LIMB_BITS) - 1)

typedef uint64_t vec __attribute__((vector_size(8 * CM_LANES)));
typedef int64_t signed_vec __attribute__((vector_size(8 * CM_LANES)));

INLINE vec every(uint64_t value) { return (vec){0} + value; }

// A word of memory in every lane. Load units do that alone; left to itself, clang adds two shuffles, since it sees that only
// halves of words are multiplied.
INLINE vec broadcast(const uint64_t *word) {
    vec v;
    __asm__("vpbroadcastq %1, %0" : "=v"(v) : "m"(*word));
    return v;
}

// Rows of the schoolbook: for R values b[0..R), T[0..n + R - 1) += a[0..n) * b. R - 1 columns and R values stay in
// registers while a streams past. `shared`: a is one number for all lanes (the modulus), one word a limb. `fresh`: columns
// from T[0] on start at zero.
INLINE void rows(vec *T, const void *a, const int shared, size_t n, const vec *b, const int R, const int fresh) {
    // Named variables: clang spills arrays to the stack here.
    const vec zero = {0};
    vec b0 = zero, b1 = zero, b2 = zero, b3 = zero, b4 = zero, b5 = zero, b6 = zero, b7 = zero;
    vec c0 = zero, c1 = zero, c2 = zero, c3 = zero, c4 = zero, c5 = zero, c6 = zero;
    if (R > 0) b0 = b[0];
    if (R > 1) b1 = b[1];
    if (R > 2) b2 = b[2];
    if (R > 3) b3 = b[3];
    if (R > 4) b4 = b[4];
    if (R > 5) b5 = b[5];
    if (R > 6) b6 = b[6];
    if (R > 7) b7 = b[7];
    if (R > 1 && !fresh) c0 = T[0];
    if (R > 2 && !fresh) c1 = T[1];
    if (R > 3 && !fresh) c2 = T[2];
    if (R > 4 && !fresh) c3 = T[3];
    if (R > 5 && !fresh) c4 = T[4];
    if (R > 6 && !fresh) c5 = T[5];
    if (R > 7 && !fresh) c6 = T[6];
    for (size_t j = 0; j < n; j++) {
        const vec x = shared ? broadcast((const uint64_t *)a + j) : ((const vec *)a)[j];
        const vec top = fresh ? zero : T[j + R - 1];
        T[j] = (R > 1 ? c0 : top) + MULTIPLY(x, b0);
        if (R > 1) c0 = (R > 2 ? c1 : top) + MULTIPLY(x, b1);
        if (R > 2) c1 = (R > 3 ? c2 : top) + MULTIPLY(x, b2);
        if (R > 3) c2 = (R > 4 ? c3 : top) + MULTIPLY(x, b3);
        if (R > 4) c3 = (R > 5 ? c4 : top) + MULTIPLY(x, b4);
        if (R > 5) c4 = (R > 6 ? c5 : top) + MULTIPLY(x, b5);
        if (R > 6) c5 = (R > 7 ? c6 : top) + MULTIPLY(x, b6);
        if (R > 7) c6 = top + MULTIPLY(x, b7);
    }
    if (R > 1) T[n + 0] = c0;
    if (R > 2) T[n + 1] = c1;
    if (R > 3) T[n + 2] = c2;
    if (R > 4) T[n + 3] = c3;
    if (R > 5) T[n + 4] = c4;
    if (R > 6) T[n + 5] = c5;
    if (R > 7) T[n + 6] = c6;
}

#define ROW_KERNEL(R)                                                                                  \
    __attribute__((noinline)) TARGET static void rows_##R(vec *T, const vec *a, size_t n, const vec *b) { \
        rows(T, a, 0, n, b, R, 0);                                                                     \
    }
ROW_KERNEL(1)
ROW_KERNEL(2)
ROW_KERNEL(3)
ROW_KERNEL(4)
ROW_KERNEL(5)
ROW_KERNEL(6)
ROW_KERNEL(7)
ROW_KERNEL(8)
#undef ROW_KERNEL
__attribute__((noinline)) TARGET static void rows_8_fresh(vec *T, const vec *a, size_t n, const vec *b) {
    rows(T, a, 0, n, b, 8, 1);
}
__attribute__((noinline)) TARGET static void shared_rows_4(vec *T, const uint64_t *a, size_t n, const vec *b) {
    rows(T, a, 1, n, b, 4, 0);
}
__attribute__((noinline)) TARGET static void shared_rows_8(vec *T, const uint64_t *a, size_t n, const vec *b) {
    rows(T, a, 1, n, b, 8, 0);
}

typedef void (*row_kernel)(vec *T, const vec *a, size_t n, const vec *b);
static const row_kernel lane_rows[9] = {NULL, rows_1, rows_2, rows_3, rows_4, rows_5, rows_6, rows_7, rows_8};

INLINE void clear(vec *T, size_t from, size_t to) {
    for (size_t k = from; k < to; k++) T[k] = (vec){0};
}

// T[0..2 n) += a times the rows of b from i on.
INLINE void add_rows(vec *T, const vec *a, const vec *b, size_t i, size_t n) {
    for (; i + 8 <= n; i += 8) rows_8(T + i, a, n, b + i);
    if (i < n) lane_rows[n - i](T + i, a, n, b + i);
}

// Karatsuba's layers: from these numbers of limbs on, measured with both widths.
enum { KARATSUBA_PRODUCT = 28, KARATSUBA_SQUARE = 48 };

INLINE void add_halves(vec *sum, const vec *a, size_t h) {
    for (size_t k = 0; k < h; k++) sum[k] = a[k] + a[h + k];
}

// T = z0 + z2 B^(2 h) with z0, z2 of 2 h columns becomes T + (m - z0 - z2) B^h. Limbs of sums have up to 32 bits, so that
// nothing is carried; columns that overflow meanwhile come back, since what they end as has 64 bits.
INLINE void middle(vec *T, const vec *m, size_t h) {
    for (size_t k = 0; k < h; k++) {
        const vec z0 = T[k], z0h = T[h + k], z2 = T[2 * h + k], z2h = T[3 * h + k], cross = z0h - z2;
        T[h + k] = cross - z0 + m[k];
        T[2 * h + k] = m[h + k] - cross - z2h;
    }
}

// T[0..2 n) = a b, or a b + c d if there is a c; n >= 8; work: 6 n.
LOCAL void products(vec *T, const vec *a, const vec *b, const vec *c, const vec *d, size_t n, vec *work) {
    if (n < KARATSUBA_PRODUCT || n % 2 == 1) {
        rows_8_fresh(T, a, n, b);
        clear(T, n + 7, 2 * n);
        add_rows(T, a, b, 8, n);
        if (c != NULL) add_rows(T, c, d, 0, n);
        return;
    }
    const size_t h = n / 2;
    vec *x = work, *y = x + h, *v = y + h, *w = v + h, *m = w + h, *rest = m + 2 * h;
    products(T, a, b, c, d, h, rest);
    products(T + 2 * h, a + h, b + h, c == NULL ? c : c + h, d == NULL ? d : d + h, h, rest);
    add_halves(x, a, h);
    add_halves(y, b, h);
    if (c != NULL) {
        add_halves(v, c, h);
        add_halves(w, d, h);
    }
    products(m, x, y, c == NULL ? NULL : v, w, h, rest);
    middle(T, m, h);
}

// T[0..2 R) += the square of a[0..R).
INLINE void triangle(vec *T, const vec *a, const vec *twice, const int R) {
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++) {
        T[2 * r] += MULTIPLY(a[r], a[r]);
#pragma clang loop unroll(full)
        for (int s = r + 1; s < R; s++) T[r + s] += MULTIPLY(a[r], twice[s]);
    }
}

// T[0..2 n) = a^2, n >= 8: products of different limbs once, by twice the limb. work: 6 n.
LOCAL void square(vec *T, const vec *a, size_t n, vec *work) {
    if (n >= KARATSUBA_SQUARE && n % 2 == 0) {
        const size_t h = n / 2;
        vec *x = work, *m = x + h, *rest = m + 2 * h;
        square(T, a, h, rest);
        square(T + 2 * h, a + h, h, rest);
        add_halves(x, a, h);
        square(m, x, h, rest);
        middle(T, m, h);
        return;
    }
    clear(T, 0, 2 * n);
    vec twice[8];
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
#pragma clang loop unroll(full)
        for (int k = 0; k < 8; k++) twice[k] = a[i + k] + a[i + k];
        triangle(T + 2 * i, a + i, twice, 8);
        if (n > i + 8) rows_8(T + 2 * i + 8, a + i + 8, n - i - 8, twice);
    }
    for (; i < n; i++) {
        T[2 * i] += MULTIPLY(a[i], a[i]);
        const vec two = a[i] + a[i];
        for (size_t s = i + 1; s < n; s++) T[i + s] += MULTIPLY(two, a[s]);
    }
}

// Two limbs a word and back; `shared`: one residue for all lanes, in element form.
INLINE void unpack(vec *to, const uint64_t *from, const int shared, size_t n) {
    for (size_t k = 0; k < n / 2; k++) {
        const vec word = shared ? broadcast(from + k) : ((const vec *)from)[k];
        to[2 * k] = word & LIMB_MASK;
        to[2 * k + 1] = word >> 32;
    }
}

INLINE void pack(uint64_t *to, const vec *from, size_t n) {
    for (size_t k = 0; k < n / 2; k++) ((vec *)to)[k] = from[2 * k] | from[2 * k + 1] << 32;
}

#endif
