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
    cm_avx512_gather(scratch, src, limbs);
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

static void prepare(cm_ctx *ctx) { cm_lanes_prepare(ctx, LIMB_BITS); }

static const struct cm_ops ops = {
    CM_AVX512_MEMORY(CM_PATH_IFMA),
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
