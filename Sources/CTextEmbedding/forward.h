// SPDX-License-Identifier: Apache-2.0
// The encoder but for its matrix products. Included once for each set of instructions, after `multiply`, and compiled for them:
// the vectors are the compiler's own, so the source is the same for all.
#include <stddef.h>

// About calls that pass vectors; here all such calls are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float floats16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t ints16 __attribute__((vector_size(64), aligned(4)));
typedef int8_t bytes16 __attribute__((vector_size(16), aligned(1)));
typedef ACTIVATION activations16 __attribute__((vector_size(16 * sizeof(ACTIVATION)), aligned(1)));

#define INLINE static inline __attribute__((always_inline))
/// Added to and taken from a float it rounds it to an integer, which then stands in its low bits.
#define ROUNDING 12582912.0f

INLINE floats16 load(const float *from) { return *(const floats16 *)from; }
INLINE void store(float *to, floats16 value) { *(floats16 *)to = value; }
INLINE floats16 all(float value) { return (floats16){0} + value; }
INLINE floats16 magnitude(floats16 value) { return (floats16)((ints16)value & 0x7FFFFFFF); }

// Lanes are put together by halves: one after another, each step would wait for the one before.
#define HALF(value, with, ...)                                                                                                 \
    with(__builtin_shufflevector(value, value, __VA_ARGS__), value)
