// The AVX-512 path for processors without IFMA: eight residues at a time in 28-bit limbs.
#include "internal.h"

#if defined(__x86_64__) && defined(__clang__)

#define CM_LANES 8
#define CM_MEMORY CM_AVX512_MEMORY(CM_PATH_AVX512)
#include "lanes_ops.h"

const struct cm_ops *cm_avx512_ops(void) {
    // The compiler's run-time support checks the operating system's side as well.
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
               ? &plain_ops
               : NULL;
}

const struct cm_ops *cm_avx512_pair_ops(void) { return cm_avx512_ops() != NULL ? &pair_ops : NULL; }

#else

const struct cm_ops *cm_avx512_ops(void) { return NULL; }
const struct cm_ops *cm_avx512_pair_ops(void) { return NULL; }

#endif
