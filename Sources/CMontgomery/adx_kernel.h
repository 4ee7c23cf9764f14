// Products and squares of plain numbers with BMI2's mulx and the two carry chains of ADX. Constant time: loops depend on
// lengths alone.
//
// Lengths are multiples of eight limbs. Eight limbs of one factor meet the other factor limb by limb: the sum's lowest limb is
// final after each row and leaves, so that a window of eight limbs slides over the result in eight registers. Low halves
// of products run through one chain of carries, high halves through the other.
#ifndef CM_ADX_KERNEL_H
#define CM_ADX_KERNEL_H

#include "internal.h"

#if defined(__x86_64__) && (defined(__clang__) || defined(__GNUC__))
#define CM_ADX 1

// Two columns of a row: c += low, d += high. Both chains start with both flags clear.
#define CM_ADX_TERM(at, c, d)           \
    "mulx " #at "(%[a]), %[lo], %[hi]\n" \
    "adcx %[lo], %[" #c "]\n"           \
    "adox %[hi], %[" #d "]\n"

// The rest of a row once rdx has the other factor's limb and c0 is r's limb, added in the chain of high halves: the window
// moves by one, c0 becomes its top. Nothing overflows: (B^8 - 1) + (B^8 - 1)(B - 1) + (B - 1) < B^9.
#define CM_ADX_TERMS(at, c0, c1, c2, c3, c4, c5, c6, c7) \
    CM_ADX_TERM(0, c0, c1)                               \
    "movq %[" #c0 "], " #at "(%[r])\n"                   \
    CM_ADX_TERM(8, c1, c2)                               \
    CM_ADX_TERM(16, c2, c3)                              \
    CM_ADX_TERM(24, c3, c4)                              \
    CM_ADX_TERM(32, c4, c5)                              \
    CM_ADX_TERM(40, c5, c6)                              \
    CM_ADX_TERM(48, c6, c7)                              \
    "mulx 56(%[a]), %[lo], %[" #c0 "]\n"                 \
    "adcx %[lo], %[" #c7 "]\n"                           \
    "movl $0, %k[lo]\n"                                  \
    "adcx %[lo], %[" #c0 "]\n"                           \
    "adox %[lo], %[" #c0 "]\n"

#define CM_ADX_ROW(at, c0, c1, c2, c3, c4, c5, c6, c7) \
    "movq " #at "(%[b]), %%rdx\n"                      \
    "xorl %k[lo], %k[lo]\n"                            \
    "adox " #at "(%[r]), %[" #c0 "]\n"                 \
    CM_ADX_TERMS(at, c0, c1, c2, c3, c4, c5, c6, c7)

// The same for the limb of b that makes the column vanish; it is written there.
#define CM_ADX_QUOTIENT_ROW(at, c0, c1, c2, c3, c4, c5, c6, c7) \
    "xorl %k[lo], %k[lo]\n"                                     \
    "adox " #at "(%[r]), %[" #c0 "]\n"                          \
    "movq %[" #c0 "], %%rdx\n"                                  \
    "mulx %[k0], %%rdx, %[hi]\n"                                \
    "movq %%rdx, " #at "(%[b])\n"                               \
    CM_ADX_TERMS(at, c0, c1, c2, c3, c4, c5, c6, c7)

#define CM_ADX_EIGHT(ROW)                          \
    ROW(0, x0, x1, x2, x3, x4, x5, x6, x7)         \
    ROW(8, x1, x2, x3, x4, x5, x6, x7, x0)         \
    ROW(16, x2, x3, x4, x5, x6, x7, x0, x1)        \
    ROW(24, x3, x4, x5, x6, x7, x0, x1, x2)        \
    ROW(32, x4, x5, x6, x7, x0, x1, x2, x3)        \
    ROW(40, x5, x6, x7, x0, x1, x2, x3, x4)        \
    ROW(48, x6, x7, x0, x1, x2, x3, x4, x5)        \
    ROW(56, x7, x0, x1, x2, x3, x4, x5, x6)

#define CM_ADX_WINDOW uint64_t x0 = 0, x1 = 0, x2 = 0, x3 = 0, x4 = 0, x5 = 0, x6 = 0, x7 = 0, lo, hi
#define CM_ADX_OUT                                                                                        \
    [x0] "+&r"(x0), [x1] "+&r"(x1), [x2] "+&r"(x2), [x3] "+&r"(x3), [x4] "+&r"(x4), [x5] "+&r"(x5), [x6] "+&r"(x6), \
        [x7] "+&r"(x7), [lo] "=&r"(lo), [hi] "=&r"(hi)

