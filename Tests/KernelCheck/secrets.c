// Whether anything depends on secret exponents that an observer of time could see: they are marked as uninitialised, so
// that every branch and every address that follows from them is reported. See scripts/check-constant-time.
//
// Valgrind's memcheck sees the compiled program, GMP too, but knows no AVX-512: these are the other paths, and what all
// share. The path with AVX-512 but without IFMA is compiled from the same source as that with AVX2.
#include "CMontgomery.h"

#include <stdio.h>
#include <stdlib.h>
#include <valgrind/memcheck.h>

static uint64_t state = 1;

static uint64_t next_random(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static uint64_t *secret(size_t words) {
    uint64_t *memory = calloc(words, sizeof(uint64_t));
    for (size_t i = 0; i < words; i++) memory[i] = next_random();
    (void)VALGRIND_MAKE_MEM_UNDEFINED(memory, words * sizeof(uint64_t));
    return memory;
}

// Some numbers below the modulus, marked as well.
static uint64_t *secret_elements(const cm_ctx *ctx, size_t limbs, size_t count) {
    uint64_t *values = calloc(count * limbs, sizeof(uint64_t)), *memory = calloc(count * cm_words(ctx), 8);
    for (size_t i = 0; i < count * limbs; i++) values[i] = next_random() >> (i % limbs == limbs - 1 ? 2 : 0);
    (void)VALGRIND_MAKE_MEM_UNDEFINED(values, count * limbs * sizeof(uint64_t));
    cm_import(ctx, memory, values, limbs, count);
    free(values);
    return memory;
}

static uint64_t *elements(const cm_ctx *ctx, size_t limbs, size_t count) {
    uint64_t *values = calloc(count * limbs, sizeof(uint64_t)), *memory = calloc(count * cm_words(ctx), 8);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < limbs; k++) values[i * limbs + k] = next_random() >> (k == limbs - 1 ? 2 : 0);
    cm_import(ctx, memory, values, limbs, count);
    free(values);
    return memory;
}

// Modulo a number of so many limbs, or its square.
static void run(size_t limbs, int square, int path) {
    enum { COUNT = 5, EXPONENT = 2, TERMS = 3, DIGITS = 7, DIGIT = 8 };
    uint64_t *modulus = calloc(limbs, sizeof(uint64_t));
    for (size_t k = 0; k < limbs; k++) modulus[k] = next_random();
    modulus[0] |= 1, modulus[limbs - 1] |= UINT64_C(1) << 63;
    cm_ctx *ctx = (square ? cm_ctx_new_square : cm_ctx_new)(modulus, limbs, path);
    if (square) limbs *= 2;
    uint64_t *result = calloc(COUNT * cm_words(ctx), sizeof(uint64_t)), *plain = calloc(COUNT * limbs, sizeof(uint64_t));
    uint64_t *bases = elements(ctx, limbs, COUNT * TERMS);

    uint64_t *own = secret(COUNT * TERMS * EXPONENT);
    cm_pow(ctx, result, bases, COUNT, own, EXPONENT, EXPONENT, 100, 1);
    cm_export(ctx, plain, limbs, result, COUNT);
    cm_pow(ctx, result, bases, COUNT, own, EXPONENT, 0, 100, 1);
    cm_pow_rows(ctx, result, bases, COUNT, TERMS, own, EXPONENT, 100, 1, 0);
    cm_pow_rows(ctx, result, bases, COUNT, 1, own, EXPONENT, 100, TERMS, 101);
    cm_table *table = cm_table_new(ctx, bases, DIGITS, DIGIT, NULL);
    cm_table_pow(ctx, table, result, COUNT, own, EXPONENT);
    cm_export(ctx, plain, limbs, result, COUNT);
    cm_table_free(table);
    uint64_t *hidden = secret_elements(ctx, limbs, COUNT);
    cm_pow(ctx, result, hidden, COUNT, own, EXPONENT, EXPONENT, 100, 1);
    cm_export(ctx, plain, limbs, result, COUNT);
    free(hidden);

#ifdef SHOW
    // What a finding looks like: the variable-time path on the same exponent.
    cm_pow(ctx, result, bases, COUNT, own, EXPONENT, 0, 100, 0);
#endif
    free(own), free(bases), free(plain), free(result), free(modulus);
    cm_ctx_free(ctx);
}

int main(void) {
    // 1024 bits by the limb, 2048 to 4096 by halves and Karatsuba layers, 6144 by both halves; 1088 an odd number of limbs.
    const size_t sizes[] = {16, 17, 32, 48, 64, 96};
    const struct {
        int path;
        const char *name;
    } paths[] = {{CM_PATH_PORTABLE, "portable"}, {CM_PATH_ADX, "adx"}, {CM_PATH_AVX2, "avx2"}};
    for (size_t p = 0; p < sizeof paths / sizeof *paths; p++) {
        if (!cm_path_available(paths[p].path)) continue;
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) run(sizes[i], 0, paths[p].path);
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes && sizes[i] <= 48; i++) run(sizes[i], 1, paths[p].path);
        printf("%s: ran every operation on secret exponents\n", paths[p].name);
    }
    return 0;
}
