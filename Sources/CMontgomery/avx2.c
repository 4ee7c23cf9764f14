// The AVX2 path: four residues at a time in 28-bit limbs.
#include "internal.h"

#if defined(__x86_64__) && defined(__clang__)

#define CM_LANES 4
#define CM_MEMORY                                                                                          \
    .path = CM_PATH_AVX2, .lanes = 4, .stripe = 8, .load = load, .store = store, .select = choose, \
    .pack_shared = pack_halves, .select_shared = choose_shared

#include "avx2_layout.h"

__attribute__((target("avx2"))) static void load(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src) {
    cm_avx2_gather(group, src, ctx->words);
}

__attribute__((target("avx2"))) static void store(const cm_ctx *ctx, uint64_t *const *dst, const uint64_t *group) {
    cm_avx2_scatter(dst, group, ctx->words);
}

// Every entry is read and kept under a mask that is all ones where the digit is its own; eight words at a time.
__attribute__((target("avx2"))) static void choose(const cm_ctx *ctx, uint64_t *r, const uint64_t *table,
                                                   size_t entries, const uint32_t *digit) {
    const size_t stride = 4 * ctx->words;
    const __m256i wanted = _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)digit));
    for (size_t k = 0; k < ctx->words; k += 8) {
        __m256i v[8];
        for (int i = 0; i < 8; i++) v[i] = _mm256_setzero_si256();
        const uint64_t *at = table + 4 * k;
        for (size_t e = 0; e < entries; e++, at += stride) {
            const __m256i own = _mm256_cmpeq_epi64(wanted, _mm256_set1_epi64x((long long)e));
#pragma clang loop unroll(full)
            for (int i = 0; i < 8; i++)
                v[i] = _mm256_or_si256(v[i], _mm256_and_si256(own, _mm256_load_si256((const __m256i *)(at + 4 * i))));
        }
        for (int i = 0; i < 8; i++) _mm256_store_si256((__m256i *)(r + 4 * k + 4 * (size_t)i), v[i]);
    }
}

// Half a word, which is a limb, of all entries side by side, so that a register holds eight entries.
static void pack_halves(const cm_ctx *ctx, uint64_t *packed, const uint64_t *const *elements, size_t entries) {
    const size_t padded = (entries + 7) & ~(size_t)7;
    uint32_t *halves = (uint32_t *)packed;
    for (size_t k = 0; k < ctx->used; k++) {
        for (size_t e = 0; e < entries; e++) {
            halves[2 * k * padded + e] = (uint32_t)elements[e][k];
            halves[(2 * k + 1) * padded + e] = (uint32_t)(elements[e][k] >> 32);
        }
    }
}

// For eight residues, one of eight entries by the low three bits of each index, kept where the other bits say so.
__attribute__((target("avx2"))) static inline __m256i choose_half(const __m256i *halves, size_t octets, __m256i index,
                                                                  const __m256i *own) {
    __m256i v = _mm256_setzero_si256();
    for (size_t o = 0; o < octets; o++)
        v = _mm256_or_si256(v, _mm256_and_si256(own[o], _mm256_permutevar8x32_epi32(halves[o], index)));
    return v;
}

// Two groups together, whose digits stand where an interleaving of low and high halves takes them apart.
__attribute__((target("avx2"))) static void choose_shared(const cm_ctx *ctx, uint64_t *r, size_t groups,
                                                          const uint64_t *packed, size_t entries,
                                                          const uint32_t *digit) {
    const size_t octets = (entries + 7) / 8, stride = 4 * ctx->words;
    __m256i own[CM_MAX_ENTRIES / 8];
    // As many words at a time as fit in the first-level cache.
    size_t some = 2048 / entries;
    if (some == 0) some = 1;
    for (size_t from = 0; from < ctx->used; from += some) {
        const size_t to = from + some < ctx->used ? from + some : ctx->used;
        for (size_t g = 0; g < groups; g += 2) {
            // An odd one out is written twice, the same both times.
            const size_t h = g + 1 < groups ? g + 1 : g;
            const __m128i a = _mm_loadu_si128((const __m128i *)(digit + 4 * g));
            const __m128i b = _mm_loadu_si128((const __m128i *)(digit + 4 * h));
            const __m256i index = _mm256_set_m128i(_mm_unpackhi_epi64(a, b), _mm_unpacklo_epi64(a, b));
            const __m256i octet = _mm256_srli_epi32(index, 3);
            for (size_t o = 0; o < octets; o++) own[o] = _mm256_cmpeq_epi32(octet, _mm256_set1_epi32((int)o));
            for (size_t k = from; k < to; k++) {
                const __m256i *halves = (const __m256i *)packed + 2 * k * octets;
                const __m256i low = choose_half(halves, octets, index, own);
                const __m256i high = choose_half(halves + octets, octets, index, own);
                _mm256_store_si256((__m256i *)(r + g * stride + 4 * k), _mm256_unpacklo_epi32(low, high));
                _mm256_store_si256((__m256i *)(r + h * stride + 4 * k), _mm256_unpackhi_epi32(low, high));
            }
        }
    }
    cm_wipe(own, octets * sizeof own[0]);
}

#include "lanes_ops.h"

const struct cm_ops *cm_avx2_ops(void) { return __builtin_cpu_supports("avx2") ? &plain_ops : NULL; }
const struct cm_ops *cm_avx2_pair_ops(void) { return __builtin_cpu_supports("avx2") ? &pair_ops : NULL; }

#else

const struct cm_ops *cm_avx2_ops(void) { return NULL; }
const struct cm_ops *cm_avx2_pair_ops(void) { return NULL; }

#endif
