// The C kernel against plain GMP, on every path that this processor has: for sanitizers, which Swift's test runner does not reach. See scripts/check-kernel.
#include "CMontgomery.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;
static int failures = 0;

static uint64_t next_random(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

// Vectors exactly as long as they should be, so that a sanitizer sees any step outside.
static uint64_t *words(size_t count) { return calloc(count == 0 ? 1 : count, sizeof(uint64_t)); }

static uint64_t *aligned_words(size_t count) {
    uint64_t *memory = aligned_alloc(64, (count * 8 + 63) / 64 * 64);
    memset(memory, 0xa5, count * 8); // must not matter
    return memory;
}

static void check(const char *what, int bits, int path, const uint64_t *found, size_t limbs, const mpz_t expected) {
    mpz_t value;
    mpz_init(value);
    mpz_import(value, limbs, -1, 8, 0, 0, found);
    if (mpz_cmp(value, expected) != 0) {
        failures++;
        printf("wrong: %s, %d bits, path %d\n", what, bits, path);
    }
    mpz_clear(value);
}

static void put(uint64_t *to, size_t limbs, const mpz_t value) {
    memset(to, 0, limbs * 8);
    mpz_export(to, NULL, -1, 8, 0, 0, value);
}

// Edge values first, then random ones, all below the modulus.
static void fill(uint64_t *values, size_t count, size_t limbs, const mpz_t modulus) {
    mpz_t v;
    mpz_init(v);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < limbs; k++) values[i * limbs + k] = i == 3 ? UINT64_MAX : next_random();
        mpz_import(v, limbs, -1, 8, 0, 0, values + i * limbs);
        mpz_mod(v, v, modulus);
        if (i == 0) mpz_set_ui(v, 0);
        if (i == 1) mpz_set_ui(v, 1);
        if (i == 2) mpz_sub_ui(v, modulus, 1);
        put(values + i * limbs, limbs, v);
    }
    mpz_clear(v);
}

static void read_value(mpz_t to, const uint64_t *values, size_t index, size_t limbs) {
    mpz_import(to, limbs, -1, 8, 0, 0, values + index * limbs);
}

static void products(const cm_ctx *ctx, int bits, int path, size_t limbs, const mpz_t m, size_t count) {
    size_t w = cm_words(ctx);
    uint64_t *a = words(count * limbs), *b = words(count * limbs), *out = words(count * (limbs + 1));
    uint64_t *x = aligned_words(count * w), *y = aligned_words(count * w);
    mpz_t u, v;
    mpz_inits(u, v, NULL);
    fill(a, count, limbs, m);
    fill(b, count, limbs, m);
    cm_import(ctx, x, a, limbs, count);
    cm_import(ctx, y, b, limbs, count);
    cm_mul(ctx, x, x, 1, y, 1, count);
    cm_mul(ctx, x, x, 1, y + (count - 1) * w, 0, count);
    cm_sqr(ctx, x, x, count);
    cm_export(ctx, out, limbs + 1, x, count);
    for (size_t i = 0; i < count; i++) {
        read_value(u, a, i, limbs);
        read_value(v, b, i, limbs);
        mpz_mul(u, u, v);
        read_value(v, b, count - 1, limbs);
        mpz_mul(u, u, v);
        mpz_mul(u, u, u);
        mpz_mod(u, u, m);
        check("product", bits, path, out + i * (limbs + 1), limbs + 1, u);
    }
    mpz_clears(u, v, NULL);
    free(a), free(b), free(out), free(x), free(y);
}

