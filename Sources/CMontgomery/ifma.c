#include "internal.h"

const struct cm_ops *cm_ifma_ops(void) { return NULL; }
