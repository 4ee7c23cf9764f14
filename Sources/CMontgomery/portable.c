// The portable path: one residue at a time on GMP's documented mpn layer, 64-bit limbs, values fully reduced.
#include "portable.h"

#include <string.h>

// Measured: from these limbs on a Karatsuba layer helps, and halves of the reduction are better multiplied than rolled.
enum { KARATSUBA = 32, KARATSUBA_SQUARE = 64, HALVES = 16, BOTH_HALVES = 64 };

// One mpn_sec product of up to n limbs, and what a Karatsuba layer and the reduction keep beside it.
static size_t scratch_words(const cm_ctx *ctx) {
    mp_size_t n = (mp_size_t)ctx->n;
    mp_size_t mul = mpn_sec_mul_itch(n, n), sqr = mpn_sec_sqr_itch(n);
    return 8 * ctx->n + 16 + (size_t)(mul > sqr ? mul : sqr);
}

void cm_portable_load(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src) {
    memcpy(group, src[0], ctx->used * sizeof(uint64_t));
}

void cm_portable_store(const cm_ctx *ctx, uint64_t *const *dst, const uint64_t *group) {
    memcpy(dst[0], group, ctx->used * sizeof(uint64_t));
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

uint64_t cm_portable_add_carry(uint64_t *r, mp_size_t n, uint64_t carry) {
    for (mp_size_t i = 0; i < n; i++) {
        r[i] += carry;
        carry = r[i] < carry;
    }
    return carry;
}

// r[0..4h) = z0 + z2 B^(2h) becomes r + (m - z0 - z2) B^h; m has 2h limbs and `top` above them. m is overwritten.
static void middle(uint64_t *r, uint64_t *m, uint64_t top, mp_size_t h) {
    top -= mpn_sub_n(LIMBS(m), CLIMBS(m), CLIMBS(r), 2 * h);
    top -= mpn_sub_n(LIMBS(m), CLIMBS(m), CLIMBS(r) + 2 * h, 2 * h);
    top += mpn_add_n(LIMBS(r) + h, CLIMBS(r) + h, CLIMBS(m), 2 * h);
    cm_portable_add_carry(r + 3 * h, h, top);
}

// r[0..2n) = a b in constant time; work: 4n and mpn_sec_mul's.
static void secret_mul(uint64_t *r, const uint64_t *a, const uint64_t *b, mp_size_t n, uint64_t *work) {
    if (n < KARATSUBA || n % 2 == 1) {
        mpn_sec_mul(LIMBS(r), CLIMBS(a), n, CLIMBS(b), n, LIMBS(work));
        return;
    }
    mp_size_t h = n / 2;
    uint64_t *x = work, *y = x + h, *m = y + h, *rest = m + 2 * h;
    secret_mul(r, a, b, h, rest);
    secret_mul(r + 2 * h, a + h, b + h, h, rest);
    mp_limb_t cx = mpn_add_n(LIMBS(x), CLIMBS(a), CLIMBS(a) + h, h);
    mp_limb_t cy = mpn_add_n(LIMBS(y), CLIMBS(b), CLIMBS(b) + h, h);
    secret_mul(m, x, y, h, rest);
    uint64_t top = cx & cy;
    top += mpn_cnd_add_n(cx, LIMBS(m) + h, CLIMBS(m) + h, CLIMBS(y), h);
    top += mpn_cnd_add_n(cy, LIMBS(m) + h, CLIMBS(m) + h, CLIMBS(x), h);
    middle(r, m, top, h);
}

static void secret_sqr(uint64_t *r, const uint64_t *a, mp_size_t n, uint64_t *work) {
    if (n < KARATSUBA_SQUARE || n % 2 == 1) {
        mpn_sec_sqr(LIMBS(r), CLIMBS(a), n, LIMBS(work));
        return;
    }
    mp_size_t h = n / 2;
    uint64_t *x = work, *m = x + h, *rest = m + 2 * h;
    secret_sqr(r, a, h, rest);
    secret_sqr(r + 2 * h, a + h, h, rest);
    mp_limb_t c = mpn_add_n(LIMBS(x), CLIMBS(a), CLIMBS(a) + h, h);
    secret_sqr(m, x, h, rest);
    uint64_t top = c;
    top += mpn_cnd_add_n(c, LIMBS(m) + h, CLIMBS(m) + h, CLIMBS(x), h);
    top += mpn_cnd_add_n(c, LIMBS(m) + h, CLIMBS(m) + h, CLIMBS(x), h);
    middle(r, m, top, h);
}

void cm_portable_product(uint64_t *r, const uint64_t *a, const uint64_t *b, mp_size_t n, uint64_t *work, int secret) {
    if (secret)
        secret_mul(r, a, b, n, work);
    else
        mpn_mul_n(LIMBS(r), CLIMBS(a), CLIMBS(b), n);
}

void cm_portable_square(uint64_t *r, const uint64_t *a, mp_size_t n, uint64_t *work, int secret) {
    if (secret)
        secret_sqr(r, a, n, work);
    else
        mpn_sqr(LIMBS(r), CLIMBS(a), n);
}

// t[0..3h) += q m for q of h limbs, m of 2h; returns the carry. work: 6h and mpn_sec_mul's.
static inline uint64_t add_product(uint64_t *t, const uint64_t *q, const uint64_t *m, mp_size_t h, uint64_t *work,
                                   int secret) {
    cm_portable_product(work, q, m, h, work + 2 * h, secret);
    uint64_t carry = mpn_add_n(LIMBS(t), CLIMBS(t), CLIMBS(work), 2 * h);
    cm_portable_product(work, q, m + h, h, work + 2 * h, secret);
    // The first carry belongs to the column where the second product's upper half starts.
    uint64_t low = mpn_add_n(LIMBS(t) + h, CLIMBS(t) + h, CLIMBS(work), h);
    uint64_t high = mpn_add_n(LIMBS(t) + 2 * h, CLIMBS(t) + 2 * h, CLIMBS(work) + h, h);
    // low and carry both stand at 2h; at most two.
    uint64_t two = carry + low;
    for (mp_size_t i = 2 * h; i < 3 * h; i++) {
        t[i] += two;
        two = t[i] < two;
    }
    return high + two;
}

uint64_t cm_portable_subtract(const cm_ctx *ctx, uint64_t *r, uint64_t *carry, uint64_t *difference) {
    mp_size_t n = (mp_size_t)ctx->n;
    mp_limb_t borrow = mpn_sub_n(LIMBS(difference), CLIMBS(r), CLIMBS(ctx->modulus), n);
    uint64_t not_below = (*carry != 0) | (borrow ^ 1);
    *carry -= mpn_cnd_sub_n(not_below, LIMBS(r), CLIMBS(r), CLIMBS(ctx->modulus), n);
    return not_below;
}

// The lower half of the digits by a multiple of the modulus that is -1 modulo B^(n/2), so that t's own limbs are the
// quotient (see ifma_kernel.h); the rest limb by limb, or by multiplications too.
void cm_portable_reduce(const cm_ctx *ctx, uint64_t *r, uint64_t *t, uint64_t *work, int secret) {
    mp_size_t n = (mp_size_t)ctx->n, h = ctx->friendly[0] != NULL ? n / 2 : 0;
    const mp_limb_t *m = CLIMBS(ctx->modulus);
    uint64_t top = 0;
    if (h > 0) top = add_product(t + h, t, ctx->friendly[0], h, work, secret); // t / B^h, 3h limbs from t + h, and top
    if (h > 0 && n >= BOTH_HALVES) {
        uint64_t *q = work, *rest = work + 2 * h;
        cm_portable_product(q, t + h, ctx->inverse, h, rest, secret);
        top += add_product(t + h, q, ctx->modulus, h, rest, secret);
        memcpy(r, t + n, ctx->n * sizeof(uint64_t));
    } else {
        for (mp_size_t i = h; i < n; i++) {
            // The limb that this clears keeps its carry, added in one sweep below.
            t[i] = mpn_addmul_1(LIMBS(t) + i, m, n, t[i] * ctx->k0);
        }
        // Carries stand at t[h..n), for columns n + h and up.
        memcpy(r, t + n, (size_t)h * sizeof(uint64_t));
        top += mpn_add_n(LIMBS(r) + h, CLIMBS(t) + n + h, CLIMBS(t) + h, n - h);
    }
    cm_portable_subtract(ctx, r, &top, work);
    if (h > 0) cm_portable_subtract(ctx, r, &top, work); // below 3 * modulus
}

static inline void any_mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s,
                           int secret) {
    cm_portable_product(s, a, b, (mp_size_t)ctx->n, s + 2 * ctx->n, secret);
    cm_portable_reduce(ctx, r, s, s + 2 * ctx->n, secret);
}

