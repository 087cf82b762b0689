// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
#include <immintrin.h>

#include "sketch.h"

WICKET_TARGET_AVX2 static inline int32_t dot(const int8_t *row, const int8_t *query, size_t dimension) {
    __m256i even = _mm256_setzero_si256(), odd = even;
    size_t at = 0;
    for (; at + 32 <= dimension; at += 32) {
        const __m256i left0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(row + at)));
        const __m256i right0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(query + at)));
        const __m256i left1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(row + at + 16)));
        const __m256i right1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(query + at + 16)));
        even = _mm256_add_epi32(even, _mm256_madd_epi16(left0, right0));
        odd = _mm256_add_epi32(odd, _mm256_madd_epi16(left1, right1));
    }
    const __m256i both = _mm256_add_epi32(even, odd);
    __m128i sums = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
    sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0x4e));
    sums = _mm_add_epi32(sums, _mm_shuffle_epi32(sums, 0xb1));
    int32_t sum = _mm_cvtsi128_si32(sums);
    for (; at < dimension; at++) sum += row[at] * query[at];
    return sum;
}

WICKET_TARGET_AVX2 void wicket_dots_avx2(
    const int8_t *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) products[row] = dot(rows + row * dimension, query, dimension);
}

WICKET_TARGET_AVX2 void wicket_dots_of_avx2(
    const int8_t *const *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) {
        if (row + WICKET_ROWS_AHEAD < count) wicket_fetch(rows[row + WICKET_ROWS_AHEAD], dimension);
        products[row] = dot(rows[row], query, dimension);
    }
}

/// How many bits are set in each byte: two look-ups of four bits.
WICKET_TARGET_AVX2 static inline __m256i bits_of_bytes(__m256i bytes) {
    const __m256i counts = _mm256_setr_epi8(
        0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i lower = _mm256_shuffle_epi8(counts, _mm256_and_si256(bytes, nibble));
    const __m256i upper = _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    return _mm256_add_epi8(lower, upper);
}

WICKET_TARGET_AVX2 size_t wicket_near_avx2(
    const uint64_t *low, const uint64_t *high, size_t count, uint64_t query_low, uint64_t query_high, uint32_t limit,
    uint32_t first, uint32_t *places, uint8_t *distances) {
    const __m256i asked_low = _mm256_set1_epi64x((long long)query_low);
    const __m256i asked_high = _mm256_set1_epi64x((long long)query_high);
    const __m256i beyond = _mm256_set1_epi64x((long long)limit + 1);
    size_t found = 0, at = 0;
    for (; at + 4 <= count; at += 4) {
        const __m256i left = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(low + at)), asked_low);
        const __m256i right = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)(high + at)), asked_high);
        const __m256i bits = _mm256_add_epi8(bits_of_bytes(left), bits_of_bytes(right));
        const __m256i sums = _mm256_sad_epu8(bits, _mm256_setzero_si256());
        uint32_t hits = (uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpgt_epi64(beyond, sums)));
        if (hits == 0) continue;
        uint64_t lanes[4];
        _mm256_storeu_si256((__m256i *)lanes, sums);
        for (; hits != 0; hits &= hits - 1) {
            const uint32_t lane = (uint32_t)__builtin_ctz(hits);
            places[found] = first + (uint32_t)at + lane;
            distances[found++] = (uint8_t)lanes[lane];
        }
    }
    return found + wicket_near_portable(
        low + at, high + at, count - at, query_low, query_high, limit, first + (uint32_t)at, places + found,
        distances + found);
}

WICKET_TARGET_AVX2 void wicket_sketch_avx2(
    const int8_t *vector, const int8_t *signs, size_t dimension, uint64_t *low, uint64_t *high) {
    wicket_sketch_lines(vector, signs, dimension, low, high);
}
#endif
