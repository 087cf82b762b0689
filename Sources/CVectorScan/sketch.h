// SPDX-License-Identifier: Apache-2.0
#ifndef WICKET_VECTOR_SCAN_SKETCH_H
#define WICKET_VECTOR_SCAN_SKETCH_H

#include "kernels.h"

// The projection: the vector's blocks of 128 are added up under random signs, and a Walsh-Hadamard transform mixes the sum.
// That is a matrix of 128 rows of +1 and -1, orthogonal to each other, at the price of additions alone: written with vectors
// of the compiler, so that each instruction set makes its own of the same lines.

enum { WICKET_SKETCH_BITS = 128, WICKET_SKETCH_LANES = 16, WICKET_SKETCH_VECTORS = 8 };
typedef int32_t wicket_lanes __attribute__((vector_size(64)));

/// Adds lanes that are `step` apart, and subtracts them in the upper one of each two.
#define WICKET_MIX_LANES(sums, swapped, upper)                                                                            \
    for (int at = 0; at < WICKET_SKETCH_VECTORS; at++)                                                                    \
        sums[at] = swapped(sums[at]) + ((sums[at] ^ upper) - upper);
#define WICKET_SWAP_1(v) __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define WICKET_SWAP_2(v) __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)
#define WICKET_SWAP_4(v) __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)
#define WICKET_SWAP_8(v) __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)

static inline __attribute__((always_inline)) void wicket_sketch_lines(
    const int8_t *vector, const int8_t *signs, size_t dimension, uint64_t *low, uint64_t *high) {
    int16_t folded[WICKET_SKETCH_BITS] = {0};
    size_t block = 0;
    for (; block + WICKET_SKETCH_BITS <= dimension; block += WICKET_SKETCH_BITS)
        for (int at = 0; at < WICKET_SKETCH_BITS; at++)
            folded[at] += (int16_t)((vector[block + at] ^ signs[block + at]) - signs[block + at]);
    for (size_t at = block; at < dimension; at++) folded[at - block] += (int16_t)((vector[at] ^ signs[at]) - signs[at]);

    wicket_lanes sums[WICKET_SKETCH_VECTORS];
    int32_t wide[WICKET_SKETCH_BITS];
    for (int at = 0; at < WICKET_SKETCH_BITS; at++) wide[at] = folded[at];
    __builtin_memcpy(sums, wide, sizeof sums);
    for (int step = 1; step < WICKET_SKETCH_VECTORS; step *= 2)
        for (int at = 0; at < WICKET_SKETCH_VECTORS; at++)
            if ((at & step) == 0) {
                const wicket_lanes left = sums[at], right = sums[at + step];
                sums[at] = left + right;
                sums[at + step] = left - right;
            }
    const wicket_lanes upper1 = {0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1};
    const wicket_lanes upper2 = {0, 0, -1, -1, 0, 0, -1, -1, 0, 0, -1, -1, 0, 0, -1, -1};
    const wicket_lanes upper4 = {0, 0, 0, 0, -1, -1, -1, -1, 0, 0, 0, 0, -1, -1, -1, -1};
    const wicket_lanes upper8 = {0, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1};
    WICKET_MIX_LANES(sums, WICKET_SWAP_1, upper1)
    WICKET_MIX_LANES(sums, WICKET_SWAP_2, upper2)
    WICKET_MIX_LANES(sums, WICKET_SWAP_4, upper4)
    WICKET_MIX_LANES(sums, WICKET_SWAP_8, upper8)

    const wicket_lanes weights = {1,      1 << 1, 1 << 2,  1 << 3,  1 << 4,  1 << 5,  1 << 6,  1 << 7,
                                  1 << 8, 1 << 9, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
    uint64_t halves[2] = {0, 0};
    for (int at = 0; at < WICKET_SKETCH_VECTORS; at++) {
        const uint64_t bits = (uint32_t)__builtin_reduce_or((sums[at] < 0) & weights);
        halves[at / 4] |= bits << (at % 4 * WICKET_SKETCH_LANES);
    }
    *low = halves[0];
    *high = halves[1];
}

#endif
