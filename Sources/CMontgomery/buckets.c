// Buckets of a multi-exponentiation: many independent products addressed by index lists.
#include "internal.h"

#include <string.h>

enum {
    DEFERRED = 64, // pairs put off because their bucket is already in the group being filled
    AHEAD = 16     // pairs between asking for a bucket's memory and using it, about
};

// Pairs of one row, which all go into different buckets.
struct run {
    size_t bucket[CM_MAX_LANES], row, used;
};

struct fill {
    const cm_ctx *ctx;
    uint64_t *buckets;
    const uint64_t *rows;
    // The group being filled with pairs of several rows, and the pairs that it could not take.
    size_t bucket[CM_MAX_LANES], row[CM_MAX_LANES], used;
    size_t late_bucket[DEFERRED], late_row[DEFERRED], late;
    size_t products;
    uint64_t *x, *y, *spill, *scratch;
};

// Multiplies the buckets of a group by one row (`shared`) or by a row each.
static void multiply(struct fill *f, const size_t *bucket, const size_t *row, size_t used, int shared) {
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

static int put(struct fill *f, size_t bucket, size_t row) {
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

static void put_or_defer(struct fill *f, size_t bucket, size_t row) {
    if (put(f, bucket, row)) return;
    f->late_bucket[f->late] = bucket;
    f->late_row[f->late++] = row;
    if (f->late == DEFERRED) drain(f, DEFERRED / 2);
}

// Hands what is left of a row's pairs to the mixed group.
static void end_run(struct fill *f, struct run *run) {
    for (size_t l = 0; l < run->used; l++) put_or_defer(f, run->bucket[l], run->row);
    run->used = 0;
}

static void put_in_run(struct fill *f, struct run *run, size_t bucket) {
    run->bucket[run->used++] = bucket;
    if (run->used < f->ctx->ops->lanes) return;
    multiply(f, run->bucket, &run->row, run->used, 1);
    run->used = 0;
}

static inline size_t bucket_of(const uint64_t *first, size_t stream, int32_t code) {
    return first[stream] + (size_t)(code < 0 ? -(int64_t)code : code) - 1;
}

void cm_buckets_add(const cm_ctx *ctx, uint64_t *buckets, uint8_t *full, const uint64_t *rows, size_t row_count,
                    const int32_t *codes, const uint64_t *first, size_t streams) {
    if (streams == 0) return;
    const struct cm_ops *ops = ctx->ops;
    size_t g = ops->lanes * ctx->words, total = 3 * g + ops->scratch_words(ctx);
    size_t ahead = streams < AHEAD ? AHEAD / streams : 1;
    uint64_t *memory = cm_alloc(total);
    struct fill f = {.ctx = ctx, .buckets = buckets, .rows = rows};
    f.x = memory, f.y = f.x + g, f.spill = f.y + g, f.scratch = f.spill + g;
    for (size_t i = 0; i < row_count; i++) {
        struct run plain = {.row = i}, inverse = {.row = i + row_count};
        for (size_t s = 0; s < streams; s++) {
            const int32_t next = i + ahead < row_count ? codes[s * row_count + i + ahead] : 0;
            if (next != 0) {
                const uint64_t *to = buckets + bucket_of(first, s, next) * ctx->words;
                for (size_t w = 0; w < ctx->words; w += 8) __builtin_prefetch(to + w, 1);
            }
            const int32_t code = codes[s * row_count + i];
            if (code == 0) continue;
            const size_t bucket = bucket_of(first, s, code);
            struct run *run = code < 0 ? &inverse : &plain;
            if (full[bucket]) {
                put_in_run(&f, run, bucket);
            } else {
                memcpy(buckets + bucket * ctx->words, rows + run->row * ctx->words, ctx->words * sizeof(uint64_t));
                full[bucket] = 1;
            }
        }
        end_run(&f, &plain);
        end_run(&f, &inverse);
    }
    drain(&f, 0);
    cm_count(f.products);
    cm_release(memory, total);
}