static void powers(const cm_ctx *ctx, int bits, int path, size_t limbs, const mpz_t m, size_t count, size_t width) {
    size_t w = cm_words(ctx), exp_limbs = width == 0 ? 1 : (width + 63) / 64, terms = 3;
    uint64_t *a = words(count * limbs), *e = words(count * exp_limbs), *out = words(count * limbs);
    uint64_t *x = aligned_words(count * w), *y = aligned_words(count * w);
    mpz_t u, v, p;
    mpz_inits(u, v, p, NULL);
    fill(a, count, limbs, m);
    for (size_t i = 0; i < count; i++)
        for (size_t bit = 0; bit < width; bit++)
            e[i * exp_limbs + bit / 64] |= (i == 0 ? 1 : i == 1 ? 0 : next_random() >> 63) << (bit % 64);
    cm_import(ctx, x, a, limbs, count);
    for (int mode = 0; mode < 3; mode++) { // own exponents, shared secret, shared public
        cm_pow(ctx, y, x, count, e, exp_limbs, mode == 0 ? exp_limbs : 0, width, mode < 2);
        cm_export(ctx, out, limbs, y, count);
        for (size_t i = 0; i < count; i++) {
            read_value(u, a, i, limbs);
            read_value(v, e, mode == 0 ? i : 0, exp_limbs);
            mpz_powm(u, u, v, m);
            check("power", bits, path, out + i * limbs, limbs, u);
        }
    }
    for (size_t sets = 1; sets <= 3; sets++) { // exponents of several sets, `shift` bits apart
        size_t rows = count / (terms * sets), shift = width + 5;
        cm_pow_rows(ctx, y, x, rows, terms, e, exp_limbs, width, sets, shift);
        cm_export(ctx, out, limbs, y, rows);
        for (size_t i = 0; i < rows; i++) {
            mpz_set_ui(p, 1);
            for (size_t s = 0; s < sets; s++) {
                mpz_set_ui(v, 1);
                mpz_mul_2exp(v, v, shift);
                mpz_powm(p, p, v, m);
                for (size_t k = 0; k < terms; k++) {
                    read_value(u, a, i * terms + k, limbs);
                    read_value(v, e, (i * terms + k) * sets + s, exp_limbs);
                    mpz_powm(u, u, v, m);
                    mpz_mul(p, p, u);
                }
                mpz_mod(p, p, m);
            }
            check("product of powers", bits, path, out + i * limbs, limbs, p);
        }
    }
    mpz_clears(u, v, p, NULL);
    free(a), free(e), free(out), free(x), free(y);
}

static void tables(const cm_ctx *ctx, int bits, int path, size_t limbs, const mpz_t m, size_t digits,
                   unsigned digit_bits) {
    size_t w = cm_words(ctx), count = 11, exp_limbs = (digits * digit_bits + 63) / 64;
    uint64_t *a = words(digits * limbs), *e = words(count * exp_limbs), *out = words(count * limbs);
    uint64_t *x = aligned_words(digits * w), *y = aligned_words(count * w);
    mpz_t u, p, digit;
    mpz_inits(u, p, digit, NULL);
    fill(a, digits, limbs, m);
    for (size_t i = 0; i < count * exp_limbs; i++) e[i] = next_random();
    cm_import(ctx, x, a, limbs, digits);
    cm_table *table = cm_table_new(ctx, x, digits, digit_bits, digit_bits % 2 == 0 ? x + (digits - 1) * w : NULL);
    cm_table_pow(ctx, table, y, count, e, exp_limbs);
    cm_export(ctx, out, limbs, y, count);
    for (size_t i = 0; i < count; i++) {
        mpz_set_ui(p, 1);
        if (digit_bits % 2 == 0) read_value(p, a, digits - 1, limbs);
        for (size_t k = 0; k < digits; k++) {
            read_value(u, a, k, limbs);
            read_value(digit, e, i, exp_limbs);
            mpz_fdiv_q_2exp(digit, digit, k * digit_bits);
            mpz_fdiv_r_2exp(digit, digit, digit_bits);
            mpz_powm(u, u, digit, m);
            mpz_mul(p, p, u);
            mpz_mod(p, p, m);
        }
        check("fixed bases", bits, path, out + i * limbs, limbs, p);
    }
    cm_table_free(table);
    mpz_clears(u, p, digit, NULL);
    free(a), free(e), free(out), free(x), free(y);
}