static inline void any_sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s, int secret) {
    cm_portable_square(s, a, (mp_size_t)ctx->n, s + 2 * ctx->n, secret);
    cm_portable_reduce(ctx, r, s, s + 2 * ctx->n, secret);
}

static void mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s) {
    any_mul(ctx, r, a, b, s, 1);
}

static void sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s) { any_sqr(ctx, r, a, s, 1); }

static void mul_public(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *s) {
    any_mul(ctx, r, a, b, s, 0);
}

static void sqr_public(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *s) { any_sqr(ctx, r, a, s, 0); }

// All ones where the digit is this entry's, else zero. The compiler must not know that the mask is one of two values, or it
// branches on it (clang 21 does when only the input is hidden); scripts/check-constant-time sees such a branch.
static inline uint64_t own_mask(size_t entry, uint32_t digit) {
    const uint64_t different = (uint64_t)entry ^ digit;
    uint64_t mask = ((different | -different) >> 63) - 1;
    __asm__("" : "+r"(mask));
    return mask;
}

// Every entry is read and kept under a mask, sixteen limbs at a time. Plain C that compilers turn into vectors of
// whatever width there is, unlike mpn_sec_tabselect.
#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
__attribute__((target_clones("avx2", "default")))
#endif
static void select_words(uint64_t *restrict r, const uint64_t *restrict table, size_t n, size_t entries,
                         uint32_t digit) {
    size_t from = 0;
    for (; from + 16 <= n; from += 16) {
        uint64_t v[16] = {0};
        for (size_t e = 0; e < entries; e++) {
            const uint64_t own = own_mask(e, digit), *entry = table + e * n + from;
            for (size_t k = 0; k < 16; k++) v[k] |= entry[k] & own;
        }
        memcpy(r + from, v, sizeof v);
    }
    for (size_t k = from; k < n; k++) r[k] = 0;
    for (size_t e = 0; from < n && e < entries; e++) {
        const uint64_t own = own_mask(e, digit);
        for (size_t k = from; k < n; k++) r[k] |= table[e * n + k] & own;
    }
}

