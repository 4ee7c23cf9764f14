// The AVX-512 IFMA path: eight residues at a time, one in each 64-bit lane.
#include "internal.h"

#if defined(__x86_64__) && defined(__clang__)

#include "ifma_layout.h"

// Columns of a double-width product and of the reduction above it; also 64-bit limbs on their way in or out.
static size_t scratch_words(const cm_ctx *ctx) { return 8 * (2 * ctx->rows + 24 + 7 * (ctx->rows + 8)); }

TARGET static void load_plain(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                              uint64_t *scratch) {
    // Limbs past the modulus' are zero.
    if (limbs > ctx->limbs) limbs = ctx->limbs;
    gather(scratch, src, limbs);
    narrow((vec *)group, ctx->n, (const vec *)scratch, limbs);
    clear((vec *)group, ctx->n, ctx->words);
}

TARGET static void store_plain(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group,
                               uint64_t *scratch) {
    for (int k = 2; k >= 0; k--) subtract_if_not_below((vec *)group, ctx->multiples[k], ctx->n, (vec *)scratch);
    scatter_plain(ctx, dst, limbs, (const vec *)group, scratch);
}

TARGET static void mul(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *scratch) {
    vec *T = (vec *)scratch;
    full_product(T, a, 0, (const vec *)b, ctx->n, T + 2 * ctx->rows + 24);
    clear(T, 2 * ctx->n, ctx->n + ctx->rows + 1);
    reduce(ctx, (vec *)r, T);
}

TARGET static void mul_element(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b,
                               uint64_t *scratch) {
    vec *T = (vec *)scratch;
    full_product(T, a, 1, (const vec *)b, ctx->n, T + 2 * ctx->rows + 24);
    clear(T, 2 * ctx->n, ctx->n + ctx->rows + 1);
    reduce(ctx, (vec *)r, T);
}

TARGET static void sqr(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *scratch) {
    vec *T = (vec *)scratch;
    full_square(T, (const vec *)a, ctx->n, T + 2 * ctx->rows + 24);
    clear(T, 2 * ctx->n, ctx->n + ctx->rows + 1);
    reduce(ctx, (vec *)r, T);
}

uint64_t *cm_ifma_limbs(const mpz_t value, size_t n) {
    uint64_t *limbs = cm_alloc(n);
    mpz_t part;
    mpz_init(part);
    for (size_t i = 0; i < n; i++) {
        mpz_fdiv_q_2exp(part, value, 52 * i);
        mpz_fdiv_r_2exp(part, part, 52);
        limbs[i] = mpz_get_ui(part);
    }
    mpz_clear(part);
    return limbs;
}

static void prepare(cm_ctx *ctx) {
    mpz_t modulus, multiple, power;
    mpz_roinit_n(modulus, (const mp_limb_t *)ctx->modulus, (mp_size_t)ctx->limbs);
    mpz_inits(multiple, power, NULL);
    ctx->kernel_modulus = cm_ifma_limbs(modulus, ctx->n);
    for (unsigned k = 0; k < 3; k++) {
        mpz_mul_2exp(multiple, modulus, k);
        ctx->multiples[k] = cm_ifma_limbs(multiple, ctx->n);
    }
    for (unsigned k = 0; k < 2; k++) {
        // M = modulus * (-modulus^-1 mod 2^(52 j)), then (M + 1) / 2^(52 j)
        unsigned j = 4u << k;
        mpz_set_ui(power, 1);
        mpz_mul_2exp(power, power, 52 * j);
        mpz_invert(multiple, modulus, power);
        mpz_sub(multiple, power, multiple);
        // Limbs above the fourth are not used.
        if (j == 4) ctx->inverse = cm_ifma_limbs(multiple, ctx->n);
        mpz_mul(multiple, multiple, modulus);
        mpz_add_ui(multiple, multiple, 1);
        mpz_fdiv_q_2exp(multiple, multiple, 52 * j);
        ctx->friendly[k] = cm_ifma_limbs(multiple, ctx->n);
    }
    mpz_clears(multiple, power, NULL);
}

static const struct cm_ops ops = {
    CM_IFMA_MEMORY,
    .prepare = prepare,
    .scratch_words = scratch_words,
    .load_plain = load_plain,
    .store_plain = store_plain,
    .mul = mul,
    .sqr = sqr,
    .mul_element = mul_element,
    .mul_public = mul,
    .sqr_public = sqr,
};

const struct cm_ops *cm_ifma_ops(void) {
    // The compiler's run-time support checks the operating system's side as well.
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512ifma") &&
                   __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512bw")
               ? &ops
               : NULL;
}

#else

const struct cm_ops *cm_ifma_ops(void) { return NULL; }

#endif
