// Batched Montgomery arithmetic modulo one odd modulus.
//
// A residue is `cm_words(ctx)` 64-bit words in a form private to the context; vectors of residues are element-major
// and flat. Five implementations stand behind one interface: eight residues at a time in the 64-bit lanes of AVX-512, with
// IFMA or without; four at a time with AVX2; one at a time with the instructions of BMI2 and ADX; and one at a time on GMP's
// mpn layer. Values exported from any are identical.
//
// Contexts and tables are immutable once made and may be shared by threads; every call works on its own scratch
// memory, wiped before it is freed. Nothing here starts a thread. Lengths are trusted: the caller (Bignum) checks them.
#ifndef CMONTGOMERY_H
#define CMONTGOMERY_H

#include <stddef.h>
#include <stdint.h>

typedef struct cm_ctx cm_ctx;
typedef struct cm_table cm_table;

enum { CM_PATH_PORTABLE = 0, CM_PATH_IFMA = 1, CM_PATH_ADX = 2, CM_PATH_AVX512 = 3, CM_PATH_AVX2 = 4 };

/// Whether this processor and this build can run a path.
int cm_path_available(int path);

/// A context for an odd modulus > 1 of `limbs` 64-bit limbs, little-endian, top limb nonzero.
/// Falls back to a path that serves the modulus' size where the one asked for does not or is not there. NULL if memory is
/// short.
cm_ctx *cm_ctx_new(const uint64_t *modulus, size_t limbs, int path);
/// A context for the square of an odd root > 1: as cm_ctx_new of that square, but the root helps. Same results.
cm_ctx *cm_ctx_new_square(const uint64_t *root, size_t limbs, int path);
void cm_ctx_free(cm_ctx *ctx);
int cm_ctx_path(const cm_ctx *ctx);
/// Words of one residue in flat storage.
size_t cm_words(const cm_ctx *ctx);

/// Plain integers (`limbs` 64-bit limbs each, below the modulus) to residues, and back.
void cm_import(const cm_ctx *ctx, uint64_t *dst, const uint64_t *src, size_t limbs, size_t count);
void cm_export(const cm_ctx *ctx, uint64_t *dst, size_t limbs, const uint64_t *src, size_t count);

/// Big-endian bytes, `width` for each of `count` integers, to `limbs` limbs (8 * limbs >= width), and back.
void cm_from_big_endian(uint64_t *dst, size_t limbs, const uint8_t *src, size_t width, size_t count);
void cm_to_big_endian(uint8_t *dst, size_t width, const uint64_t *src, size_t limbs, size_t count);
/// Index of the first integer that is not below the bound (`limbs` limbs each), or `count`; the time depends on the
/// sizes and on that index.
size_t cm_first_not_below(const uint64_t *values, const uint64_t *bound, size_t limbs, size_t count);

/// dst[i] = a[i * a_step] * b[i * b_step]; a step is 0 (one element for all) or 1. dst may be a or b.
void cm_mul(const cm_ctx *ctx, uint64_t *dst, const uint64_t *a, size_t a_step, const uint64_t *b, size_t b_step,
            size_t count);
void cm_sqr(const cm_ctx *ctx, uint64_t *dst, const uint64_t *a, size_t count);

/// dst[i] = base[i] ^ exponent[i], exponents of `bits` bits, `exp_limbs` limbs each; exp_step 0 shares one exponent.
/// Secret: constant pattern of instructions and of memory addresses for a given `bits`. Otherwise needs exp_step 0.
void cm_pow(const cm_ctx *ctx, uint64_t *dst, const uint64_t *base, size_t count, const uint64_t *exps,
            size_t exp_limbs, size_t exp_step, size_t bits, int secret);

/// dst[i] = prod over s < sets of (prod over k < terms of bases[i * terms + k] ^ exps[(i * terms + k) * sets + s])
/// ^ 2^(shift * (sets - 1 - s)): constant pattern. `shift` is at least `bits` where there is more than one set.
void cm_pow_rows(const cm_ctx *ctx, uint64_t *dst, const uint64_t *bases, size_t rows, size_t terms,
                 const uint64_t *exps, size_t exp_limbs, size_t bits, size_t sets, size_t shift);

/// All powers base[k]^0 ... base[k]^(2^digit_bits - 1) of `digits` bases, for exponents cut into digits of at most 12 bits.
/// A factor (a residue, or NULL) multiplies every result; with no digit there is nothing to multiply.
cm_table *cm_table_new(const cm_ctx *ctx, const uint64_t *bases, size_t digits, unsigned digit_bits,
                       const uint64_t *factor);
void cm_table_free(cm_table *table);
/// dst[i] = prod over k of base[k] ^ (digit k of exps[i]), digits little-endian, times the factor: every entry is read.
void cm_table_pow(const cm_ctx *ctx, const cm_table *table, uint64_t *dst, size_t count, const uint64_t *exps,
                  size_t exp_limbs);

/// Multiplies rows into buckets. codes[s * row_count + i] = d says that row i goes into bucket first[s] + |d| - 1 of
/// stream s; its inverse, `row_count` residues further on, if d < 0; nothing if d = 0. Streams have buckets of their own;
/// a bucket whose `full` byte is 0 is assigned first. Variable time: addresses follow the codes.
void cm_buckets_add(const cm_ctx *ctx, uint64_t *buckets, uint8_t *full, const uint64_t *rows, size_t row_count,
                    const int32_t *codes, const uint64_t *first, size_t streams);

/// codes[i] = digit `position` of `digits`, `width` bits each, of scalars[i]; signed digits run from -2^(width - 1) to
/// 2^(width - 1), the scalars of unsigned ones are unsigned. Returns the index of the first scalar that is too wide, or
/// `count`. width * digits is at most 112.
size_t cm_digit_codes(int32_t *codes, const int64_t *scalars, size_t count, int is_signed, unsigned width,
                      unsigned position, unsigned digits);
/// codes[i] += radix * k where scalars[i] = values[k]. Returns the index of the first scalar that is none of the values,
/// or `count`.
size_t cm_pattern_codes(int32_t *codes, const int64_t *scalars, size_t count, const int64_t *values,
                        size_t value_count, int32_t radix);

/// Counts modular products (squarings included) of all threads while on. Off at start.
void cm_counter_enable(int on);
uint64_t cm_counter_read(void);
void cm_counter_reset(void);

/// At least `count` products (or squarings) of residues already in registers' layout: the unit cost, for benchmarks.
void cm_probe(const cm_ctx *ctx, size_t count, int squares);

// From here on blocks of a megabyte or more go back to the system when they are freed, where the C library can be told so.
void cm_return_large_blocks(void);

/// Processors that this process may run on; 0 if that cannot be known.
int cm_bound_processors(void);

/// Zeroes memory in a way that the compiler keeps.
void cm_wipe(void *memory, size_t bytes);
/// Makes GMP wipe every block that it frees. Call before GMP's first use.
void cm_wipe_gmp_memory(void);

#endif