void cm_portable_select(const cm_ctx *ctx, uint64_t *r, const uint64_t *table, size_t entries, const uint32_t *digit) {
    select_words(r, table, ctx->used, entries, digit[0]);
}

// A shared table lies in stripes of so many limbs, each of all entries, so that a stripe stays in the first-level cache
// while the digits of a whole block are read from it.
enum { STRIPE = CM_PORTABLE_STRIPE };
typedef uint64_t half_stripe __attribute__((vector_size(STRIPE / 2 * sizeof(uint64_t))));

// Two residues' limbs at once, so that each load serves two masks.
#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
static void select_stripe(uint64_t *restrict r0, uint64_t *restrict r1, const uint64_t *restrict stripe,
                          size_t entries, uint32_t digit0, uint32_t digit1) {
    half_stripe a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0};
    const half_stripe *entry = (const half_stripe *)stripe;
    for (size_t e = 0; e < entries; e++) {
        const half_stripe own0 = (half_stripe){0} + own_mask(e, digit0), own1 = (half_stripe){0} + own_mask(e, digit1);
        const half_stripe low = entry[2 * e], high = entry[2 * e + 1];
        a0 |= low & own0, a1 |= high & own0;
        b0 |= low & own1, b1 |= high & own1;
    }
    memcpy(r0, &a0, sizeof a0), memcpy(r0 + STRIPE / 2, &a1, sizeof a1);
    memcpy(r1, &b0, sizeof b0), memcpy(r1 + STRIPE / 2, &b1, sizeof b1);
}

void cm_portable_select_shared(const cm_ctx *ctx, uint64_t *r, size_t groups, const uint64_t *packed, size_t entries,
                          const uint32_t *digit) {
    const size_t n = ctx->words, used = ctx->used;
    uint64_t out[2][STRIPE];
    for (size_t from = 0; from < used; from += STRIPE) {
        const size_t width = used - from < STRIPE ? used - from : STRIPE;
        for (size_t g = 0; g < groups; g += 2) {
            const size_t second = g + 1 < groups ? g + 1 : g;
            select_stripe(out[0], out[1], packed + from * entries, entries, digit[g], digit[second]);
            memcpy(r + g * n + from, out[0], width * sizeof(uint64_t));
            memcpy(r + second * n + from, out[1], width * sizeof(uint64_t));
        }
    }
    cm_wipe(out, sizeof out);
}

void cm_portable_pack_shared(const cm_ctx *ctx, uint64_t *packed, const uint64_t *const *elements, size_t entries) {
    const size_t used = ctx->used;
    for (size_t from = 0; from < used; from += STRIPE) {
        const size_t width = used - from < STRIPE ? used - from : STRIPE;
        for (size_t e = 0; e < entries; e++)
            memcpy(packed + from * entries + e * STRIPE, elements[e] + from, width * sizeof(uint64_t));
    }
}

static void prepare(cm_ctx *ctx) {
    if (ctx->n < HALVES || ctx->n % 2 == 1) return;
    const size_t h = ctx->n / 2;
    mpz_t modulus, multiple, power;
    mpz_roinit_n(modulus, CLIMBS(ctx->modulus), (mp_size_t)ctx->n);
    mpz_inits(multiple, power, NULL);
    mpz_set_ui(power, 1);
    mpz_mul_2exp(power, power, 64 * h);
    mpz_invert(multiple, modulus, power);
    mpz_sub(multiple, power, multiple);
    ctx->inverse = cm_alloc(ctx->n);
    memcpy(ctx->inverse, mpz_limbs_read(multiple), mpz_size(multiple) * sizeof(uint64_t));
    mpz_mul(multiple, multiple, modulus);
    mpz_add_ui(multiple, multiple, 1);
    mpz_fdiv_q_2exp(multiple, multiple, 64 * h);
    ctx->friendly[0] = cm_alloc(ctx->n);
    memcpy(ctx->friendly[0], mpz_limbs_read(multiple), mpz_size(multiple) * sizeof(uint64_t));
    mpz_clears(multiple, power, NULL);
}

const struct cm_ops cm_portable_ops = {
    CM_PORTABLE_MEMORY(CM_PATH_PORTABLE),
    .prepare = prepare,
    .scratch_words = scratch_words,
    .load_plain = load_plain,
    .store_plain = store_plain,
    .mul = mul,
    .sqr = sqr,
    .mul_element = mul_public,
    .mul_public = mul_public,
    .sqr_public = sqr_public,
};