static void buckets(const cm_ctx *ctx, int bits, int path, size_t limbs, const mpz_t m, size_t streams) {
    size_t w = cm_words(ctx), rows = 40, each = 3;
    uint64_t *a = words(2 * rows * limbs), *out = words(streams * each * limbs), *first = words(streams);
    uint64_t *x = aligned_words(2 * rows * w), *y = aligned_words(streams * each * w);
    uint8_t *full = calloc(streams * each, 1);
    int32_t *codes = calloc(streams * rows, sizeof(int32_t));
    mpz_t *expected = calloc(streams * each, sizeof(mpz_t));
    mpz_t u;
    mpz_init(u);
    fill(a, 2 * rows, limbs, m);
    cm_import(ctx, x, a, limbs, 2 * rows);
    for (size_t b = 0; b < streams * each; b++) mpz_init_set_ui(expected[b], 1);
    for (size_t s = 0; s < streams; s++) {
        first[s] = s * each;
        for (size_t i = 0; i < rows; i++) {
            const int32_t code = (int32_t)(next_random() >> 61) - 3;
            codes[s * rows + i] = code > 3 ? 0 : code;
            if (codes[s * rows + i] == 0) continue;
            size_t b = s * each + (size_t)abs(code) - 1;
            read_value(u, a, code < 0 ? rows + i : i, limbs);
            mpz_mul(expected[b], expected[b], u);
            mpz_mod(expected[b], expected[b], m);
        }
    }
    cm_buckets_add(ctx, y, full, x, rows, codes, first, streams);
    for (size_t b = 0; b < streams * each; b++) {
        if (!full[b]) continue;
        cm_export(ctx, out, limbs, y + b * w, 1);
        check("bucket", bits, path, out, limbs, expected[b]);
    }
    for (size_t b = 0; b < streams * each; b++) mpz_clear(expected[b]);
    mpz_clear(u);
    free(a), free(out), free(first), free(x), free(y), free(full), free(codes), free(expected);
}

static void everything(cm_ctx *ctx, const char *what, int bits, int path, const mpz_t m) {
    const size_t limbs = mpz_size(m);
    const int before = failures;
    products(ctx, bits, path, limbs, m, 1);
    products(ctx, bits, path, limbs, m, 19);
    if (mpz_sizeinbase(m, 2) > 8300) {
        // As large as a peer's n may be: products alone.
        cm_ctx_free(ctx);
        if (failures > before) printf("that was modulo a %s\n", what);
        return;
    }
    if (mpz_sizeinbase(m, 2) <= 2048) {
        for (size_t width = 0; width <= 70; width += 35) powers(ctx, bits, path, limbs, m, 9, width);
        powers(ctx, bits, path, limbs, m, 10, 300);
    }
    for (unsigned digit = 1; digit <= (mpz_sizeinbase(m, 2) <= 1025 ? 9 : 5); digit++)
        tables(ctx, bits, path, limbs, m, 5, digit);
    if (mpz_sizeinbase(m, 2) <= 1025) tables(ctx, bits, path, limbs, m, 70, 2); // more than are made at once
    buckets(ctx, bits, path, limbs, m, 1);
    buckets(ctx, bits, path, limbs, m, 21);
    if (failures > before) printf("that was modulo a %s\n", what);
    cm_ctx_free(ctx);
}

int main(void) {
    static const int sizes[] = {64,   128,  383,  384,  385,  512,  670,  1000, 1024,
                                1025, 1536, 1900, 2048, 3072, 4096, 6144, 8192, 8300, 16384};
    cm_wipe_gmp_memory();
    static const char *const names[] = {"portable", "ifma", "adx", "avx512", "avx2"};
    for (int path = 0; path < (int)(sizeof names / sizeof *names); path++) {
        printf("path %d, %s: %s\n", path, names[path], cm_path_available(path) ? "checked" : "not there");
        if (!cm_path_available(path)) continue;
        for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
            const int bits = sizes[k];
            const size_t limbs = ((size_t)bits + 63) / 64;
            for (int form = 0; form < 3; form++) { // random, all ones, 2^(bits - 1) + 1
                mpz_t m;
                mpz_init(m);
                if (form == 0)
                    for (size_t i = 0; i < limbs; i++) {
                        mpz_mul_2exp(m, m, 64);
                        mpz_add_ui(m, m, next_random());
                    }
                mpz_fdiv_r_2exp(m, m, (mp_bitcnt_t)bits);
                mpz_setbit(m, 0);
                mpz_setbit(m, (mp_bitcnt_t)bits - 1);
                if (form == 1) {
                    mpz_set_ui(m, 1);
                    mpz_mul_2exp(m, m, (mp_bitcnt_t)bits);
                    mpz_sub_ui(m, m, 1);
                }
                uint64_t *modulus = words(limbs);
                put(modulus, limbs, m);
                everything(cm_ctx_new(modulus, limbs, path), "number", bits, path, m);
                cm_ctx *ctx = cm_ctx_new_square(modulus, limbs, path);
                mpz_mul(m, m, m);
                everything(ctx, "square of a root of so many bits", bits, path, m);
                free(modulus);
                mpz_clear(m);
            }
        }
    }
    printf(failures == 0 ? "all agree with GMP\n" : "%d wrong results\n", failures);
    return failures != 0;
}
