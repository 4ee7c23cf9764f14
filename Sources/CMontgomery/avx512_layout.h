// Between element-major storage and eight 64-bit lanes, on both paths that use AVX-512.
#ifndef CM_AVX512_LAYOUT_H
#define CM_AVX512_LAYOUT_H

#include "internal.h"

#include <immintrin.h>

#define CM_AVX512 __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw")))

// avx512_memory.c
void cm_avx512_load(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src);
void cm_avx512_store(const cm_ctx *ctx, uint64_t *const *dst, const uint64_t *group);
void cm_avx512_select(const cm_ctx *ctx, uint64_t *r, const uint64_t *table, size_t entries, const uint32_t *digit);
void cm_avx512_pack_shared(const cm_ctx *ctx, uint64_t *packed, const uint64_t *const *elements, size_t entries);
void cm_avx512_select_shared(const cm_ctx *ctx, uint64_t *r, size_t groups, const uint64_t *packed, size_t entries,
                             const uint32_t *digit);
#define CM_AVX512_MEMORY(PATH)                                                                           \
    .path = (PATH), .lanes = 8, .stripe = 8, .load = cm_avx512_load, .store = cm_avx512_store,           \
    .select = cm_avx512_select, .pack_shared = cm_avx512_pack_shared, .select_shared = cm_avx512_select_shared

// Transposes an 8 x 8 block of words in registers.
static inline __attribute__((always_inline)) CM_AVX512 void cm_avx512_transpose(__m512i r[8]) {
    __m512i a[8], b[8];
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
__attribute__((unused)) CM_AVX512 static void cm_avx512_gather(uint64_t *group, const uint64_t *const *src,
                                                                size_t words) {
    for (size_t k = 0; k < words; k += 8) {
        const __mmask8 valid = words - k >= 8 ? 0xff : (__mmask8)((1u << (words - k)) - 1);
        __m512i r[8];
        for (int l = 0; l < 8; l++) r[l] = _mm512_maskz_loadu_epi64(valid, src[l] + k);
        cm_avx512_transpose(r);
        for (int l = 0; l < 8; l++) _mm512_store_si512(group + 8 * (k + l), r[l]);
    }
}

__attribute__((unused)) CM_AVX512 static void cm_avx512_scatter(uint64_t *const *dst, const uint64_t *group,
                                                                 size_t words) {
    for (size_t k = 0; k < words; k += 8) {
        const __mmask8 valid = words - k >= 8 ? 0xff : (__mmask8)((1u << (words - k)) - 1);
        __m512i r[8];
        for (int l = 0; l < 8; l++) r[l] = _mm512_load_si512(group + 8 * (k + l));
        cm_avx512_transpose(r);
        for (int l = 0; l < 8; l++) _mm512_mask_storeu_epi64(dst[l] + k, valid, r[l]);
    }
}

#endif
