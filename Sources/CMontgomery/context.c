// Contexts, dispatch, memory and the product counter.
#include "internal.h"

#include <gmp.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int counting = 0;
static _Atomic uint64_t counted = 0;

void cm_counter_enable(int on) { atomic_store_explicit(&counting, on, memory_order_relaxed); }
uint64_t cm_counter_read(void) { return atomic_load_explicit(&counted, memory_order_relaxed); }
void cm_counter_reset(void) { atomic_store_explicit(&counted, 0, memory_order_relaxed); }

void cm_count(size_t products) {
    if (atomic_load_explicit(&counting, memory_order_relaxed))
        atomic_fetch_add_explicit(&counted, products, memory_order_relaxed);
}

void cm_wipe(void *memory, size_t bytes) {
    if (bytes == 0) return;
    memset(memory, 0, bytes);
    __asm__ volatile("" : : "r"(memory) : "memory");
}

uint64_t *cm_alloc(size_t words) {
    if (words > SIZE_MAX / 16) abort();
    size_t bytes = (words * sizeof(uint64_t) + 63) & ~(size_t)63;
    void *memory = aligned_alloc(64, bytes == 0 ? 64 : bytes);
    if (memory == NULL) abort();
    memset(memory, 0, bytes);
    return memory;
}

void cm_release(uint64_t *memory, size_t words) {
    if (memory == NULL) return;
    cm_wipe(memory, words * sizeof(uint64_t));
    free(memory);
}

static void *gmp_allocate(size_t bytes) {
    void *memory = malloc(bytes);
    if (memory == NULL) abort();
    return memory;
}

static void gmp_release(void *memory, size_t bytes) {
    cm_wipe(memory, bytes);
    free(memory);
}

static void *gmp_reallocate(void *memory, size_t old_bytes, size_t new_bytes) {
    // realloc would leave an unwiped copy behind when it moves.
    void *fresh = gmp_allocate(new_bytes);
    memcpy(fresh, memory, old_bytes < new_bytes ? old_bytes : new_bytes);
    gmp_release(memory, old_bytes);
    return fresh;
}

void cm_wipe_gmp_memory(void) { mp_set_memory_functions(gmp_allocate, gmp_reallocate, gmp_release); }

int cm_path_available(int path) {
    switch (path) {
    case CM_PATH_PORTABLE: return 1;
    case CM_PATH_IFMA: return cm_ifma_ops() != NULL;
    case CM_PATH_AVX512: return cm_avx512_ops() != NULL;
    case CM_PATH_AVX2: return cm_avx2_ops() != NULL;
    case CM_PATH_ADX: return cm_adx_ops() != NULL;
    default: return 0;
    }
}

int cm_ctx_path(const cm_ctx *ctx) { return ctx->ops->path; }
size_t cm_words(const cm_ctx *ctx) { return ctx->words; }

// One element from a plain value below the modulus, not in Montgomery form.
static void element(const cm_ctx *ctx, uint64_t *dst, uint64_t *group, const uint64_t *plain) {
    const uint64_t *src[CM_MAX_LANES];
    uint64_t *out[CM_MAX_LANES];
    size_t group_words = ctx->ops->lanes * ctx->words;
    uint64_t *spill = cm_alloc(group_words), *scratch = cm_alloc(ctx->ops->scratch_words(ctx));
    for (size_t l = 0; l < ctx->ops->lanes; l++) {
        src[l] = plain;
        out[l] = spill + l * ctx->words;
    }
    ctx->ops->load_plain(ctx, group, src, ctx->limbs, scratch);
    ctx->ops->store(ctx, out, group);
    memcpy(dst, spill, ctx->words * sizeof(uint64_t));
    cm_release(spill, group_words);
    cm_release(scratch, ctx->ops->scratch_words(ctx));
}

static int valid(const uint64_t *modulus, size_t limbs) {
    return limbs > 0 && limbs <= (1u << 16) && modulus[limbs - 1] != 0 && (modulus[0] & 1) != 0;
}

