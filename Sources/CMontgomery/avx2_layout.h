// Between element-major storage and four 64-bit lanes.
#ifndef CM_AVX2_LAYOUT_H
#define CM_AVX2_LAYOUT_H

#include "internal.h"

#include <immintrin.h>

// Words [0, words) of four sources to lanes; the group is padded with zeros to a multiple of four words.
__attribute__((unused, target("avx2"))) static void cm_avx2_gather(uint64_t *group, const uint64_t *const *src,
                                                                   size_t words) {
    size_t k = 0;
    for (; k + 4 <= words; k += 4) {
        __m256i r[4], a[4];
        for (int l = 0; l < 4; l++) r[l] = _mm256_loadu_si256((const __m256i *)(src[l] + k));
        for (int h = 0; h < 2; h++) {
            a[2 * h] = _mm256_unpacklo_epi64(r[2 * h], r[2 * h + 1]);
            a[2 * h + 1] = _mm256_unpackhi_epi64(r[2 * h], r[2 * h + 1]);
        }
        for (int h = 0; h < 2; h++) {
            _mm256_storeu_si256((__m256i *)(group + 4 * (k + h)), _mm256_permute2x128_si256(a[h], a[2 + h], 0x20));
            _mm256_storeu_si256((__m256i *)(group + 4 * (k + 2 + h)), _mm256_permute2x128_si256(a[h], a[2 + h], 0x31));
        }
    }
    for (const size_t end = (words + 3) & ~(size_t)3; k < end; k++)
        for (int l = 0; l < 4; l++) group[4 * k + (size_t)l] = k < words ? src[l][k] : 0;
}

__attribute__((unused, target("avx2"))) static void cm_avx2_scatter(uint64_t *const *dst, const uint64_t *group,
                                                                    size_t words) {
    size_t k = 0;
    for (; k + 4 <= words; k += 4) {
        __m256i r[4], a[4];
        for (int l = 0; l < 4; l++) r[l] = _mm256_loadu_si256((const __m256i *)(group + 4 * (k + (size_t)l)));
        for (int h = 0; h < 2; h++) {
            a[2 * h] = _mm256_unpacklo_epi64(r[2 * h], r[2 * h + 1]);
            a[2 * h + 1] = _mm256_unpackhi_epi64(r[2 * h], r[2 * h + 1]);
        }
        for (int h = 0; h < 2; h++) {
            _mm256_storeu_si256((__m256i *)(dst[h] + k), _mm256_permute2x128_si256(a[h], a[2 + h], 0x20));
            _mm256_storeu_si256((__m256i *)(dst[2 + h] + k), _mm256_permute2x128_si256(a[h], a[2 + h], 0x31));
        }
    }
    for (; k < words; k++)
        for (int l = 0; l < 4; l++) dst[l][k] = group[4 * k + (size_t)l];
}

#endif
