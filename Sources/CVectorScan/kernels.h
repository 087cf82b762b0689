// SPDX-License-Identifier: Apache-2.0
#ifndef WICKET_VECTOR_SCAN_KERNELS_H
#define WICKET_VECTOR_SCAN_KERNELS_H

#include "wicket_vector_scan.h"

#if defined(__x86_64__)
#define WICKET_TARGET_AVX2 __attribute__((target("avx2,popcnt")))
#define WICKET_TARGET_AVX512                                                                                              \
    __attribute__((target("avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vpopcntdq")))
#endif

/// The four functions of one instruction set.
#define WICKET_DECLARE_KERNEL(name)                                                                                       \
    void wicket_dots_##name(                                                                                              \
        const int8_t *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products);                      \
    void wicket_dots_of_##name(                                                                                           \
        const int8_t *const *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products);               \
    size_t wicket_near_##name(                                                                                            \
        const uint64_t *low, const uint64_t *high, size_t count, uint64_t query_low, uint64_t query_high,                 \
        uint32_t limit, uint32_t first, uint32_t *places, uint8_t *distances);                                            \
    void wicket_sketch_##name(                                                                                            \
        const int8_t *vector, const int8_t *signs, size_t dimension, uint64_t *low, uint64_t *high);

WICKET_DECLARE_KERNEL(portable)
#if defined(__x86_64__)
WICKET_DECLARE_KERNEL(avx2)
WICKET_DECLARE_KERNEL(avx512)
#elif defined(__aarch64__)
WICKET_DECLARE_KERNEL(neon)
#endif

/// Rows that are fetched ahead of the one whose turn it is.
enum { WICKET_ROWS_AHEAD = 6 };

/// Asks for a row's cache lines before they are needed.
static inline void wicket_fetch(const int8_t *row, size_t dimension) {
    for (size_t at = 0; at < dimension; at += 64) __builtin_prefetch(row + at);
}

#endif
