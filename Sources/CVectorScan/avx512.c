// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#include <immintrin.h>

#include "sketch.h"

/// The instruction multiplies unsigned by signed bytes: a row's bytes are lifted by 128, and `lift` = 128 * (sum of the query)
/// is taken off again.
WICKET_TARGET_AVX512 static inline int32_t dot(const int8_t *row, const int8_t *query, size_t dimension, int32_t lift) {
    const __m512i sign = _mm512_set1_epi8((char)0x80);
    __m512i even = _mm512_setzero_si512(), odd = even;
    size_t at = 0;
    for (; at + 128 <= dimension; at += 128) {
        even = _mm512_dpbusd_epi32(
            even, _mm512_xor_si512(_mm512_loadu_si512(row + at), sign), _mm512_loadu_si512(query + at));
        odd = _mm512_dpbusd_epi32(
            odd, _mm512_xor_si512(_mm512_loadu_si512(row + at + 64), sign), _mm512_loadu_si512(query + at + 64));
    }
    for (; at < dimension; at += 64) {
        const size_t rest = dimension - at;
        const __mmask64 mask = rest >= 64 ? ~0ULL : (1ULL << rest) - 1;
        even = _mm512_dpbusd_epi32(
            even, _mm512_xor_si512(_mm512_maskz_loadu_epi8(mask, row + at), sign), _mm512_maskz_loadu_epi8(mask, query + at));
    }
    return _mm512_reduce_add_epi32(_mm512_add_epi32(even, odd)) - lift;
}

static int32_t lift_of(const int8_t *query, size_t dimension) {
    int32_t sum = 0;
    for (size_t at = 0; at < dimension; at++) sum += query[at];
    return 128 * sum;
}

WICKET_TARGET_AVX512 void wicket_dots_avx512(
    const int8_t *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    const int32_t lift = lift_of(query, dimension);
    for (size_t row = 0; row < count; row++) products[row] = dot(rows + row * dimension, query, dimension, lift);
}

WICKET_TARGET_AVX512 void wicket_dots_of_avx512(
    const int8_t *const *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    const int32_t lift = lift_of(query, dimension);
    for (size_t row = 0; row < count; row++) {
        if (row + WICKET_ROWS_AHEAD < count) wicket_fetch(rows[row + WICKET_ROWS_AHEAD], dimension);
        products[row] = dot(rows[row], query, dimension, lift);
    }
}

WICKET_TARGET_AVX512 static inline __m512i distances_of(__m512i low, __m512i high, __m512i asked_low, __m512i asked_high) {
    return _mm512_add_epi64(
        _mm512_popcnt_epi64(_mm512_xor_si512(low, asked_low)), _mm512_popcnt_epi64(_mm512_xor_si512(high, asked_high)));
}

/// Writes down the lanes of `hits`. They are packed in a register: packing into memory takes some processors a hundred cycles.
WICKET_TARGET_AVX512 static inline size_t write_hits(
    __mmask8 hits, __m512i lanes, uint32_t place, uint32_t *places, uint8_t *distances) {
    const __m256i all = _mm256_add_epi32(_mm256_set1_epi32((int)place), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    const size_t count = (size_t)__builtin_popcount(hits);
    const uint32_t taken = (1U << count) - 1;
    _mm256_mask_storeu_epi32(places, (__mmask8)taken, _mm256_maskz_compress_epi32(hits, all));
    const __m128i packed = _mm512_cvtepi64_epi8(_mm512_maskz_compress_epi64(hits, lanes));
    _mm_mask_storeu_epi8(distances, (__mmask16)taken, packed);
    return count;
}

WICKET_TARGET_AVX512 size_t wicket_near_avx512(
    const uint64_t *low, const uint64_t *high, size_t count, uint64_t query_low, uint64_t query_high, uint32_t limit,
    uint32_t first, uint32_t *places, uint8_t *distances) {
    const __m512i asked_low = _mm512_set1_epi64((long long)query_low), asked_high = _mm512_set1_epi64((long long)query_high);
    const __m512i bound = _mm512_set1_epi64(limit);
    size_t found = 0, at = 0;
    for (; at + 16 <= count; at += 16) {
        const __m512i left = distances_of(
            _mm512_loadu_si512(low + at), _mm512_loadu_si512(high + at), asked_low, asked_high);
        const __m512i right = distances_of(
            _mm512_loadu_si512(low + at + 8), _mm512_loadu_si512(high + at + 8), asked_low, asked_high);
        const __mmask8 left_hits = _mm512_cmple_epu64_mask(left, bound), right_hits = _mm512_cmple_epu64_mask(right, bound);
        if (__builtin_expect((left_hits | right_hits) == 0, 1)) continue;
        found += write_hits(left_hits, left, first + (uint32_t)at, places + found, distances + found);
        found += write_hits(right_hits, right, first + (uint32_t)at + 8, places + found, distances + found);
    }
    for (; at < count; at += 8) {
        const __mmask8 mask = (__mmask8)(count - at >= 8 ? 0xff : (1U << (count - at)) - 1);
        const __m512i lanes = distances_of(
            _mm512_maskz_loadu_epi64(mask, low + at), _mm512_maskz_loadu_epi64(mask, high + at), asked_low, asked_high);
        const __mmask8 hits = _mm512_mask_cmple_epu64_mask(mask, lanes, bound);
        found += write_hits(hits, lanes, first + (uint32_t)at, places + found, distances + found);
    }
    return found;
}

WICKET_TARGET_AVX512 void wicket_sketch_avx512(
    const int8_t *vector, const int8_t *signs, size_t dimension, uint64_t *low, uint64_t *high) {
    wicket_sketch_lines(vector, signs, dimension, low, high);
}
#endif