static size_t bit_width(const uint64_t *modulus, size_t limbs) {
    return 64 * limbs - (size_t)__builtin_clzll(modulus[limbs - 1]);
}

// The path asked for, or the next one that serves so many bits.
static const struct cm_ops *serving(int path, size_t bits) {
    const struct cm_ops *ops = NULL;
    if (bits < CM_KERNEL_MIN_BITS || bits > CM_KERNEL_MAX_BITS) return &cm_portable_ops;
    if (path == CM_PATH_IFMA) ops = cm_ifma_ops();
    if (path == CM_PATH_AVX512) ops = bits <= CM_LANES_MAX_BITS ? cm_avx512_ops() : cm_adx_ops();
    if (path == CM_PATH_AVX2) ops = bits <= CM_LANES_MAX_BITS ? cm_avx2_ops() : cm_adx_ops();
    if (path == CM_PATH_ADX) ops = cm_adx_ops();
    return ops == NULL ? &cm_portable_ops : ops;
}

// The same path modulo squares.
static const struct cm_ops *of_pairs(const struct cm_ops *ops) {
    switch (ops->path) {
    case CM_PATH_IFMA: return cm_ifma_pair_ops();
    case CM_PATH_AVX512: return cm_avx512_pair_ops();
    case CM_PATH_AVX2: return cm_avx2_pair_ops();
    case CM_PATH_ADX: return cm_adx_pair_ops();
    default: return &cm_portable_pair_ops;
    }
}

static size_t rounded(size_t size, size_t multiple) { return (size + multiple - 1) / multiple * multiple; }

// Bits of a limb.
static unsigned radix(const cm_ctx *ctx) {
    switch (ctx->ops->path) {
    case CM_PATH_IFMA: return 52;
    case CM_PATH_AVX512:
    case CM_PATH_AVX2: return 28;
    default: return 64;
    }
}

// Sizes are there; makes everything that is derived from them and from the modulus.
static cm_ctx *finish(cm_ctx *ctx, const uint64_t *modulus, size_t limbs) {
    ctx->limbs = limbs;
    ctx->modulus = cm_alloc(limbs);
    memcpy(ctx->modulus, modulus, limbs * sizeof(uint64_t));
    uint64_t inverse = modulus[0]; // Newton: 3 correct bits, then doubling
    for (int i = 0; i < 6; i++) inverse *= 2 - modulus[0] * inverse;
    ctx->k0 = -inverse;
    ctx->ops->prepare(ctx);

    size_t group_words = ctx->ops->lanes * ctx->words;
    ctx->rr = cm_alloc(ctx->words);
    ctx->one = cm_alloc(ctx->words);
    ctx->unit = cm_alloc(ctx->words);
    ctx->rr_group = cm_alloc(group_words);
    ctx->unit_group = cm_alloc(group_words);
    ctx->one_group = cm_alloc(group_words);
    uint64_t *plain = cm_alloc(limbs);
    plain[0] = 1;
    element(ctx, ctx->unit, ctx->unit_group, plain);

    mpz_t m, r;
    mpz_roinit_n(m, (const mp_limb_t *)ctx->modulus, (mp_size_t)limbs);
    mpz_init(r);
    const uint64_t powers[2] = {radix(ctx) * ctx->rows, 2 * radix(ctx) * ctx->rows};
    for (int i = 0; i < 2; i++) {
        mpz_set_ui(r, 1);
        mpz_mul_2exp(r, r, powers[i]);
        mpz_mod(r, r, m);
        memset(plain, 0, limbs * sizeof(uint64_t));
        memcpy(plain, mpz_limbs_read(r), mpz_size(r) * sizeof(uint64_t));
        if (i == 0)
            element(ctx, ctx->one, ctx->one_group, plain);
        else
            element(ctx, ctx->rr, ctx->rr_group, plain);
    }
    mpz_clear(r);
    cm_release(plain, limbs);
    return ctx;
}

