// What both forms of the portable path's residues, plain and pairs, have in common (portable.c).
#ifndef CM_PORTABLE_H
#define CM_PORTABLE_H

#include "internal.h"

#include <gmp.h>

_Static_assert(sizeof(mp_limb_t) == 8, "64-bit limbs");
#define LIMBS(p) ((mp_limb_t *)(p))
#define CLIMBS(p) ((const mp_limb_t *)(p))

// r[0..2n) = a b, or a^2; constant time if secret. work: 4n and what mpn_sec_mul or mpn_sec_sqr asks for.
void cm_portable_product(uint64_t *r, const uint64_t *a, const uint64_t *b, mp_size_t n, uint64_t *work, int secret);
void cm_portable_square(uint64_t *r, const uint64_t *a, mp_size_t n, uint64_t *work, int secret);
// r[0..n) += carry, in a fixed number of steps; returns the carry.
uint64_t cm_portable_add_carry(uint64_t *r, mp_size_t n, uint64_t carry);
// (carry, r) -= modulus if not below it, in constant time; returns whether.
uint64_t cm_portable_subtract(const cm_ctx *ctx, uint64_t *r, uint64_t *carry, uint64_t *difference);
// r = t / R mod modulus, 0 <= t < modulus * R, t of 2n limbs (overwritten); constant time if secret. work: 4n, mpn_sec_mul's.
void cm_portable_reduce(const cm_ctx *ctx, uint64_t *r, uint64_t *t, uint64_t *work, int secret);

// How groups lie in memory, on every path that takes one residue at a time.
void cm_portable_load(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src);
void cm_portable_store(const cm_ctx *ctx, uint64_t *const *dst, const uint64_t *group);
void cm_portable_select(const cm_ctx *ctx, uint64_t *r, const uint64_t *table, size_t entries, const uint32_t *digit);
void cm_portable_pack_shared(const cm_ctx *ctx, uint64_t *packed, const uint64_t *const *elements, size_t entries);
void cm_portable_select_shared(const cm_ctx *ctx, uint64_t *r, size_t groups, const uint64_t *packed, size_t entries,
                               const uint32_t *digit);

enum { CM_PORTABLE_STRIPE = 16 };
#define CM_PORTABLE_MEMORY(PATH)                                                                      \
    .path = (PATH), .lanes = 1, .stripe = CM_PORTABLE_STRIPE, .load = cm_portable_load,                  \
    .store = cm_portable_store, .select = cm_portable_select, .pack_shared = cm_portable_pack_shared,    \
    .select_shared = cm_portable_select_shared

#endif
