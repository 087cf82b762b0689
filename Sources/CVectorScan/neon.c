// SPDX-License-Identifier: Apache-2.0
#if defined(__aarch64__)
#include <arm_neon.h>

#include "sketch.h"

static inline int32_t dot(const int8_t *row, const int8_t *query, size_t dimension) {
    int32x4_t sums = vdupq_n_s32(0);
    size_t at = 0;
    for (; at + 16 <= dimension; at += 16) {
        const int8x16_t left = vld1q_s8(row + at), right = vld1q_s8(query + at);
#if defined(__ARM_FEATURE_DOTPROD)
        sums = vdotq_s32(sums, left, right);
#else
        sums = vpadalq_s16(sums, vmull_s8(vget_low_s8(left), vget_low_s8(right)));
        sums = vpadalq_s16(sums, vmull_s8(vget_high_s8(left), vget_high_s8(right)));
#endif
    }
    int32_t sum = vaddvq_s32(sums);
    for (; at < dimension; at++) sum += row[at] * query[at];
    return sum;
}

void wicket_dots_neon(const int8_t *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) products[row] = dot(rows + row * dimension, query, dimension);
}

void wicket_dots_of_neon(
    const int8_t *const *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) {
        if (row + WICKET_ROWS_AHEAD < count) wicket_fetch(rows[row + WICKET_ROWS_AHEAD], dimension);
        products[row] = dot(rows[row], query, dimension);
    }
}

size_t wicket_near_neon(
    const uint64_t *low, const uint64_t *high, size_t count, uint64_t query_low, uint64_t query_high, uint32_t limit,
    uint32_t first, uint32_t *places, uint8_t *distances) {
    const uint64x2_t asked_low = vdupq_n_u64(query_low), asked_high = vdupq_n_u64(query_high);
    size_t found = 0, at = 0;
    for (; at + 2 <= count; at += 2) {
        const uint8x16_t left = vcntq_u8(vreinterpretq_u8_u64(veorq_u64(vld1q_u64(low + at), asked_low)));
        const uint8x16_t right = vcntq_u8(vreinterpretq_u8_u64(veorq_u64(vld1q_u64(high + at), asked_high)));
        const uint64x2_t sums = vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(vaddq_u8(left, right))));
        for (uint32_t lane = 0; lane < 2; lane++) {
            const uint64_t distance = lane == 0 ? vgetq_lane_u64(sums, 0) : vgetq_lane_u64(sums, 1);
            places[found] = first + (uint32_t)at + lane;
            distances[found] = (uint8_t)distance;
            found += distance <= limit;
        }
    }
    return found + wicket_near_portable(
        low + at, high + at, count - at, query_low, query_high, limit, first + (uint32_t)at, places + found,
        distances + found);
}

void wicket_sketch_neon(const int8_t *vector, const int8_t *signs, size_t dimension, uint64_t *low, uint64_t *high) {
    wicket_sketch_lines(vector, signs, dimension, low, high);
}
#endif
