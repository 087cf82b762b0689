// SPDX-License-Identifier: Apache-2.0
// For processors with AVX2.
#include "model.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define FORWARD wicket_forward_avx2
#define ACTIVATION_SHIFT 0
/// As wide as the instruction that adds two products wants them; the one for bytes takes unsigned ones, and saturates.
#define ACTIVATION int16_t
#define UNROLLED _Pragma("clang loop unroll(full)")

/// `rows` rows by 8 columns, in registers: of each column the sums of even and odd pairs apart.
static inline __attribute__((always_inline)) void multiply_tile(
    const int16_t *activations, const float *row_scales, int32_t inputs, int32_t outputs, const linear *by,
    const int8_t *weights, int32_t column, float *into, const int rows) {
    __m256i sums[6][2];
    UNROLLED for (int row = 0; row < rows; row++)
        UNROLLED for (int part = 0; part < 2; part++) sums[row][part] = _mm256_setzero_si256();
    for (int32_t at = 0; at < inputs; at += 4, weights += 4 * BLOCK) {
        __m256i part0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)weights));
        __m256i part1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(weights + 16)));
        UNROLLED for (int row = 0; row < rows; row++) {
            const int16_t *four = activations + (size_t)row * (size_t)inputs + at;
            __m256i values = _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i *)four));
            sums[row][0] = _mm256_add_epi32(sums[row][0], _mm256_madd_epi16(values, part0));
            sums[row][1] = _mm256_add_epi32(sums[row][1], _mm256_madd_epi16(values, part1));
        }
    }
    UNROLLED for (int row = 0; row < rows; row++) {
        // Both halves have two columns of each part: the middle two pairs change places.
        __m256i sum = _mm256_permute4x64_epi64(_mm256_hadd_epi32(sums[row][0], sums[row][1]), 0xd8);
        __m256 scale = _mm256_mul_ps(_mm256_set1_ps(row_scales[row]), _mm256_loadu_ps(by->scales + column));
        __m256 value = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, _mm256_loadu_ps(by->biases + column));
        _mm256_storeu_ps(into + (size_t)row * (size_t)outputs + column, value);
    }
}

static void multiply(
    const wicket_scratch *scratch, int32_t rows, int32_t inputs, int32_t outputs, const linear *by, float *into) {
    const int16_t *activations = scratch->quantised;
    for (int32_t column = 0; column < outputs; column += 8) {
        const int8_t *weights =
            by->weights + (size_t)(column / BLOCK * BLOCK) * (size_t)inputs + (size_t)(column % BLOCK) * 4;
        int32_t row = 0;
#define TILE(height)                                                                                                           \
    multiply_tile(                                                                                                             \
        activations + (size_t)row * (size_t)inputs, scratch->row_scales + row, inputs, outputs, by, weights, column,           \
        into + (size_t)row * (size_t)outputs, height)
        for (; row + 6 <= rows; row += 6) TILE(6);
        switch (rows - row) {
        case 5: TILE(5); break;
        case 4: TILE(4); break;
        case 3: TILE(3); break;
        case 2: TILE(2); break;
        case 1: TILE(1); break;
        }
#undef TILE
    }
}

#include "forward.h"
#pragma clang attribute pop
#endif
