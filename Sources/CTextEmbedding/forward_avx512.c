// SPDX-License-Identifier: Apache-2.0
// For processors with AVX-512 VNNI: four products and their sum in each of 16 lanes at once.
#include "model.h"
#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(                                                                                                  \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma"))), apply_to = function)

#define FORWARD wicket_forward_avx512
/// The instruction takes unsigned times signed; what is too much is 128 times a column's sum.
#define ACTIVATION int8_t
#define ACTIVATION_SHIFT 128
#define UNROLLED _Pragma("clang loop unroll(full)")

/// `rows` rows by 64 columns, in registers.
static inline __attribute__((always_inline)) void multiply_tile(
    const int8_t *activations, const float *row_scales, int32_t inputs, int32_t outputs, const linear *by,
    const int8_t *weights, int32_t column, float *into, const int rows) {
    __m512i sums[6][4];
    UNROLLED for (int row = 0; row < rows; row++)
        UNROLLED for (int part = 0; part < 4; part++) sums[row][part] = _mm512_setzero_si512();
    for (int32_t at = 0; at < inputs; at += 4, weights += 4 * BLOCK) {
        __m512i part0 = _mm512_loadu_si512(weights), part1 = _mm512_loadu_si512(weights + 64);
        __m512i part2 = _mm512_loadu_si512(weights + 128), part3 = _mm512_loadu_si512(weights + 192);
        UNROLLED for (int row = 0; row < rows; row++) {
            __m512i four = _mm512_set1_epi32(*(const int32_t *)(activations + (size_t)row * (size_t)inputs + at));
            sums[row][0] = _mm512_dpbusd_epi32(sums[row][0], four, part0);
            sums[row][1] = _mm512_dpbusd_epi32(sums[row][1], four, part1);
            sums[row][2] = _mm512_dpbusd_epi32(sums[row][2], four, part2);
            sums[row][3] = _mm512_dpbusd_epi32(sums[row][3], four, part3);
        }
    }
    UNROLLED for (int row = 0; row < rows; row++) UNROLLED for (int part = 0; part < 4; part++) {
        int32_t at = column + 16 * part;
        __m512i shift = _mm512_slli_epi32(_mm512_loadu_si512(by->sums + at), 7);
        __m512 sum = _mm512_cvtepi32_ps(_mm512_sub_epi32(sums[row][part], shift));
        __m512 scale = _mm512_mul_ps(_mm512_set1_ps(row_scales[row]), _mm512_loadu_ps(by->scales + at));
        __m512 value = _mm512_fmadd_ps(sum, scale, _mm512_loadu_ps(by->biases + at));
        _mm512_storeu_ps(into + (size_t)row * (size_t)outputs + at, value);
    }
}

static void multiply(
    const wicket_scratch *scratch, int32_t rows, int32_t inputs, int32_t outputs, const linear *by, float *into) {
    const int8_t *activations = scratch->quantised;
    for (int32_t column = 0; column < outputs; column += BLOCK) {
        const int8_t *weights = by->weights + (size_t)column * (size_t)inputs;
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
