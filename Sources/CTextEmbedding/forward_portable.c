// SPDX-License-Identifier: Apache-2.0
// For any processor, and to hold the others against.
#include "model.h"

#define FORWARD wicket_forward_portable
#define ACTIVATION int8_t
#define ACTIVATION_SHIFT 0

typedef int32_t block_sums[BLOCK];

static void multiply_row(const int8_t *activations, int32_t inputs, const int8_t *weights, block_sums sums) {
    for (int column = 0; column < BLOCK; column++) sums[column] = 0;
    for (int32_t at = 0; at < inputs; at += 4, weights += 4 * BLOCK) {
        const int8_t *four = activations + at;
        for (int column = 0; column < BLOCK; column++) {
            const int8_t *by = weights + 4 * column;
            sums[column] += four[0] * by[0] + four[1] * by[1] + four[2] * by[2] + four[3] * by[3];
        }
    }
}

static void multiply(
    const wicket_scratch *scratch, int32_t rows, int32_t inputs, int32_t outputs, const linear *by, float *into) {
    for (int32_t block = 0; block < outputs; block += BLOCK) {
        for (int32_t row = 0; row < rows; row++) {
            block_sums sums;
            const int8_t *activations = (const int8_t *)scratch->quantised + (size_t)row * (size_t)inputs;
            multiply_row(activations, inputs, by->weights + (size_t)block * (size_t)inputs, sums);
            for (int column = 0; column < BLOCK; column++) {
                int32_t at = block + column;
                into[(size_t)row * (size_t)outputs + (size_t)at] =
                    (float)sums[column] * (scratch->row_scales[row] * by->scales[at]) + by->biases[at];
            }
        }
    }
}

#include "forward.h"
