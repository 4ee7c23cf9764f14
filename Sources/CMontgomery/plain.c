// Plain integers in flat storage: bytes and bounds.
#include "CMontgomery.h"

#include <string.h>

static uint64_t reversed(uint64_t v) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return __builtin_bswap64(v);
#else
    return v;
#endif
}

void cm_from_big_endian(uint64_t *dst, size_t limbs, const uint8_t *src, size_t width, size_t count) {
    for (size_t i = 0; i < count; i++, src += width, dst += limbs) {
        for (size_t k = 0; k < limbs; k++) {
            uint64_t v = 0;
            if (8 * (k + 1) <= width) {
                memcpy(&v, src + (width - 8 * (k + 1)), 8);
                v = reversed(v);
            } else {
                for (size_t b = 0; 8 * k + b < width; b++) v |= (uint64_t)src[width - 1 - 8 * k - b] << (8 * b);
            }
            dst[k] = v;
        }
    }
}

void cm_to_big_endian(uint8_t *dst, size_t width, const uint64_t *src, size_t limbs, size_t count) {
    for (size_t i = 0; i < count; i++, src += limbs, dst += width) {
        for (size_t k = 0; 8 * k < width; k++) {
            const uint64_t v = k < limbs ? src[k] : 0;
            if (8 * (k + 1) <= width) {
                const uint64_t swapped = reversed(v);
                memcpy(dst + (width - 8 * (k + 1)), &swapped, 8);
            } else {
                for (size_t b = 0; 8 * k + b < width; b++) dst[width - 1 - 8 * k - b] = (uint8_t)(v >> (8 * b));
            }
        }
    }
}

size_t cm_first_not_below(const uint64_t *values, const uint64_t *bound, size_t limbs, size_t count) {
    for (size_t i = 0; i < count; i++, values += limbs) {
        uint64_t borrow = 0;
        for (size_t k = 0; k < limbs; k++) {
            const uint64_t difference = values[k] - bound[k];
            borrow = (values[k] < bound[k]) | (difference < borrow);
        }
        if (borrow == 0) return i;
    }
    return count;
}

size_t cm_digit_codes(int32_t *codes, const int64_t *scalars, size_t count, int is_signed, unsigned width,
                      unsigned position, unsigned digits) {
    const unsigned shift = width * position;
    if (!is_signed) {
        for (size_t i = 0; i < count; i++) {
            const uint64_t v = (uint64_t)scalars[i];
            if (width * digits < 64 && v >> (width * digits) != 0) return i;
            codes[i] = shift < 64 ? (int32_t)(v >> shift & ((UINT64_C(1) << width) - 1)) : 0;
        }
        return count;
    }
    // Adding 2^(width - 1) to every digit makes them non-negative: no carries to follow. What is left for the top digit
    // may be one too many.
    const __int128 half = (__int128)1 << (width - 1);
    __int128 offset = 0;
    for (unsigned d = 0; d < digits; d++) offset += half << (width * d);
    for (size_t i = 0; i < count; i++) {
        __int128 digit = ((__int128)scalars[i] + offset) >> shift;
        if (position + 1 < digits) digit &= ((__int128)1 << width) - 1;
        digit -= half;
        if (digit < -half || digit > half) return i;
        codes[i] = (int32_t)digit;
    }
    return count;
}

size_t cm_pattern_codes(int32_t *codes, const int64_t *scalars, size_t count, const int64_t *values,
                        size_t value_count, int32_t radix) {
    for (size_t i = 0; i < count; i++) {
        size_t code = 0;
        while (code < value_count && values[code] != scalars[i]) code++;
        if (code == value_count) return i;
        codes[i] += radix * (int32_t)code;
    }
    return count;
}
