// Buckets of a multi-exponentiation: many independent products addressed by index lists.
#include "internal.h"

#include <string.h>

enum {
    DEFERRED = 64, // pairs put off because their bucket is already in the group being filled
    AHEAD = 24     // pairs between asking for a bucket's memory and using it
};

struct fill {
    const cm_ctx *ctx;
    uint64_t *buckets;
    const uint64_t *rows;
    // The group being filled with pairs of several rows, and one with pairs of a single row.
    uint32_t bucket[CM_MAX_LANES], row[CM_MAX_LANES], same[CM_MAX_LANES];
    size_t used, same_used, products;
    uint32_t same_row, late_bucket[DEFERRED], late_row[DEFERRED];
    size_t late;
    uint64_t *x, *y, *spill, *scratch;
};

// Multiplies the buckets of a group by one row (`shared`) or by a row each.
static void multiply(struct fill *f, const uint32_t *bucket, const uint32_t *row, size_t used, int shared) {
    const cm_ctx *ctx = f->ctx;
    const struct cm_ops *ops = ctx->ops;
    const uint64_t *in[CM_MAX_LANES];
    uint64_t *out[CM_MAX_LANES];
    for (size_t l = 0; l < ops->lanes; l++) {
        in[l] = f->buckets + bucket[l < used ? l : used - 1] * ctx->words;
        out[l] = l < used ? f->buckets + bucket[l] * ctx->words : f->spill;
    }
    ops->load(ctx, f->x, in);
    if (shared) {
        ops->mul_element(ctx, f->x, f->rows + row[0] * ctx->words, f->x, f->scratch);
    } else {
        for (size_t l = 0; l < ops->lanes; l++) in[l] = f->rows + row[l < used ? l : used - 1] * ctx->words;
        ops->load(ctx, f->y, in);
        ops->mul_public(ctx, f->x, f->x, f->y, f->scratch);
    }
    ops->store(ctx, out, f->x);
    f->products += used;
}

static void flush(struct fill *f) {
    if (f->used > 0) multiply(f, f->bucket, f->row, f->used, 0);
    f->used = 0;
}

static int put(struct fill *f, uint32_t bucket, uint32_t row) {
    for (size_t l = 0; l < f->used; l++)
        if (f->bucket[l] == bucket) return 0;
    f->bucket[f->used] = bucket;
    f->row[f->used++] = row;
    if (f->used == f->ctx->ops->lanes) flush(f);
    return 1;
}

// Places put-off pairs until at most `target` are left.
static void drain(struct fill *f, size_t target) {
    flush(f);
    while (f->late > target) { // each round starts with an empty group, so it places at least one pair
        size_t kept = 0;
        for (size_t d = 0; d < f->late; d++)
            if (!put(f, f->late_bucket[d], f->late_row[d]))
                f->late_bucket[kept] = f->late_bucket[d], f->late_row[kept++] = f->late_row[d];
        f->late = kept;
        flush(f);
    }
}

static void put_or_defer(struct fill *f, uint32_t bucket, uint32_t row) {
    if (put(f, bucket, row)) return;
    f->late_bucket[f->late] = bucket;
    f->late_row[f->late++] = row;
    if (f->late == DEFERRED) drain(f, DEFERRED / 2);
}

// Hands what is left of a row's pairs to the mixed group.
static void end_row(struct fill *f) {
    for (size_t l = 0; l < f->same_used; l++) put_or_defer(f, f->same[l], f->same_row);
    f->same_used = 0;
}

void cm_buckets_add(const cm_ctx *ctx, uint64_t *buckets, uint8_t *full, const uint64_t *rows, const uint32_t *bucket,
                    const uint32_t *row, size_t pairs) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, total = 3 * g + ops->scratch_words(ctx);
    uint64_t *memory = cm_alloc(total);
    struct fill f = {.ctx = ctx, .buckets = buckets, .rows = rows};
    f.x = memory, f.y = f.x + g, f.spill = f.y + g, f.scratch = f.spill + g;
    for (size_t k = 0; k < pairs; k++) {
        if (k + AHEAD < pairs) {
            const uint64_t *next = buckets + bucket[k + AHEAD] * ctx->words;
            for (size_t w = 0; w < ctx->words; w += 8) __builtin_prefetch(next + w, 1);
        }
        if (!full[bucket[k]]) {
            memcpy(buckets + bucket[k] * ctx->words, rows + row[k] * ctx->words, ctx->words * sizeof(uint64_t));
            full[bucket[k]] = 1;
            continue;
        }
        if (f.same_row != row[k]) end_row(&f);
        f.same_row = row[k];
        f.same[f.same_used++] = bucket[k];
        if (f.same_used == ops->lanes) {
            multiply(&f, f.same, &f.same_row, f.same_used, 1);
            f.same_used = 0;
        }
    }
    end_row(&f);
    drain(&f, 0);
    cm_count(f.products);
    cm_release(memory, total);
}
