// SPDX-License-Identifier: Apache-2.0
// A sentence encoder (BERT, six layers of 384) over weights of eight bits, and the vocabulary of its word pieces.
// Nothing here is global: a model is read by any number of threads at once, a scratch block by one.
#ifndef WICKET_TEXT_EMBEDDING_H
#define WICKET_TEXT_EMBEDDING_H

#include <stddef.h>
#include <stdint.h>

enum {
    WICKET_EMBEDDING_WIDTH = 384,
    /// The most word pieces of one text; the model was trained on texts up to half of it.
    WICKET_EMBEDDING_LONGEST = 256,
};

/// Why a file is no model.
typedef enum {
    WICKET_MODEL_OK = 0,
    WICKET_MODEL_FOREIGN,
    /// Of another version of this format, or of another model.
    WICKET_MODEL_OTHER_VERSION,
    WICKET_MODEL_CUT,
    WICKET_MODEL_DAMAGED,
    WICKET_MODEL_NO_MEMORY,
} wicket_model_status;

/// Which of the processor's instructions do the multiplying.
typedef enum {
    /// Plain C: about a hundred times slower, for tests.
    WICKET_INSTRUCTIONS_PORTABLE = 0,
    WICKET_INSTRUCTIONS_AVX2 = 1,
    WICKET_INSTRUCTIONS_AVX512 = 2,
    WICKET_INSTRUCTIONS_NEON = 3,
} wicket_instructions;

typedef struct wicket_model wicket_model;
typedef struct wicket_scratch wicket_scratch;

/// Whether this processor, and this build, has them.
int wicket_has_instructions(wicket_instructions instructions);

/// Reads a model out of a block that must outlive it and stay as it is. NULL with why not.
/// Every byte is checked against the checksum, every length against `count`.
wicket_model *wicket_model_open(const void *bytes, size_t count, wicket_model_status *status);
void wicket_model_close(wicket_model *model);
/// SHA-256 over all weights and the vocabulary, 32 bytes.
const uint8_t *wicket_model_digest(const wicket_model *model);

/// The longest word piece that a word begins with, or goes on with; its id and how many bytes it takes. -1 when there is none.
int32_t wicket_model_longest_piece(
    const wicket_model *model, const uint8_t *bytes, size_t count, int goes_on, size_t *length);

/// Memory for texts of so many word pieces, 1 to `WICKET_EMBEDDING_LONGEST`; 17 KB for each. NULL when there is none.
wicket_scratch *wicket_scratch_create(int32_t longest);
void wicket_scratch_destroy(wicket_scratch *scratch);

/// Writes a vector of length 1.
/// @return 0, or -1 when there are no pieces, more than the scratch block is for, one that is none, or no such instructions.
int wicket_embed(
    const wicket_model *model, wicket_scratch *scratch, wicket_instructions instructions, const int32_t *pieces, int32_t count,
    float vector[WICKET_EMBEDDING_WIDTH]);

#endif
