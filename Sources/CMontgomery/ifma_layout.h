// Between element-major storage and lanes, and between 64-bit and 52-bit limbs.
#ifndef CM_IFMA_LAYOUT_H
#define CM_IFMA_LAYOUT_H

#include "ifma_kernel.h"

// Transposes an 8 x 8 block of words in registers.
INLINE void transpose(vec r[8]) {
    vec a[8], b[8];
#pragma clang loop unroll(full)
    for (int k = 0; k < 4; k++) {
        a[2 * k] = _mm512_unpacklo_epi64(r[2 * k], r[2 * k + 1]);
        a[2 * k + 1] = _mm512_unpackhi_epi64(r[2 * k], r[2 * k + 1]);
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < 2; k++) {
#pragma clang loop unroll(full)
        for (int h = 0; h < 2; h++) {
            b[4 * k + h] = _mm512_shuffle_i64x2(a[4 * k + h], a[4 * k + 2 + h], 0x88);
            b[4 * k + 2 + h] = _mm512_shuffle_i64x2(a[4 * k + h], a[4 * k + 2 + h], 0xdd);
        }
    }
#pragma clang loop unroll(full)
    for (int h = 0; h < 4; h++) {
        r[h] = _mm512_shuffle_i64x2(b[h], b[4 + h], 0x88);
        r[4 + h] = _mm512_shuffle_i64x2(b[h], b[4 + h], 0xdd);
    }
}

// Words [0, words) of eight sources to lanes; the group is padded with zeros to a multiple of eight limbs.
TARGET static void gather(uint64_t *group, const uint64_t *const *src, size_t words) {
    for (size_t k = 0; k < words; k += 8) {
        const __mmask8 valid = words - k >= 8 ? 0xff : (__mmask8)((1u << (words - k)) - 1);
        vec r[8];
        for (int l = 0; l < 8; l++) r[l] = _mm512_maskz_loadu_epi64(valid, src[l] + k);
        transpose(r);
        for (int l = 0; l < 8; l++) _mm512_store_si512(group + 8 * (k + l), r[l]);
    }
}

TARGET static void scatter(uint64_t *const *dst, const uint64_t *group, size_t words) {
    for (size_t k = 0; k < words; k += 8) {
        const __mmask8 valid = words - k >= 8 ? 0xff : (__mmask8)((1u << (words - k)) - 1);
        vec r[8];
        for (int l = 0; l < 8; l++) r[l] = _mm512_load_si512(group + 8 * (k + l));
        transpose(r);
        for (int l = 0; l < 8; l++) _mm512_mask_storeu_epi64(dst[l] + k, valid, r[l]);
    }
}

// 64-bit limbs to 52-bit limbs, lane by lane; `from` has `limbs` rows and is read up to them only.
TARGET static void narrow(vec *to, size_t n, const vec *from, size_t limbs) {
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK), zero = _mm512_setzero_si512();
    for (size_t k = 0; k < n; k++) {
        const size_t word = LIMB_BITS * k / 64, shift = LIMB_BITS * k % 64;
        vec v = word < limbs ? _mm512_srl_epi64(from[word], _mm_cvtsi64_si128((long long)shift)) : zero;
        if (shift > 64 - LIMB_BITS && word + 1 < limbs)
            v = _mm512_or_si512(v, _mm512_sll_epi64(from[word + 1], _mm_cvtsi64_si128((long long)(64 - shift))));
        to[k] = _mm512_and_si512(v, mask);
    }
}

// 52-bit limbs to 64-bit limbs.
TARGET static void widen(vec *to, size_t limbs, const vec *from, size_t n) {
    const vec zero = _mm512_setzero_si512();
    for (size_t w = 0; w < limbs; w++) {
        const size_t k = 64 * w / LIMB_BITS, shift = 64 * w % LIMB_BITS;
        vec v = k < n ? _mm512_srl_epi64(from[k], _mm_cvtsi64_si128((long long)shift)) : zero;
        for (size_t above = 1; above <= 2; above++) {
            const size_t up = above * LIMB_BITS - shift;
            if (up < 64 && k + above < n)
                v = _mm512_or_si512(v, _mm512_sll_epi64(from[k + above], _mm_cvtsi64_si128((long long)up)));
        }
        to[w] = v;
    }
}

#endif