// window + a[0..8) b[0..8) + r[0..8): eight limbs to r, the others stay in the window.
#define CM_ADX_BLOCK(r_, a_, b_)                                                                \
    __asm__ volatile(CM_ADX_EIGHT(CM_ADX_ROW)                                                   \
                     : CM_ADX_OUT                                                               \
                     : [r] "r"(r_), [a] "r"(a_), [b] "r"(b_)                                    \
                     : "rdx", "cc", "memory")

// The same with b = -(window + r) / a modulo B^8, where k0 is -1 / a[0] modulo B.
#define CM_ADX_QUOTIENT_BLOCK(r_, a_, b_, k0_)                                                  \
    __asm__ volatile(CM_ADX_EIGHT(CM_ADX_QUOTIENT_ROW)                                          \
                     : CM_ADX_OUT                                                               \
                     : [r] "r"(r_), [a] "r"(a_), [b] "r"(b_), [k0] "m"(k0_)                     \
                     : "rdx", "cc", "memory")

#define CM_ADX_ADD_TO(at, c) "adcq " #at "(%[r]), %[" #c "]\n movq %[" #c "], " #at "(%[r])\n"
// r[0..8) += window + carry, and the carry out.
#define CM_ADX_ADD_WINDOW(r_, carry_)                                                                              \
    __asm__ volatile("addq $-1, %[carry]\n" CM_ADX_ADD_TO(0, x0) CM_ADX_ADD_TO(8, x1) CM_ADX_ADD_TO(16, x2)         \
                         CM_ADX_ADD_TO(24, x3) CM_ADX_ADD_TO(32, x4) CM_ADX_ADD_TO(40, x5) CM_ADX_ADD_TO(48, x6)    \
                             CM_ADX_ADD_TO(56, x7) "movl $0, %k[carry]\n adcq $0, %[carry]\n"                       \
                     : [carry] "+&r"(carry_), [x0] "+&r"(x0), [x1] "+&r"(x1), [x2] "+&r"(x2), [x3] "+&r"(x3),          \
                       [x4] "+&r"(x4), [x5] "+&r"(x5), [x6] "+&r"(x6), [x7] "+&r"(x7)                                  \
                     : [r] "r"(r_)                                                                                 \
                     : "cc", "memory")

// Products of different limbs among a[0..8), at their columns: r[1..8), and eight more in the window; r[1..8) is added.
#define CM_ADX_FIRST(c) "movq 8*" #c "(%[r]), %[x" #c "]\n"
#define CM_ADX_CLEAR "xorl %k[lo], %k[lo]\n"
#define CM_ADX_CLOSE(c) "movl $0, %k[lo]\n adcx %[lo], %[" #c "]\n"
#define CM_ADX_TRIANGLE(r_, a_)                                                                                  \
    __asm__ volatile(                                                                                            \
        "movq 8(%[r]), %[x1]\n movq 16(%[r]), %[x2]\n movq 24(%[r]), %[x3]\n movq 32(%[r]), %[x4]\n"             \
        "movq 40(%[r]), %[x5]\n movq 48(%[r]), %[x6]\n movq 56(%[r]), %[x7]\n"                                   \
        "movq 0(%[a]), %%rdx\n xorl %k[x0], %k[x0]\n"                                                            \
        CM_ADX_TERM(8, x1, x2) "movq %[x1], 8(%[r])\n"                                                           \
        CM_ADX_TERM(16, x2, x3) "movq %[x2], 16(%[r])\n"                                                         \
        CM_ADX_TERM(24, x3, x4) CM_ADX_TERM(32, x4, x5) CM_ADX_TERM(40, x5, x6) CM_ADX_TERM(48, x6, x7)          \
        CM_ADX_TERM(56, x7, x0) CM_ADX_CLOSE(x0)                                                                 \
        "movq 8(%[a]), %%rdx\n xorl %k[x1], %k[x1]\n"                                                            \
        CM_ADX_TERM(16, x3, x4) "movq %[x3], 24(%[r])\n"                                                         \
        CM_ADX_TERM(24, x4, x5) "movq %[x4], 32(%[r])\n"                                                         \
        CM_ADX_TERM(32, x5, x6) CM_ADX_TERM(40, x6, x7) CM_ADX_TERM(48, x7, x0) CM_ADX_TERM(56, x0, x1)          \
        CM_ADX_CLOSE(x1)                                                                                         \
        "movq 16(%[a]), %%rdx\n xorl %k[x2], %k[x2]\n"                                                           \
        CM_ADX_TERM(24, x5, x6) "movq %[x5], 40(%[r])\n"                                                         \
        CM_ADX_TERM(32, x6, x7) "movq %[x6], 48(%[r])\n"                                                         \
        CM_ADX_TERM(40, x7, x0) CM_ADX_TERM(48, x0, x1) CM_ADX_TERM(56, x1, x2) CM_ADX_CLOSE(x2)                 \
        "movq 24(%[a]), %%rdx\n xorl %k[x3], %k[x3]\n"                                                           \
        CM_ADX_TERM(32, x7, x0) "movq %[x7], 56(%[r])\n"                                                         \
        CM_ADX_TERM(40, x0, x1) CM_ADX_TERM(48, x1, x2) CM_ADX_TERM(56, x2, x3) CM_ADX_CLOSE(x3)                 \
        "movq 32(%[a]), %%rdx\n xorl %k[x4], %k[x4]\n"                                                           \
        CM_ADX_TERM(40, x1, x2) CM_ADX_TERM(48, x2, x3) CM_ADX_TERM(56, x3, x4) CM_ADX_CLOSE(x4)                 \
        "movq 40(%[a]), %%rdx\n xorl %k[x5], %k[x5]\n"                                                           \
        CM_ADX_TERM(48, x3, x4) CM_ADX_TERM(56, x4, x5) CM_ADX_CLOSE(x5)                                         \
        "movq 48(%[a]), %%rdx\n xorl %k[x6], %k[x6]\n"                                                           \
        CM_ADX_TERM(56, x5, x6) CM_ADX_CLOSE(x6)                                                                 \
        "xorl %k[x7], %k[x7]\n"                                                                                  \
        : CM_ADX_OUT                                                                                             \
        : [r] "r"(r_), [a] "r"(a_)                                                                               \
        : "rdx", "cc", "memory")

