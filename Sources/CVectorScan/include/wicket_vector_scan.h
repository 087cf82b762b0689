// SPDX-License-Identifier: Apache-2.0
#ifndef WICKET_VECTOR_SCAN_H
#define WICKET_VECTOR_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// What the vector index asks of the processor. Every kernel gives the same integers; none reads past the lengths it is given.
/// A kernel is run as it is named: name only what `wicket_scan_supported` gave back.
typedef int32_t wicket_scan_kernel;
enum {
    WICKET_SCAN_PORTABLE = 0,
    WICKET_SCAN_AVX2 = 1,
    /// VNNI and VPOPCNTDQ.
    WICKET_SCAN_AVX512 = 2,
    WICKET_SCAN_NEON = 3,
};

/// A vector's longest length: sums of its products, and of its folded bytes, cannot overflow.
#define WICKET_SCAN_DIMENSION_MAX 16384

/// The fastest one of this machine.
wicket_scan_kernel wicket_scan_best(void);
/// `kernel`, or the portable one where this machine has it not.
wicket_scan_kernel wicket_scan_supported(wicket_scan_kernel kernel);

/// The dot products of `query` with `count` rows that lie one after another.
void wicket_scan_dots(
    wicket_scan_kernel kernel, const int8_t *rows, size_t count, size_t dimension, const int8_t *query, int32_t *products);

/// The same for rows that lie anywhere: each is fetched before its turn.
void wicket_scan_dots_of(
    wicket_scan_kernel kernel, const int8_t *const *rows, size_t count, size_t dimension, const int8_t *query,
    int32_t *products);

/// The sketches that differ from the query's in at most `limit` of their 128 bits, in order.
/// - low, high: the halves of `count` sketches.
/// - first: what the first sketch's place is called in `places`.
/// - places, distances: room for `count`.
/// - Returns: how many.
size_t wicket_scan_near(
    wicket_scan_kernel kernel, const uint64_t *low, const uint64_t *high, size_t count, uint64_t query_low,
    uint64_t query_high, uint32_t limit, uint32_t first, uint32_t *places, uint8_t *distances);

/// The random signs of a projection: 0 or -1 for each dimension. The same in all processes and versions.
void wicket_scan_signs(int8_t *signs, size_t dimension);

/// The 128 signs of a vector's projection on 128 orthogonal directions.
void wicket_scan_sketch(
    wicket_scan_kernel kernel, const int8_t *vector, const int8_t *signs, size_t dimension, uint64_t *low, uint64_t *high);

#endif