#define BY_HALVES(with, value)                                                                                                 \
    value = HALF(value, with, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);                                           \
    value = HALF(value, with, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);                                           \
    value = HALF(value, with, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);                                           \
    value = HALF(value, with, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
#define PLUS(one, other) ((one) + (other))

INLINE float sum(floats16 value) {
    BY_HALVES(PLUS, value);
    return value[0];
}

INLINE float largest(floats16 value) {
    BY_HALVES(__builtin_elementwise_max, value);
    return value[0];
}

/// e^x for x <= 0, to seven digits: 2^n times a polynomial of the rest.
INLINE floats16 exponential(floats16 x) {
    x = __builtin_elementwise_max(x, all(-87.0f));
    floats16 shifted = x * 1.44269504f + ROUNDING, whole = shifted - ROUNDING;
    floats16 rest = x - whole * 0.693359375f + whole * 2.12194440e-4f;
    floats16 power = 1.3981999507e-3f + rest * 1.9875691500e-4f;
    power = power * rest + 8.3334519073e-3f;
    power = power * rest + 4.1665795894e-2f;
    power = power * rest + 1.6666665459e-1f;
    power = power * rest + 5.0000001201e-1f;
    power = power * rest * rest + rest + 1.0f;
    return power * (floats16)(((ints16)shifted << 23) + (127 << 23));
}

/// x times the normal distribution's share below x, to 0.0002: an odd polynomial for the error function, which is 1 from 4 on.
static void gelu(float *values, int32_t count) {
    for (int32_t at = 0; at < count; at += 16) {
        floats16 x = load(values + at);
        floats16 near = __builtin_elementwise_max(__builtin_elementwise_min(x, all(4.0f)), all(-4.0f)), square = near * near;
        floats16 power = -3.1776323e-6f + square * 4.5175984e-8f;
        power = power * square + 9.5527357e-5f;
        power = power * square - 1.6243714e-3f;
        power = power * square + 1.7527369e-2f;
        power = power * square - 1.2910881e-1f;
        power = power * square + 7.9574051e-1f;
        floats16 half = 0.5f * x;
        store(values + at, half * (power * near) + half);
    }
}

/// One row in eight bits, -127 to 127, and what one step of it is worth.
static void quantise(const float *values, int32_t row, int32_t width, wicket_scratch *scratch) {
    floats16 sizes = {0};
    for (int32_t at = 0; at < width; at += 16) sizes = __builtin_elementwise_max(sizes, magnitude(load(values + at)));
    float size = largest(sizes), steps = size > 0 ? 127.0f / size : 0;
    scratch->row_scales[row] = size / 127.0f;
    ACTIVATION *quantised = (ACTIVATION *)scratch->quantised + (size_t)row * (size_t)width;
    for (int32_t at = 0; at < width; at += 16) {
        ints16 whole = (ints16)(load(values + at) * steps + ROUNDING) - (ints16)all(ROUNDING);
        *(activations16 *)(quantised + at) = __builtin_convertvector(whole + ACTIVATION_SHIFT, activations16);
    }
}

/// Adds `residue` and brings each row to mean 0 and variance 1, then to what the model has learned, and quantises it.
static void normalise(
    float *values, const float *residue, int32_t rows, const float *gain, const float *shift, wicket_scratch *scratch) {
    for (int32_t row = 0; row < rows; row++, values += WIDTH) {
        floats16 parts[WIDTH / 16], total = {0}, squares = {0};
        for (int at = 0; at < WIDTH / 16; at++) {
            parts[at] = load(values + 16 * at);
            if (residue) parts[at] += load(residue + (size_t)row * WIDTH + 16 * at);
            total += parts[at];
        }
        float mean = sum(total) / WIDTH;
        for (int at = 0; at < WIDTH / 16; at++) {
            parts[at] -= mean;
            squares += parts[at] * parts[at];
        }
        float scale = 1.0f / __builtin_sqrtf(sum(squares) / WIDTH + 1e-12f);
        for (int at = 0; at < WIDTH / 16; at++)
            store(values + 16 * at, parts[at] * scale * load(gain + 16 * at) + load(shift + 16 * at));
        quantise(values, row, WIDTH, scratch);
    }
}

enum { ROW = 3 * WIDTH, TOGETHER = 4 };

// Swaps the halves of `one` and `other` that are off the diagonal, for blocks of 8, 4, 2 and 1.
#define SWAP(step, low, high)                                                                                                  \
    for (int at = 0; at < 16; at++)                                                                                            \
        if ((at & step) == 0) {                                                                                                \
            floats16 one = block[at], other = block[at + step];                                                                \
            block[at] = __builtin_shufflevector(one, other, low);                                                              \
            block[at + step] = __builtin_shufflevector(one, other, high);                                                      \
        }
#define LANES(...) __VA_ARGS__

/// Turns 16 rows of 16 around.
static void transpose(const float *from, size_t from_step, float *to, size_t to_step) {
    floats16 block[16];
    for (size_t at = 0; at < 16; at++) block[at] = load(from + at * from_step);
    SWAP(8, LANES(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
         LANES(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
    SWAP(4, LANES(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
         LANES(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
    SWAP(2, LANES(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
         LANES(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
    SWAP(1, LANES(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
         LANES(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
    for (size_t at = 0; at < 16; at++) store(to + at * to_step, block[at]);
}

/// How near four rows of one head are to each piece, into `scratch->attention`, and the largest of each row.
INLINE void score(
    const float *const queries[TOGETHER], wicket_scratch *scratch, int32_t count, int32_t padded, float sizes[TOGETHER]) {
    const ints16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    floats16 largest_yet[TOGETHER];
    for (int row = 0; row < TOGETHER; row++) largest_yet[row] = all(-1e30f);
    for (int32_t at = 0; at < padded; at += 16) {
        floats16 scores[TOGETHER] = {{0}};
        for (int part = 0; part < HEAD_WIDTH; part++) {
            floats16 keys = load(scratch->keys + part * padded + at);
            for (int row = 0; row < TOGETHER; row++) scores[row] += queries[row][part] * keys;
        }
        // What lies behind the last piece is of an earlier text.
        const ints16 is_piece = lanes < count - at;
        for (int row = 0; row < TOGETHER; row++) {
            floats16 value = (floats16)(((ints16)(scores[row] * 0.17677669529f) & is_piece) | ((ints16)all(-1e30f) & ~is_piece));
            largest_yet[row] = __builtin_elementwise_max(largest_yet[row], value);
            store(scratch->attention + row * padded + at, value);
        }
    }
    for (int row = 0; row < TOGETHER; row++) sizes[row] = largest(largest_yet[row]);
}

/// Four rows of one head; `rows` of them count.
static void attend_rows(
    const float *first, const float *values, wicket_scratch *scratch, int32_t rows, int32_t count, int32_t padded, float *into) {
    const float *queries[TOGETHER];
    for (int row = 0; row < TOGETHER; row++) queries[row] = first + (row < rows ? row : 0) * ROW;
    float sizes[TOGETHER], shares[TOGETHER];
    score(queries, scratch, count, padded, sizes);
    for (int row = 0; row < TOGETHER; row++) {
        floats16 total = {0};
        for (int32_t at = 0; at < padded; at += 16) {
            floats16 value = exponential(load(scratch->attention + row * padded + at) - sizes[row]);
            store(scratch->attention + row * padded + at, value);
            total += value;
        }
        shares[row] = 1.0f / sum(total);
    }
    floats16 sums[TOGETHER][2] = {{{0}}};
    for (int32_t at = 0; at < count; at++) {
        floats16 low = load(values + (size_t)at * ROW), high = load(values + (size_t)at * ROW + 16);
        for (int row = 0; row < TOGETHER; row++) {
            float share = scratch->attention[row * padded + at];
            sums[row][0] += share * low;
            sums[row][1] += share * high;
        }
    }
    for (int row = 0; row < rows; row++) {
        store(into + row * WIDTH, sums[row][0] * shares[row]);
        store(into + row * WIDTH + 16, sums[row][1] * shares[row]);
    }
}

/// Each piece looks at all pieces; `from` holds their queries, keys and values side by side, and room for whole blocks of 16.
static void attend(const float *from, int32_t count, wicket_scratch *scratch, float *into) {
    int32_t padded = (count + 15) & ~15;
    for (int head = 0; head < HEADS; head++) {
        const float *queries = from + head * HEAD_WIDTH, *keys = queries + WIDTH, *values = keys + WIDTH;
        for (int32_t at = 0; at < padded; at += 16)
            for (int part = 0; part < HEAD_WIDTH; part += 16)
                transpose(keys + (size_t)at * ROW + part, ROW, scratch->keys + part * padded + at, (size_t)padded);
        for (int32_t at = 0; at < count; at += TOGETHER) {
            int32_t rows = count - at < TOGETHER ? count - at : TOGETHER;
            float *target = into + (size_t)at * WIDTH + head * HEAD_WIDTH;
            attend_rows(queries + (size_t)at * ROW, values, scratch, rows, count, padded, target);
        }
    }
}

static void look_up(const wicket_model *model, const int32_t *pieces, int32_t count, float *into) {
    for (int32_t at = 0; at < count; at++, into += WIDTH) {
        const int8_t *word = model->words + (size_t)pieces[at] * WIDTH;
        const float *position = model->positions + (size_t)at * WIDTH;
        float scale = model->word_scales[pieces[at]];
        for (int part = 0; part < WIDTH; part += 16) {
            floats16 weights = __builtin_convertvector(*(const bytes16 *)(word + part), floats16);
            store(into + part, weights * scale + load(position + part));
        }
    }
}

/// The mean of all pieces, brought to length 1.
static void pool(const float *from, int32_t count, float *vector) {
    floats16 parts[WIDTH / 16] = {{0}}, squares = {0};
    for (int32_t at = 0; at < count; at++, from += WIDTH)
        for (int part = 0; part < WIDTH / 16; part++) parts[part] += load(from + 16 * part);
    for (int part = 0; part < WIDTH / 16; part++) squares += parts[part] * parts[part];
    float length = __builtin_sqrtf(sum(squares));
    float scale = length > 0 ? 1.0f / length : 0;
    for (int part = 0; part < WIDTH / 16; part++) store(vector + 16 * part, parts[part] * scale);
}

/// Where a step writes what the next one multiplies, it quantises it while it is at hand.
void FORWARD(const wicket_model *model, wicket_scratch *scratch, const int32_t *pieces, int32_t count, float *vector) {
    float *current = scratch->current, *next = scratch->next, *wide = scratch->wide;
    look_up(model, pieces, count, current);
    normalise(current, NULL, count, model->gain, model->shift, scratch);
    for (int at = 0; at < LAYERS; at++) {
        const layer *by = &model->layers[at];
        multiply(scratch, count, WIDTH, ROW, &by->query_key_value, wide);
        attend(wide, count, scratch, next);
        for (int32_t row = 0; row < count; row++) quantise(next + (size_t)row * WIDTH, row, WIDTH, scratch);
        multiply(scratch, count, WIDTH, WIDTH, &by->attention_output, next);
        normalise(next, current, count, by->attention_gain, by->attention_shift, scratch);
        multiply(scratch, count, WIDTH, INNER, &by->inner, wide);
        for (int32_t row = 0; row < count; row++) {
            gelu(wide + (size_t)row * INNER, INNER);
            quantise(wide + (size_t)row * INNER, row, INNER, scratch);
        }
        multiply(scratch, count, INNER, WIDTH, &by->output, current);
        normalise(current, next, count, by->output_gain, by->output_shift, scratch);
    }
    pool(current, count, vector);
}
