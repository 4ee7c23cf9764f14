// The portable path: one residue at a time on GMP's documented mpn layer, 64-bit limbs, values fully reduced.
#include "internal.h"

#include <gmp.h>
#include <string.h>

_Static_assert(sizeof(mp_limb_t) == 8, "64-bit limbs");
#define LIMBS(p) ((mp_limb_t *)(p))
#define CLIMBS(p) ((const mp_limb_t *)(p))

// Product (2n), the difference for the last subtraction (n), and what the mpn_sec functions want.
static size_t scratch_words(const cm_ctx *ctx) {
    mp_size_t n = (mp_size_t)ctx->n;
    mp_size_t mul = mpn_sec_mul_itch(n, n), sqr = mpn_sec_sqr_itch(n);
    return 3 * ctx->n + (size_t)(mul > sqr ? mul : sqr);
}

static void load(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src) {
    memcpy(group, src[0], ctx->n * sizeof(uint64_t));
}

static void store(const cm_ctx *ctx, uint64_t *const *dst, const uint64_t *group) {
    memcpy(dst[0], group, ctx->n * sizeof(uint64_t));
}

static void load_plain(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                       uint64_t *scratch) {
    (void)scratch;
    for (size_t i = 0; i < ctx->n; i++) group[i] = i < limbs ? src[0][i] : 0;
}

static void store_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group, uint64_t *scratch) {
    (void)scratch;
    for (size_t i = 0; i < limbs; i++) dst[0][i] = i < ctx->n ? group[i] : 0;
}

// r = t / R mod modulus, 0 <= t < modulus * R, t of 2n limbs (overwritten); constant time.
static inline void reduce(const cm_ctx *ctx, uint64_t *r, uint64_t *t, uint64_t *difference) {
    mp_size_t n = (mp_size_t)ctx->n;
    const mp_limb_t *m = CLIMBS(ctx->modulus);
    for (mp_size_t i = 0; i < n; i++) {
        // The limb that this clears keeps its carry, added in one sweep below.
        t[i] = mpn_addmul_1(LIMBS(t) + i, m, n, t[i] * ctx->k0);
    }
    mp_limb_t carry = mpn_add_n(LIMBS(r), CLIMBS(t) + n, CLIMBS(t), n);
    mp_limb_t borrow = mpn_sub_n(LIMBS(difference), CLIMBS(r), m, n);
    mpn_cnd_sub_n(carry | (borrow ^ 1), LIMBS(r), CLIMBS(r), m, n);
}

static void mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s) {
    mp_size_t n = (mp_size_t)ctx->n;
    mpn_sec_mul(LIMBS(s), CLIMBS(a), n, CLIMBS(b), n, LIMBS(s) + 3 * n);
    reduce(ctx, r, s, s + 2 * n);
}

static void sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s) {
    mp_size_t n = (mp_size_t)ctx->n;
    mpn_sec_sqr(LIMBS(s), CLIMBS(a), n, LIMBS(s) + 3 * n);
    reduce(ctx, r, s, s + 2 * n);
}

static void mul_public(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s) {
    mp_size_t n = (mp_size_t)ctx->n;
    mpn_mul_n(LIMBS(s), CLIMBS(a), CLIMBS(b), n);
    reduce(ctx, r, s, s + 2 * n);
}

static void sqr_public(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s) {
    mp_size_t n = (mp_size_t)ctx->n;
    mpn_sqr(LIMBS(s), CLIMBS(a), n);
    reduce(ctx, r, s, s + 2 * n);
}

static void select_entry(const cm_ctx *ctx, uint64_t *r, const uint64_t *table, size_t entries, const uint32_t *digit) {
    mp_size_t n = (mp_size_t)ctx->n;
    mpn_sec_tabselect(LIMBS(r), CLIMBS(table), n, (mp_size_t)entries, (mp_size_t)digit[0]);
}

static void select_shared(const cm_ctx *ctx, uint64_t *r, size_t groups, const uint64_t *packed, size_t entries,
                          const uint32_t *digit) {
    for (size_t g = 0; g < groups; g++) select_entry(ctx, r + g * ctx->n, packed, entries, digit + g);
}

static void pack_shared(const cm_ctx *ctx, uint64_t *packed, const uint64_t *const *elements, size_t entries) {
    for (size_t e = 0; e < entries; e++) memcpy(packed + e * ctx->n, elements[e], ctx->n * sizeof(uint64_t));
}

const struct cm_ops cm_portable_ops = {
    .path = CM_PATH_PORTABLE,
    .lanes = 1,
    .scratch_words = scratch_words,
    .load = load,
    .store = store,
    .load_plain = load_plain,
    .store_plain = store_plain,
    .mul = mul,
    .sqr = sqr,
    .mul_element = mul_public,
    .mul_public = mul_public,
    .sqr_public = sqr_public,
    .select = select_entry,
    .pack_shared = pack_shared,
    .select_shared = select_shared,
};
