// SPDX-License-Identifier: Apache-2.0
// The model's parts, as they lie in the file.
#ifndef WICKET_MODEL_H
#define WICKET_MODEL_H

#include "wicket_text_embedding.h"

enum {
    VOCABULARY = 30522,
    WIDTH = WICKET_EMBEDDING_WIDTH,
    INNER = 1536,
    LAYERS = 6,
    HEADS = 12,
    HEAD_WIDTH = WIDTH / HEADS,
    POSITIONS = 512,
    /// Columns of a weight matrix that lie together; see `linear.weights`.
    BLOCK = 64,
};

/// A matrix with a scale for each of its columns (outputs).
typedef struct {
    const float *scales;
    const float *biases;
    /// Sums of each column's weights, for kernels whose activations are shifted to be unsigned.
    const int32_t *sums;
    /// [columns / 64][rows / 4][64][4]: what one step of a kernel multiplies lies together.
    const int8_t *weights;
} linear;

typedef struct {
    linear query_key_value, attention_output, inner, output;
    const float *attention_gain, *attention_shift, *output_gain, *output_shift;
} layer;

struct wicket_model {
    const uint8_t *digest;
    const float *word_scales;
    const int8_t *words;
    const float *positions;
    const float *gain, *shift;
    layer layers[LAYERS];
    /// Open addressing, linear: a piece's id plus one, or 0.
    const uint32_t *table;
    uint32_t table_mask;
    /// Where each piece's text begins, and where the last one ends.
    const uint32_t *text_starts;
    const uint8_t *texts;
    uint32_t longest_piece;
};

struct wicket_scratch {
    int32_t longest;
    /// Activations, [pieces][WIDTH].
    float *current, *next;
    /// [pieces][INNER], or [pieces][3 * WIDTH].
    float *wide;
    /// One head's keys, [HEAD_WIDTH][pieces rounded up to 16].
    float *keys;
    /// Four rows of attention.
    float *attention;
    /// Activations in eight bits, in numbers as wide as the kernel wants them, up to 16 bits; and a scale for each row.
    void *quantised;
    float *row_scales;
};

typedef void forward_pass(
    const wicket_model *model, wicket_scratch *scratch, const int32_t *pieces, int32_t count, float *vector);

#if defined(__x86_64__)
forward_pass wicket_forward_avx512, wicket_forward_avx2;
#endif
#if defined(__aarch64__)
forward_pass wicket_forward_neon;
#endif
forward_pass wicket_forward_portable;

#endif
