// SPDX-License-Identifier: Apache-2.0
#include "sketch.h"

static int32_t dot(const int8_t *row, const int8_t *query, size_t dimension) {
    int32_t sum = 0;
    for (size_t at = 0; at < dimension; at++) sum += row[at] * query[at];
    return sum;
}

void wicket_dots_portable(const int8_t *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) products[row] = dot(rows + row * dimension, query, dimension);
}

void wicket_dots_of_portable(
    const int8_t *const *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products) {
    for (size_t row = 0; row < count; row++) {
        if (row + WICKET_ROWS_AHEAD < count) wicket_fetch(rows[row + WICKET_ROWS_AHEAD], dimension);
        products[row] = dot(rows[row], query, dimension);
    }
}

size_t wicket_near_portable(
    const uint64_t *low, const uint64_t *high, size_t count, uint64_t query_low, uint64_t query_high, uint32_t limit,
    uint32_t first, uint32_t *places, uint8_t *distances) {
    size_t found = 0;
    for (size_t at = 0; at < count; at++) {
        const int distance = __builtin_popcountll(low[at] ^ query_low) + __builtin_popcountll(high[at] ^ query_high);
        places[found] = first + (uint32_t)at;
        distances[found] = (uint8_t)distance;
        found += (uint32_t)distance <= limit;
    }
    return found;
}

void wicket_sketch_portable(
    const int8_t *vector, const int8_t *signs, size_t dimension, uint64_t *low, uint64_t *high) {
    wicket_sketch_lines(vector, signs, dimension, low, high);
}
