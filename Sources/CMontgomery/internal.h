// What the implementations offer, and the algorithms in batch.c are written against.
#ifndef CM_INTERNAL_H
#define CM_INTERNAL_H

#include "CMontgomery.h"

// A group is `lanes` residues in the layout of the implementation: `lanes * words` words, 64-byte aligned.
struct cm_ops {
    int path;
    size_t lanes;
    size_t stripe; // pack_shared rounds an element up to whole stripes of so many words
    void (*prepare)(cm_ctx *ctx); // constants of its own, once the modulus is there
    size_t (*scratch_words)(const cm_ctx *ctx);
    void (*load)(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src);
    void (*store)(const cm_ctx *ctx, uint64_t *const *dst, const uint64_t *group);
    // Plain integers of `limbs` 64-bit limbs into group layout, without Montgomery form, and back (fully reduced).
    void (*load_plain)(const cm_ctx *ctx, uint64_t *group, const uint64_t *const *src, size_t limbs,
                       uint64_t *scratch);
    void (*store_plain)(const cm_ctx *ctx, uint64_t *const *dst, size_t limbs, uint64_t *group, uint64_t *scratch);
    // Constant time. r may be a or b.
    void (*mul)(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *scratch);
    void (*sqr)(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *scratch);
    // a in every lane, an element.
    void (*mul_element)(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *scratch);
    // The same results, free to be faster on public data.
    void (*mul_public)(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, const uint64_t *b, uint64_t *scratch);
    void (*sqr_public)(const cm_ctx *ctx, uint64_t *r, const uint64_t *a, uint64_t *scratch);
    // Lane l of r = lane l of table[digit[l]]: `entries` groups in a row, all of them read.
    void (*select)(const cm_ctx *ctx, uint64_t *r, const uint64_t *table, size_t entries, const uint32_t *digit);
    // The same for `groups` groups in a row, `lanes` digits each, from `entries` single residues laid out by pack_shared.
    void (*pack_shared)(const cm_ctx *ctx, uint64_t *packed, const uint64_t *const *elements, size_t entries);
    void (*select_shared)(const cm_ctx *ctx, uint64_t *r, size_t groups, const uint64_t *packed, size_t entries,
                          const uint32_t *digit);
};

struct cm_ctx {
    const struct cm_ops *ops;
    size_t limbs;      // 64-bit limbs of the modulus
    size_t n;          // limbs of the implementation
    size_t rows;       // Montgomery's R is 2^(radix * rows); rows >= n, or for pairs >= n / 2
    size_t words;      // words of an element
    size_t used;       // those of them that are not padding
    uint64_t k0;       // portable: -modulus^-1 modulo 2^64
    uint64_t *modulus; // 64-bit limbs
    uint64_t *kernel_modulus;
    uint64_t *multiples[3]; // lanes: modulus times 1, 2, 4
    // (M_j + 1) / B^j for multiples M_j of the modulus that are -1 modulo B^j, see reduce() in ifma_kernel.h:
    // lanes j = 4, 8; portable j = n / 2, if that is used.
    uint64_t *friendly[2];
    uint64_t *inverse; // -modulus^-1 modulo B^4 (lanes) or B^(n / 2) (portable)
    // Modulo the square of a known root, see ifma_pair.c: residues are pairs, rows the root's. All but the root: lanes.
    cm_ctx *root;
    uint64_t *padded_root;    // n / 2 limbs
    uint64_t *lift[2];        // R and R B^(n / 2) as pairs, n words each
    uint64_t *above_quotient; // a multiple of the root whose limbs are above any quotient's
    // All paths
    uint64_t *rr;       // R^2 mod modulus, as an element
    uint64_t *one;      // R mod modulus, as an element
    uint64_t *unit;     // 1 (not in Montgomery form), as an element
    uint64_t *rr_group; // the same in every lane
    uint64_t *unit_group;
    uint64_t *one_group;
};

extern const struct cm_ops cm_portable_ops, cm_portable_pair_ops;
const struct cm_ops *cm_avx512_ops(void); // NULL where this build or processor has none
const struct cm_ops *cm_avx512_pair_ops(void); // modulo squares; NULL alike
const struct cm_ops *cm_avx2_ops(void); // NULL where this build or processor has none
const struct cm_ops *cm_avx2_pair_ops(void); // modulo squares; NULL alike
const struct cm_ops *cm_adx_ops(void); // NULL where this build or processor has none
const struct cm_ops *cm_adx_pair_ops(void); // modulo squares; NULL alike
const struct cm_ops *cm_ifma_ops(void); // NULL where this build or processor has none
const struct cm_ops *cm_ifma_pair_ops(void); // modulo squares; NULL alike

enum { CM_MAX_LANES = 8, CM_MAX_ENTRIES = 4096, CM_KERNEL_MIN_BITS = 384, CM_KERNEL_MAX_BITS = 8300, CM_LANES_MAX_BITS = 3400 };

// Limbs that products on the paths with 28-bit limbs work on: halves, and from some size on quarters, are whole.
static inline size_t cm_lanes_padded(size_t n) { return n < 56 ? (n + 1) & ~(size_t)1 : (n + 3) & ~(size_t)3; }

uint64_t *cm_alloc(size_t words); // zeroed, 64-byte aligned; ends the process, as GMP does, if memory is short
void cm_release(uint64_t *memory, size_t words);
void cm_count(size_t products);
// lanes_prepare.c: constants of the paths with several lanes, whose limbs have `bits` bits; modulo a number, or the square of
// the root.
void cm_lanes_prepare(cm_ctx *ctx, unsigned bits);
void cm_lanes_prepare_pair(cm_ctx *ctx, unsigned bits);

#endif
