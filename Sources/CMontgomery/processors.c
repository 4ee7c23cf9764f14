// Not arithmetic, but what the caller needs to split it: Swift does not see these macros.
#define _GNU_SOURCE
#include "CMontgomery.h"

#ifdef __GLIBC__
#include <malloc.h>

void cm_return_large_blocks(void) { (void)mallopt(M_MMAP_THRESHOLD, 1 << 20); }
#else
void cm_return_large_blocks(void) {}
#endif

#ifdef __linux__
#include <sched.h>

int cm_bound_processors(void) {
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}
#else
int cm_bound_processors(void) { return 0; }
#endif
