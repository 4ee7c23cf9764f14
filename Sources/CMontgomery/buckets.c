// Buckets of a multi-exponentiation: many independent products addressed by index lists.
#include "internal.h"

#include <string.h>

// Pairs put off because their bucket is already in the group being filled.
enum { DEFERRED = 64 };

struct fill {
    const cm_ctx *ctx;
    uint64_t *buckets;
    const uint64_t *rows;
    uint32_t bucket[CM_MAX_LANES], row[CM_MAX_LANES];
    size_t used, products;
    uint64_t *x, *y, *spill, *scratch;
};

static void flush(struct fill *f) {
    if (f->used == 0) return;
    const cm_ctx *ctx = f->ctx;
    const struct cm_ops *ops = ctx->ops;
    const uint64_t *in[CM_MAX_LANES];
    uint64_t *out[CM_MAX_LANES];
    for (size_t l = 0; l < ops->lanes; l++) {
        size_t k = l < f->used ? l : f->used - 1;
        in[l] = f->buckets + f->bucket[k] * ctx->words;
        out[l] = l < f->used ? f->buckets + f->bucket[k] * ctx->words : f->spill;
    }
    ops->load(ctx, f->x, in);
    for (size_t l = 0; l < ops->lanes; l++) in[l] = f->rows + f->row[l < f->used ? l : f->used - 1] * ctx->words;
    ops->load(ctx, f->y, in);
    ops->mul_public(ctx, f->x, f->x, f->y, f->scratch);
    ops->store(ctx, out, f->x);
    f->products += f->used;
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

// Places put-off pairs until at most `target` are left; returns how many are.
static size_t drain(struct fill *f, uint32_t *bucket, uint32_t *row, size_t count, size_t target) {
    flush(f);
    while (count > target) { // each round starts with an empty group, so it places at least one pair
        size_t kept = 0;
        for (size_t d = 0; d < count; d++)
            if (!put(f, bucket[d], row[d])) bucket[kept] = bucket[d], row[kept++] = row[d];
        count = kept;
        flush(f);
    }
    return count;
}

void cm_buckets_add(const cm_ctx *ctx, uint64_t *buckets, uint8_t *full, const uint64_t *rows, const uint32_t *bucket,
                    const uint32_t *row, size_t pairs) {
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, total = 3 * g + ops->scratch_words(ctx), deferred = 0;
    uint64_t *memory = cm_alloc(total);
    struct fill f = {.ctx = ctx, .buckets = buckets, .rows = rows};
    f.x = memory, f.y = f.x + g, f.spill = f.y + g, f.scratch = f.spill + g;
    uint32_t late_bucket[DEFERRED], late_row[DEFERRED];
    for (size_t k = 0; k < pairs; k++) {
        if (!full[bucket[k]]) {
            memcpy(buckets + bucket[k] * ctx->words, rows + row[k] * ctx->words, ctx->words * sizeof(uint64_t));
            full[bucket[k]] = 1;
            continue;
        }
        if (!put(&f, bucket[k], row[k])) late_bucket[deferred] = bucket[k], late_row[deferred++] = row[k];
        if (deferred == DEFERRED) deferred = drain(&f, late_bucket, late_row, deferred, DEFERRED / 2);
    }
    drain(&f, late_bucket, late_row, deferred, 0);
    cm_count(f.products);
    cm_release(memory, total);
}
