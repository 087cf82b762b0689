// SPDX-License-Identifier: Apache-2.0
// Reads the file that packaging/fetch-embedder writes. Little-endian, each part at a multiple of 64 bytes.
#include "model.h"
#include <stdlib.h>
#include <string.h>

/// Bytes 0 to 127; the checksum is over all that follows it.
typedef struct {
    char magic[8];
    uint32_t checksum, version;
    uint32_t vocabulary, width, inner, layers, heads, positions, table_slots, longest_piece;
    uint64_t size, text_bytes;
    uint8_t digest[32], source_digest[32];
} header;
_Static_assert(sizeof(header) == 128, "the header is 128 bytes");

/// Goes through the file, and never out of it.
typedef struct {
    const uint8_t *bytes;
    size_t count, at;
    int is_cut;
} cursor;

static const void *take(cursor *from, size_t count) {
    size_t start = (from->at + 63) & ~(size_t)63;
    if (from->is_cut || start > from->count || count > from->count - start) {
        from->is_cut = 1;
        return NULL;
    }
    from->at = start + count;
    return from->bytes + start;
}

static const float *floats(cursor *from, size_t count) { return take(from, count * sizeof(float)); }

static linear take_linear(cursor *from, size_t columns, size_t rows) {
    linear taken;
    taken.scales = floats(from, columns);
    taken.biases = floats(from, columns);
    taken.sums = take(from, columns * sizeof(int32_t));
    taken.weights = take(from, columns * rows);
    return taken;
}

static void take_layer(cursor *from, layer *into) {
    into->query_key_value = take_linear(from, 3 * WIDTH, WIDTH);
    into->attention_output = take_linear(from, WIDTH, WIDTH);
    into->attention_gain = floats(from, WIDTH);
    into->attention_shift = floats(from, WIDTH);
    into->inner = take_linear(from, INNER, WIDTH);
    into->output = take_linear(from, WIDTH, INNER);
    into->output_gain = floats(from, WIDTH);
    into->output_shift = floats(from, WIDTH);
}

/// CRC-32 as in zlib, eight bytes at a step.
static uint32_t checksum(const uint8_t *bytes, size_t count) {
    uint32_t table[8][256];
    for (uint32_t value = 0; value < 256; value++) {
        uint32_t rest = value;
        for (int bit = 0; bit < 8; bit++) rest = (rest >> 1) ^ (0xEDB88320u & (0u - (rest & 1)));
        table[0][value] = rest;
    }
    for (int step = 1; step < 8; step++)
        for (int value = 0; value < 256; value++)
            table[step][value] = (table[step - 1][value] >> 8) ^ table[0][table[step - 1][value] & 255];
    uint32_t sum = ~0u;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        word ^= sum;
        sum = 0;
        for (int step = 0; step < 8; step++) sum ^= table[7 - step][(word >> (8 * step)) & 255];
    }
    for (; count > 0; bytes++, count--) sum = (sum >> 8) ^ table[0][(sum ^ *bytes) & 255];
    return ~sum;
}

static wicket_model_status check(const header *head, const uint8_t *bytes, size_t count) {
    if (memcmp(head->magic, "WICKETQ8", 8) != 0) return WICKET_MODEL_FOREIGN;
    if (head->version != 1 || head->vocabulary != VOCABULARY || head->width != WIDTH || head->inner != INNER ||
        head->layers != LAYERS || head->heads != HEADS || head->positions != POSITIONS)
        return WICKET_MODEL_OTHER_VERSION;
    if (head->size != count) return WICKET_MODEL_CUT;
    if (checksum(bytes + 12, count - 12) != head->checksum) return WICKET_MODEL_DAMAGED;
    uint32_t slots = head->table_slots;
    if (slots <= VOCABULARY || slots > 1u << 20 || (slots & (slots - 1)) != 0 || head->text_bytes > UINT32_MAX)
        return WICKET_MODEL_DAMAGED;
    return WICKET_MODEL_OK;
}

/// The checksum keeps out accidents; this, whatever else could lead out of the file.
static int is_vocabulary_sound(const wicket_model *model, uint64_t text_bytes) {
    for (uint32_t slot = 0, used = 0; slot <= model->table_mask; slot++) {
        used += model->table[slot] != 0;
        if (model->table[slot] > VOCABULARY || used > VOCABULARY) return 0;
    }
    for (uint32_t piece = 0; piece < VOCABULARY; piece++)
        if (model->text_starts[piece] > model->text_starts[piece + 1]) return 0;
    return model->text_starts[VOCABULARY] == text_bytes;
}

wicket_model *wicket_model_open(const void *block, size_t count, wicket_model_status *status) {
    header head;
    *status = WICKET_MODEL_FOREIGN;
    if (count < sizeof head) return NULL;
    memcpy(&head, block, sizeof head);
    *status = check(&head, block, count);
    if (*status != WICKET_MODEL_OK) return NULL;
    wicket_model *model = calloc(1, sizeof *model);
    *status = model ? WICKET_MODEL_OK : WICKET_MODEL_NO_MEMORY;
    if (!model) return NULL;
    cursor from = {.bytes = block, .count = count, .at = sizeof head};
    model->digest = from.bytes + offsetof(header, digest);
    model->word_scales = floats(&from, VOCABULARY);
    model->words = take(&from, (size_t)VOCABULARY * WIDTH);
    model->positions = floats(&from, (size_t)POSITIONS * WIDTH);
    model->gain = floats(&from, WIDTH);
    model->shift = floats(&from, WIDTH);
    for (int at = 0; at < LAYERS; at++) take_layer(&from, &model->layers[at]);
    model->table = take(&from, head.table_slots * sizeof(uint32_t));
    model->table_mask = head.table_slots - 1;
    model->text_starts = take(&from, (VOCABULARY + 1) * sizeof(uint32_t));
    model->texts = take(&from, head.text_bytes);
    model->longest_piece = head.longest_piece;
    if (from.is_cut || from.at != count || !is_vocabulary_sound(model, head.text_bytes)) {
        *status = WICKET_MODEL_DAMAGED;
        free(model);
        return NULL;
    }
    return model;
}

void wicket_model_close(wicket_model *model) { free(model); }

const uint8_t *wicket_model_digest(const wicket_model *model) { return model->digest; }
