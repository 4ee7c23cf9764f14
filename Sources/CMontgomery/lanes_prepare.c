// Constants of the paths that take several residues at a time, in limbs shorter than a word.
#include "internal.h"

#include <gmp.h>
#include <string.h>

// The low n limbs, one a word.
static uint64_t *limbs(const mpz_t value, size_t n, unsigned bits) {
    uint64_t *number = cm_alloc(n);
    mpz_t part;
    mpz_init(part);
    for (size_t i = 0; i < n; i++) {
        mpz_fdiv_q_2exp(part, value, bits * i);
        mpz_fdiv_r_2exp(part, part, bits);
        number[i] = mpz_get_ui(part);
    }
    mpz_clear(part);
    return number;
}

void cm_lanes_prepare(cm_ctx *ctx, unsigned bits) {
    mpz_t modulus, multiple, power;
    mpz_roinit_n(modulus, (const mp_limb_t *)ctx->modulus, (mp_size_t)ctx->limbs);
    mpz_inits(multiple, power, NULL);
    ctx->kernel_modulus = limbs(modulus, ctx->n, bits);
    for (unsigned k = 0; k < 3; k++) {
        mpz_mul_2exp(multiple, modulus, k);
        ctx->multiples[k] = limbs(multiple, ctx->n, bits);
    }
    for (unsigned k = 0; k < 2; k++) {
        // M = modulus * (-modulus^-1 mod 2^(bits j)), then (M + 1) / 2^(bits j)
        unsigned j = 4u << k;
        mpz_set_ui(power, 1);
        mpz_mul_2exp(power, power, bits * j);
        mpz_invert(multiple, modulus, power);
        mpz_sub(multiple, power, multiple);
        // Limbs above the fourth are not used.
        if (j == 4) ctx->inverse = limbs(multiple, ctx->n, bits);
        mpz_mul(multiple, multiple, modulus);
        mpz_add_ui(multiple, multiple, 1);
        mpz_fdiv_q_2exp(multiple, multiple, bits * j);
        ctx->friendly[k] = limbs(multiple, ctx->n, bits);
    }
    mpz_clears(multiple, power, NULL);
}

// value mod N^2 as a pair of numbers below N, one word a limb.
static uint64_t *pair_of(const cm_ctx *ctx, const mpz_t root, const mpz_t value, unsigned bits) {
    const size_t half = ctx->n / 2;
    uint64_t *pair = cm_alloc(ctx->n);
    mpz_t part[2];
    mpz_inits(part[0], part[1], NULL);
    mpz_fdiv_qr(part[1], part[0], value, root);
    mpz_fdiv_r(part[1], part[1], root);
    for (int k = 0; k < 2; k++) {
        uint64_t *number = limbs(part[k], half, bits);
        memcpy(pair + k * half, number, half * sizeof(uint64_t));
        cm_release(number, half);
    }
    mpz_clears(part[0], part[1], NULL);
    return pair;
}

void cm_lanes_prepare_pair(cm_ctx *ctx, unsigned bits) {
    mpz_t root, value, ones;
    mpz_roinit_n(root, (const mp_limb_t *)ctx->root->modulus, (mp_size_t)ctx->root->limbs);
    mpz_inits(value, ones, NULL);
    ctx->padded_root = limbs(root, ctx->n / 2, bits);
    for (size_t k = 0; k < 2; k++) {
        mpz_set_ui(value, 1);
        mpz_mul_2exp(value, value, bits * (ctx->rows + k * ctx->n / 2));
        ctx->lift[k] = pair_of(ctx, root, value, bits);
    }
    // K is the least multiple of N that is not below B + ... + B^rows: what is left are limbs of that many bits.
    for (size_t k = 1; k <= ctx->rows; k++) {
        mpz_set_ui(value, 1);
        mpz_mul_2exp(value, value, bits * k);
        mpz_add(ones, ones, value);
    }
    mpz_cdiv_q(value, ones, root);
    mpz_mul(value, value, root);
    mpz_sub(value, value, ones);
    ctx->above_quotient = limbs(value, ctx->rows, bits);
    for (size_t k = 0; k < ctx->rows; k++) ctx->above_quotient[k] += UINT64_C(1) << bits;
    mpz_clears(value, ones, NULL);
}
