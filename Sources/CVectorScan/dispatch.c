// SPDX-License-Identifier: Apache-2.0
#include "kernels.h"

wicket_scan_kernel wicket_scan_best(void) {
#if defined(__x86_64__)
    const wicket_scan_kernel wide = wicket_scan_supported(WICKET_SCAN_AVX512);
    return wide != WICKET_SCAN_PORTABLE ? wide : wicket_scan_supported(WICKET_SCAN_AVX2);
#else
    return wicket_scan_supported(WICKET_SCAN_NEON);
#endif
}

wicket_scan_kernel wicket_scan_supported(wicket_scan_kernel kernel) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    const int has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
    if (kernel == WICKET_SCAN_AVX2 && has_avx2) return kernel;
    if (kernel == WICKET_SCAN_AVX512 && has_avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni")
        && __builtin_cpu_supports("avx512vpopcntdq"))
        return kernel;
#elif defined(__aarch64__)
    if (kernel == WICKET_SCAN_NEON) return kernel;
#endif
    return WICKET_SCAN_PORTABLE;
}

#if defined(__x86_64__)
#define WICKET_DISPATCH(function, ...)                                                                                    \
    switch (kernel) {                                                                                                     \
    case WICKET_SCAN_AVX512: return wicket_##function##_avx512(__VA_ARGS__);                                              \
    case WICKET_SCAN_AVX2: return wicket_##function##_avx2(__VA_ARGS__);                                                  \
    default: return wicket_##function##_portable(__VA_ARGS__);                                                            \
    }
#elif defined(__aarch64__)
#define WICKET_DISPATCH(function, ...)                                                                                    \
    switch (kernel) {                                                                                                     \
    case WICKET_SCAN_NEON: return wicket_##function##_neon(__VA_ARGS__);                                                  \
    default: return wicket_##function##_portable(__VA_ARGS__);                                                            \
    }
#else
#define WICKET_DISPATCH(function, ...) return wicket_##function##_portable(__VA_ARGS__);
#endif

void wicket_scan_dots(
    wicket_scan_kernel kernel, const int8_t *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    WICKET_DISPATCH(dots, rows, count, dimension, query, products)
}

void wicket_scan_dots_of(
    wicket_scan_kernel kernel, const int8_t *const *rows, size_t count, size_t dimension, const int8_t *query,
    int32_t *products) {
    WICKET_DISPATCH(dots_of, rows, count, dimension, query, products)
}

size_t wicket_scan_near(
    wicket_scan_kernel kernel, const uint64_t *low, const uint64_t *high, size_t count, uint64_t query_low,
    uint64_t query_high, uint32_t limit, uint32_t first, uint32_t *places, uint8_t *distances) {
    WICKET_DISPATCH(near, low, high, count, query_low, query_high, limit, first, places, distances)
}

void wicket_scan_sketch(
    wicket_scan_kernel kernel, const int8_t *vector, const int8_t *signs, size_t dimension, uint64_t *low, uint64_t *high) {
    WICKET_DISPATCH(sketch, vector, signs, dimension, low, high)
}

void wicket_scan_signs(int8_t *signs, size_t dimension) {
    // SplitMix64 from a fixed seed.
    uint64_t state = 0x5749434b45544951ULL;
    for (size_t at = 0; at < dimension; at++) {
        state += 0x9e3779b97f4a7c15ULL;
        uint64_t value = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9ULL;
        value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
        signs[at] = (int8_t)(value >> 63 ? -1 : 0);
    }
}