#define CM_ADX_SQUARE_TERM(k)                                                                  \
    "movq 8*" #k "(%[a]), %%rdx\n movq 16*" #k "(%[r]), %[x]\n movq 16*" #k "+8(%[r]), %[y]\n" \
    "mulx %%rdx, %[lo], %[hi]\n"                                                               \
    "adox %[x], %[x]\n adcx %[lo], %[x]\n adox %[y], %[y]\n adcx %[hi], %[y]\n"                \
    "movq %[x], 16*" #k "(%[r])\n movq %[y], 16*" #k "+8(%[r])\n"

// r[0..2n) = 2 r + the squares of a's limbs at their columns. Eight limbs at a time; two carries of one bit go on.
static inline __attribute__((unused)) void cm_adx_double_and_square(uint64_t *r, const uint64_t *a, size_t n) {
    uint64_t doubled = 0, squared = 0, x, y, lo, hi;
    for (size_t i = 0; i < n; i += 8) {
        // adox carries out of 2^63 + 2^63, adcx out of -1 + 1.
        __asm__ volatile("shlq $63, %[doubled]\n xorl %k[lo], %k[lo]\n adox %[doubled], %[doubled]\n"
                         "movq $-1, %[lo]\n adcx %[lo], %[squared]\n" CM_ADX_SQUARE_TERM(0) CM_ADX_SQUARE_TERM(1)
                             CM_ADX_SQUARE_TERM(2) CM_ADX_SQUARE_TERM(3) CM_ADX_SQUARE_TERM(4) CM_ADX_SQUARE_TERM(5)
                                 CM_ADX_SQUARE_TERM(6) CM_ADX_SQUARE_TERM(7)
                         "movl $0, %k[lo]\n movl $0, %k[doubled]\n movl $0, %k[squared]\n"
                         "adox %[lo], %[doubled]\n adcx %[lo], %[squared]\n"
                         : [doubled] "+&r"(doubled), [squared] "+&r"(squared), [x] "=&r"(x), [y] "=&r"(y),
                           [lo] "=&r"(lo), [hi] "=&r"(hi)
                         : [r] "r"(r + 2 * i), [a] "r"(a + i)
                         : "rdx", "cc", "memory");
    }
}

// r[0..m + 8) += a[0..8) b[0..m) + carry B^m; returns the carry out. m is a multiple of eight.
static inline __attribute__((unused)) uint64_t cm_adx_add_rows(uint64_t *r, const uint64_t *a, const uint64_t *b,
                                                               size_t m, uint64_t carry) {
    CM_ADX_WINDOW;
    for (size_t i = 0; i < m; i += 8) CM_ADX_BLOCK(r + i, a, b + i);
    CM_ADX_ADD_WINDOW(r + m, carry);
    return carry;
}
#endif
#endif
