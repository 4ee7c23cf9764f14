// Between element-major storage and lanes, and between 64-bit and 28-bit limbs.
#ifndef CM_LANES_LAYOUT_H
#define CM_LANES_LAYOUT_H

#include "lanes_kernel.h"

#if CM_LANES == 8
#include "avx512_layout.h"
#define GATHER cm_avx512_gather
#define SCATTER cm_avx512_scatter
#else
#include "avx2_layout.h"
#define GATHER cm_avx2_gather
#define SCATTER cm_avx2_scatter
#endif

// 64-bit limbs to 28-bit limbs, lane by lane; `from` has `limbs` rows and is read up to them only.
LOCAL void narrow(vec *to, size_t n, const vec *from, size_t limbs) {
    for (size_t k = 0; k < n; k++) {
        const size_t word = LIMB_BITS * k / 64, shift = LIMB_BITS * k % 64;
        vec v = {0};
        if (word < limbs) v = from[word] >> shift;
        if (shift > 64 - LIMB_BITS && word + 1 < limbs) v |= from[word + 1] << (64 - shift);
        to[k] = v & LIMB_MASK;
    }
}

// 28-bit limbs to 64-bit limbs.
LOCAL void widen(vec *to, size_t limbs, const vec *from, size_t n) {
    for (size_t w = 0; w < limbs; w++) {
        const size_t k = 64 * w / LIMB_BITS, shift = 64 * w % LIMB_BITS;
        vec v = {0};
        if (k < n) v = from[k] >> shift;
        for (size_t above = 1; above <= 3; above++) {
            const size_t up = above * LIMB_BITS - shift;
            if (up < 64 && k + above < n) v |= from[k + above] << up;
        }
        to[w] = v;
    }
}

// Plain integers of `limbs` words, of which those of the modulus are read, to n limbs.
LOCAL void gather_plain(const cm_ctx *ctx, vec *value, size_t n, const uint64_t *const *src, size_t limbs,
                        vec *scratch) {
    if (limbs > ctx->limbs) limbs = ctx->limbs;
    GATHER((uint64_t *)scratch, src, limbs);
    narrow(value, n, scratch, limbs);
}

// Lane by lane, n limbs to `limbs` words, of which the modulus fills the first ctx->limbs.
LOCAL void scatter_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, const vec *value, size_t n,
                         vec *scratch) {
    for (size_t done = 0; done < limbs; done += ctx->limbs) {
        // Whatever the caller's elements have beyond the modulus' limbs is zero.
        const size_t part = limbs - done < ctx->limbs ? limbs - done : ctx->limbs;
        uint64_t *at[CM_LANES];
        for (int l = 0; l < CM_LANES; l++) at[l] = dst[l] + done;
        if (done == 0)
            widen(scratch, part, value, n);
        else
            clear(scratch, 0, part);
        SCATTER(at, (const uint64_t *)scratch, part);
    }
}

// r -= multiple in the lanes where r >= multiple; returns all ones in the other lanes.
LOCAL vec subtract_if_not_below(vec *r, const uint64_t *multiple, size_t n, vec *difference) {
    vec borrow = {0}; // 0 or -1
    for (size_t k = 0; k < n; k++) {
        const vec d = r[k] - every(multiple[k]) + borrow;
        borrow = (vec)((signed_vec)d >> 63);
        difference[k] = d & LIMB_MASK;
    }
    for (size_t k = 0; k < n; k++) r[k] = difference[k] ^ ((difference[k] ^ r[k]) & borrow);
    return borrow;
}

#endif
