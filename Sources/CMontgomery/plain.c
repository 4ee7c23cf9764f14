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