cm_ctx *cm_ctx_new(const uint64_t *modulus, size_t limbs, int path) {
    if (!valid(modulus, limbs)) return NULL;
    cm_ctx *ctx = calloc(1, sizeof(cm_ctx));
    if (ctx == NULL) return NULL;
    const size_t bits = bit_width(modulus, limbs);
    ctx->ops = serving(path, bits);
    // Where limbs are shorter than words, six spare bits for values below 6 * modulus that are never fully reduced: R > 36 *
    // modulus. Pairs rely on them too.
    switch (ctx->ops->path) {
    case CM_PATH_IFMA:
        ctx->n = ctx->used = (bits + 6 + 51) / 52;
        ctx->rows = rounded(ctx->n, 4);
        break;
    case CM_PATH_AVX512:
    case CM_PATH_AVX2:
        ctx->n = (bits + 6 + 27) / 28;
        ctx->rows = rounded(ctx->n, 4);
        ctx->used = cm_lanes_padded(ctx->n) / 2;
        break;
    case CM_PATH_ADX: ctx->n = ctx->rows = ctx->used = rounded(limbs, 8); break;
    default: ctx->n = ctx->rows = ctx->used = limbs; break;
    }
    ctx->words = ctx->ops->lanes > 1 ? rounded(ctx->used, 8) : ctx->used;
    return finish(ctx, modulus, limbs);
}

cm_ctx *cm_ctx_new_square(const uint64_t *root, size_t limbs, int path) {
    if (!valid(root, limbs)) return NULL;
    mpz_t r, square;
    mpz_roinit_n(r, (const mp_limb_t *)root, (mp_size_t)limbs);
    mpz_init(square);
    mpz_mul(square, r, r);
    cm_ctx *of_root = cm_ctx_new(root, limbs, path);
    cm_ctx *ctx = of_root == NULL ? NULL : calloc(1, sizeof(cm_ctx));
    if (ctx == NULL) {
        cm_ctx_free(of_root);
    } else {
        ctx->root = of_root;
        ctx->ops = of_pairs(ctx->root->ops);
        // Both numbers have an even number of limbs where lanes need it.
        size_t half = ctx->root->n;
        if (ctx->ops->path == CM_PATH_IFMA) half = rounded(half, 2);
        if (radix(ctx) == 28) half = cm_lanes_padded(half);
        ctx->n = 2 * half;
        ctx->rows = ctx->root->rows;
        ctx->used = radix(ctx) == 28 ? half : ctx->n;
        ctx->words = ctx->ops->lanes > 1 ? rounded(ctx->used, 8) : ctx->used;
        finish(ctx, mpz_limbs_read(square), mpz_size(square));
    }
    mpz_clear(square);
    return ctx;
}

void cm_ctx_free(cm_ctx *ctx) {
    if (ctx == NULL) return;
    size_t group_words = ctx->ops->lanes * ctx->words;
    cm_release(ctx->modulus, ctx->limbs);
    cm_release(ctx->kernel_modulus, ctx->n);
    for (int k = 0; k < 3; k++) cm_release(ctx->multiples[k], ctx->n);
    for (int k = 0; k < 2; k++) cm_release(ctx->friendly[k], ctx->n);
    cm_release(ctx->inverse, ctx->n);
    cm_release(ctx->padded_root, ctx->n / 2);
    for (int k = 0; k < 2; k++) cm_release(ctx->lift[k], ctx->n);
    cm_release(ctx->above_quotient, ctx->rows);
    cm_ctx_free(ctx->root);
    cm_release(ctx->rr, ctx->words);
    cm_release(ctx->one, ctx->words);
    cm_release(ctx->unit, ctx->words);
    cm_release(ctx->rr_group, group_words);
    cm_release(ctx->unit_group, group_words);
    cm_release(ctx->one_group, group_words);
    // A secret modulus can be read off its inverse modulo 2^64.
    cm_wipe(ctx, sizeof *ctx);
    free(ctx);
}
