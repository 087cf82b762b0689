// SPDX-License-Identifier: Apache-2.0
// For processors with AVX2.
#include "model.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define FORWARD wicket_forward_avx2
#define ACTIVATION_SHIFT 0
#define NEEDS_MAGNITUDES
#define UNROLLED _Pragma("clang loop unroll(full)")

typedef struct {
    const int8_t *signs, *magnitudes;
} activations;

/// `rows` rows by 16 columns, in registers. The instruction takes unsigned times signed, so the weights get the activations'
/// signs; two products are at most 2 * 127 * 127, which 16 bits hold.
static inline __attribute__((always_inline)) void multiply_tile(
    activations from, const float *row_scales, int32_t inputs, int32_t outputs, const linear *by, const int8_t *weights,
    int32_t column, float *into, const int rows) {
    __m256i sums[4][2];
    const __m256i ones = _mm256_set1_epi16(1);
    UNROLLED for (int row = 0; row < rows; row++)
        UNROLLED for (int part = 0; part < 2; part++) sums[row][part] = _mm256_setzero_si256();
    for (int32_t at = 0; at < inputs; at += 4, weights += 4 * BLOCK) {
        __m256i part0 = _mm256_loadu_si256((const __m256i *)weights);
        __m256i part1 = _mm256_loadu_si256((const __m256i *)(weights + 32));
        UNROLLED for (int row = 0; row < rows; row++) {
            size_t four = (size_t)row * (size_t)inputs + (size_t)at;
            __m256i signs = _mm256_set1_epi32(*(const int32_t *)(from.signs + four));
            __m256i sizes = _mm256_set1_epi32(*(const int32_t *)(from.magnitudes + four));
            __m256i pairs0 = _mm256_maddubs_epi16(sizes, _mm256_sign_epi8(part0, signs));
            __m256i pairs1 = _mm256_maddubs_epi16(sizes, _mm256_sign_epi8(part1, signs));
            sums[row][0] = _mm256_add_epi32(sums[row][0], _mm256_madd_epi16(pairs0, ones));
            sums[row][1] = _mm256_add_epi32(sums[row][1], _mm256_madd_epi16(pairs1, ones));
        }
    }
    UNROLLED for (int row = 0; row < rows; row++) UNROLLED for (int part = 0; part < 2; part++) {
        int32_t at = column + 8 * part;
        __m256 scale = _mm256_mul_ps(_mm256_set1_ps(row_scales[row]), _mm256_loadu_ps(by->scales + at));
        __m256 value = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums[row][part]), scale, _mm256_loadu_ps(by->biases + at));
        _mm256_storeu_ps(into + (size_t)row * (size_t)outputs + at, value);
    }
}

static void multiply(
    const wicket_scratch *scratch, int32_t rows, int32_t inputs, int32_t outputs, const linear *by, float *into) {
    for (int32_t column = 0; column < outputs; column += 16) {
        const int8_t *weights =
            by->weights + (size_t)(column / BLOCK * BLOCK) * (size_t)inputs + (size_t)(column % BLOCK) * 4;
        int32_t row = 0;
#define TILE(height)                                                                                                           \
    multiply_tile(                                                                                                             \
        (activations){scratch->quantised + (size_t)row * (size_t)inputs, scratch->magnitudes + (size_t)row * (size_t)inputs},  \
        scratch->row_scales + row, inputs, outputs, by, weights, column, into + (size_t)row * (size_t)outputs, height)
        for (; row + 4 <= rows; row += 4) TILE(4);
        switch (rows - row) {
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
