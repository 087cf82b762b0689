// SPDX-License-Identifier: Apache-2.0
// For processors of ARM's 64-bit kind with the dot product (version 8.2 and after).
#include "model.h"
#if defined(__aarch64__)
#include <arm_neon.h>
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define FORWARD wicket_forward_neon
#define ACTIVATION int8_t
#define ACTIVATION_SHIFT 0
#define UNROLLED _Pragma("clang loop unroll(full)")

/// `rows` rows by 16 columns, in registers.
static inline __attribute__((always_inline)) void multiply_tile(
    const int8_t *activations, const float *row_scales, int32_t inputs, int32_t outputs, const linear *by,
    const int8_t *weights, int32_t column, float *into, const int rows) {
    int32x4_t sums[4][4];
    UNROLLED for (int row = 0; row < rows; row++)
        UNROLLED for (int part = 0; part < 4; part++) sums[row][part] = vdupq_n_s32(0);
    for (int32_t at = 0; at < inputs; at += 4, weights += 4 * BLOCK) {
        int8x16_t parts[4];
        UNROLLED for (int part = 0; part < 4; part++) parts[part] = vld1q_s8(weights + 16 * part);
        UNROLLED for (int row = 0; row < rows; row++) {
            const int32_t *four = (const int32_t *)(activations + (size_t)row * (size_t)inputs + at);
            int8x16_t values = vreinterpretq_s8_s32(vld1q_dup_s32(four));
            UNROLLED for (int part = 0; part < 4; part++)
                sums[row][part] = vdotq_s32(sums[row][part], parts[part], values);
        }
    }
    UNROLLED for (int row = 0; row < rows; row++) UNROLLED for (int part = 0; part < 4; part++) {
        int32_t at = column + 4 * part;
        float32x4_t scale = vmulq_n_f32(vld1q_f32(by->scales + at), row_scales[row]);
        float32x4_t value = vfmaq_f32(vld1q_f32(by->biases + at), vcvtq_f32_s32(sums[row][part]), scale);
        vst1q_f32(into + (size_t)row * (size_t)outputs + at, value);
    }
}

static void multiply(
    const wicket_scratch *scratch, int32_t rows, int32_t inputs, int32_t outputs, const linear *by, float *into) {
    const int8_t *activations = scratch->quantised;
    for (int32_t column = 0; column < outputs; column += 16) {
        const int8_t *weights =
            by->weights + (size_t)(column / BLOCK * BLOCK) * (size_t)inputs + (size_t)(column % BLOCK) * 4;
        int32_t row = 0;
#define TILE(height)                                                                                                           \
    multiply_tile(                                                                                                             \
        activations + (size_t)row * (size_t)inputs, scratch->row_scales + row, inputs, outputs, by, weights, column,           \
        into + (size_t)row * (size_t)outputs, height)
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
