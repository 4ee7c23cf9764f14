// Between 64-bit and 52-bit limbs.
#ifndef CM_IFMA_LAYOUT_H
#define CM_IFMA_LAYOUT_H

#include "avx512_layout.h"
#include "ifma_kernel.h"

#include <gmp.h>

// 64-bit limbs to 52-bit limbs, lane by lane; `from` has `limbs` rows and is read up to them only.
LOCAL void narrow(vec *to, size_t n, const vec *from, size_t limbs) {
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
LOCAL void widen(vec *to, size_t limbs, const vec *from, size_t n) {
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

// Lane by lane, n limbs of 52 bits to `limbs` words of 64 bits, of which the modulus fills the first ctx->limbs.
LOCAL void scatter_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, const vec *value,
                                 uint64_t *scratch) {
    for (size_t done = 0; done < limbs; done += ctx->limbs) {
        // Whatever the caller's elements have beyond the modulus' limbs is zero.
        const size_t part = limbs - done < ctx->limbs ? limbs - done : ctx->limbs;
        uint64_t *at[8];
        for (int l = 0; l < 8; l++) at[l] = dst[l] + done;
        if (done == 0)
            widen((vec *)scratch, part, value, ctx->n);
        else
            clear((vec *)scratch, 0, part);
        cm_avx512_scatter(at, scratch, part);
    }
}

// r -= multiple in the lanes where r >= multiple; returns the other lanes.
LOCAL __mmask8 subtract_if_not_below(vec *r, const uint64_t *multiple, size_t n, vec *difference) {
    const vec mask = _mm512_set1_epi64((long long)LIMB_MASK);
    vec borrow = _mm512_setzero_si512(); // 0 or -1
    for (size_t k = 0; k < n; k++) {
        const vec d = _mm512_add_epi64(_mm512_sub_epi64(r[k], _mm512_set1_epi64((long long)multiple[k])), borrow);
        borrow = _mm512_srai_epi64(d, 63);
        difference[k] = _mm512_and_si512(d, mask);
    }
    const __mmask8 keep = _mm512_movepi64_mask(borrow);
    for (size_t k = 0; k < n; k++) r[k] = _mm512_mask_mov_epi64(difference[k], keep, r[k]);
    return keep;
}

#endif
