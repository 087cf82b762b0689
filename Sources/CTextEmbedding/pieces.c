// SPDX-License-Identifier: Apache-2.0
// Looks word pieces up in the table that lies ready in the file, so that no dictionary is built at the start.
#include "model.h"
#include <string.h>

/// FNV-1a.
static uint32_t hashed(uint32_t hash, uint8_t byte) { return (hash ^ byte) * 16777619u; }

/// The piece of that text. Pieces that go on with a word are kept with `##` before them.
static int32_t piece(const wicket_model *model, uint32_t hash, const uint8_t *bytes, size_t count, int goes_on) {
    size_t mark = goes_on ? 2 : 0;
    for (uint32_t slot = hash ^ (hash >> 16);; slot++) {
        uint32_t entry = model->table[slot & model->table_mask];
        if (entry == 0) return -1;
        const uint8_t *text = model->texts + model->text_starts[entry - 1];
        size_t length = model->text_starts[entry] - model->text_starts[entry - 1];
        if (length == count + mark && (!goes_on || memcmp(text, "##", 2) == 0) && memcmp(text + mark, bytes, count) == 0)
            return (int32_t)entry - 1;
    }
}

int32_t wicket_model_longest_piece(
    const wicket_model *model, const uint8_t *bytes, size_t count, int goes_on, size_t *length) {
    enum { longest = 64 };
    uint32_t hashes[longest];
    size_t limit = model->longest_piece < longest ? model->longest_piece : longest;
    if (count > limit) count = limit;
    uint32_t hash = goes_on ? hashed(hashed(2166136261u, '#'), '#') : 2166136261u;
    for (size_t at = 0; at < count; at++) hashes[at] = hash = hashed(hash, bytes[at]);
    for (; count > 0; count--) {
        int32_t found = piece(model, hashes[count - 1], bytes, count, goes_on);
        if (found < 0) continue;
        *length = count;
        return found;
    }
    return -1;
}
