// Memory of both paths that use AVX-512: groups in and out of element-major storage, and reads of tables by secret digits.
#include "internal.h"

#if defined(__x86_64__) && defined(__clang__)

#include "avx512_layout.h"

typedef __m512i vec;

CM_AVX512 void cm_avx512_load(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src) {
    cm_avx512_gather(group, src, ctx->words);
}

CM_AVX512 void cm_avx512_store(const cm_ctx *ctx, uint64_t *const *dst, const uint64_t *group) {
    cm_avx512_scatter(dst, group, ctx->words);
}

// Every entry is loaded and kept under a mask that is all ones where the digit is its own; eight limbs at a time.
CM_AVX512 void cm_avx512_select(const cm_ctx *ctx, uint64_t *r, const uint64_t *table, size_t entries,
                                const uint32_t *digit) {
    const size_t stride = 8 * ctx->words;
    const vec wanted = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)digit));
    const vec zero = _mm512_setzero_si512();
    for (size_t k = 0; k < ctx->words; k += 8) {
        const uint64_t *at = table + 8 * k;
        vec v0 = zero, v1 = zero, v2 = zero, v3 = zero, v4 = zero, v5 = zero, v6 = zero, v7 = zero;
        for (size_t e = 0; e < entries; e++, at += stride) {
            const vec own = _mm512_movm_epi64(_mm512_cmpeq_epi64_mask(wanted, _mm512_set1_epi64((long long)e)));
            v0 = _mm512_ternarylogic_epi64(v0, own, _mm512_load_si512(at), 0xf8);
            v1 = _mm512_ternarylogic_epi64(v1, own, _mm512_load_si512(at + 8), 0xf8);
            v2 = _mm512_ternarylogic_epi64(v2, own, _mm512_load_si512(at + 16), 0xf8);
            v3 = _mm512_ternarylogic_epi64(v3, own, _mm512_load_si512(at + 24), 0xf8);
            v4 = _mm512_ternarylogic_epi64(v4, own, _mm512_load_si512(at + 32), 0xf8);
            v5 = _mm512_ternarylogic_epi64(v5, own, _mm512_load_si512(at + 40), 0xf8);
            v6 = _mm512_ternarylogic_epi64(v6, own, _mm512_load_si512(at + 48), 0xf8);
            v7 = _mm512_ternarylogic_epi64(v7, own, _mm512_load_si512(at + 56), 0xf8);
        }
        vec *to = (vec *)(r + 8 * k);
        to[0] = v0, to[1] = v1, to[2] = v2, to[3] = v3, to[4] = v4, to[5] = v5, to[6] = v6, to[7] = v7;
    }
}

// Limb-major: the words of all entries for limb k side by side, so that one register holds eight entries.
void cm_avx512_pack_shared(const cm_ctx *ctx, uint64_t *packed, const uint64_t *const *elements, size_t entries) {
    const size_t padded = (entries + 7) & ~(size_t)7;
    for (size_t k = 0; k < ctx->used; k++)
        for (size_t e = 0; e < entries; e++) packed[k * padded + e] = elements[e][k];
}

// One of 16 entries by the low four bits of the index, then one of 2, 4, 8, 16 such picks by its next bits.
#define PICK_16(at, index) \
    _mm512_permutex2var_epi64(_mm512_load_si512(at), (index), _mm512_load_si512((at) + 8))
#define PICK_32(at, index, bit) _mm512_mask_mov_epi64(PICK_16(at, index), (bit)[0], PICK_16((at) + 16, index))
#define PICK_64(at, index, bit) \
    _mm512_mask_mov_epi64(PICK_32(at, index, bit), (bit)[1], PICK_32((at) + 32, index, bit))
#define PICK_128(at, index, bit) \
    _mm512_mask_mov_epi64(PICK_64(at, index, bit), (bit)[2], PICK_64((at) + 64, index, bit))

// Two groups together, so that the entries are loaded once for both.
#define SELECT_PAIR(PICK)                                                            \
    for (size_t k = from; k < to; k++) {                                             \
        const uint64_t *at = packed + k * padded;                                    \
        const vec v = PICK(at, index[0], bit[0]), w = PICK(at, index[1], bit[1]);    \
        _mm512_store_si512(r + 8 * k, v);                                            \
        _mm512_store_si512(s + 8 * k, w);                                            \
    }                                                                                \
    break;
#define PICK_16_BITS(at, index, bit) PICK_16(at, index)
#define PICK_8_BITS(at, index, bit) _mm512_permutexvar_epi64(index, _mm512_load_si512(at))

// Limbs [from, to) of two groups.
CM_AVX512 static void select_pair(uint64_t *r, uint64_t *s, const uint64_t *packed, size_t entries, const uint32_t *digit,
                               const uint32_t *other, size_t from, size_t to) {
    const size_t padded = (entries + 7) & ~(size_t)7;
    const vec index[2] = {_mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)digit)),
                          _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)other))};
    __mmask8 bit[2][4], here[CM_MAX_ENTRIES / 64], there[CM_MAX_ENTRIES / 64];
    for (int g = 0; g < 2; g++)
        for (int b = 0; b < 4; b++)
            bit[g][b] = _mm512_test_epi64_mask(index[g], _mm512_set1_epi64(INT64_C(16) << b));
    switch (padded) {
    case 8: SELECT_PAIR(PICK_8_BITS)
    case 16: SELECT_PAIR(PICK_16_BITS)
    case 32: SELECT_PAIR(PICK_32)
    case 64: SELECT_PAIR(PICK_64)
    case 128: SELECT_PAIR(PICK_128)
    default:
        for (size_t e = 0; e < padded; e += 64) {
            const vec page = _mm512_set1_epi64((long long)(e >> 6));
            here[e / 64] = _mm512_cmpeq_epi64_mask(_mm512_srli_epi64(index[0], 6), page);
            there[e / 64] = _mm512_cmpeq_epi64_mask(_mm512_srli_epi64(index[1], 6), page);
        }
        for (size_t k = from; k < to; k++) {
            vec v = _mm512_setzero_si512(), w = v;
            for (size_t e = 0; e < padded; e += 64) {
                const uint64_t *at = packed + k * padded + e;
                v = _mm512_mask_mov_epi64(v, here[e / 64], PICK_64(at, index[0], bit[0]));
                w = _mm512_mask_mov_epi64(w, there[e / 64], PICK_64(at, index[1], bit[1]));
            }
            _mm512_store_si512(r + 8 * k, v);
            _mm512_store_si512(s + 8 * k, w);
        }
    }
}

CM_AVX512 void cm_avx512_select_shared(const cm_ctx *ctx, uint64_t *r, size_t groups, const uint64_t *packed, size_t entries,
                                 const uint32_t *digit) {
    const size_t stride = 8 * ctx->words;
    // As many limbs at a time as fit in the first-level cache.
    size_t some = 2048 / entries;
    if (some == 0) some = 1;
    for (size_t from = 0; from < ctx->used; from += some) {
        const size_t to = from + some < ctx->used ? from + some : ctx->used;
        for (size_t g = 0; g < groups; g += 2) {
            // An odd one out is written twice, the same both times.
            const size_t h = g + 1 < groups ? g + 1 : g;
            select_pair(r + g * stride, r + h * stride, packed, entries, digit + 8 * g, digit + 8 * h, from, to);
        }
    }
}

#endif
