// SPDX-License-Identifier: Apache-2.0
// The encoder but for its matrix products. Included once for each set of instructions, after `multiply`, and compiled for them:
// the vectors are the compiler's own, so the source is the same for all.
#include <stddef.h>

// About calls that pass vectors; here all such calls are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float floats16 __attribute__((vector_size(64), aligned(4)));
typedef int32_t ints16 __attribute__((vector_size(64), aligned(4)));
typedef int8_t bytes16 __attribute__((vector_size(16), aligned(1)));

#define INLINE static inline __attribute__((always_inline))
/// Added to and taken from a float it rounds it to an integer, which then stands in its low bits.
#define ROUNDING 12582912.0f

INLINE floats16 load(const float *from) { return *(const floats16 *)from; }
INLINE void store(float *to, floats16 value) { *(floats16 *)to = value; }
INLINE floats16 all(float value) { return (floats16){0} + value; }
INLINE floats16 magnitude(floats16 value) { return (floats16)((ints16)value & 0x7FFFFFFF); }

INLINE float sum(floats16 value) {
    float total = 0;
    for (int lane = 0; lane < 16; lane++) total += value[lane];
    return total;
}

INLINE float largest(floats16 value) {
    float found = value[0];
    for (int lane = 1; lane < 16; lane++) found = value[lane] > found ? value[lane] : found;
    return found;
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

/// x times the normal distribution's share below x (Abramowitz and Stegun 7.1.26).
static void gelu(float *values, size_t count) {
    for (size_t at = 0; at < count; at += 16) {
        floats16 x = load(values + at), scaled = x * 0.70710678f, size = magnitude(scaled);
        floats16 t = 1.0f / (1.0f + 0.3275911f * size);
        floats16 tail = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
        floats16 error = 1.0f - tail * exponential(-size * size);
        error = (floats16)((ints16)error | ((ints16)scaled & (int32_t)0x80000000));
        store(values + at, 0.5f * x * (1.0f + error));
    }
}

/// Each row in eight bits, -127 to 127, and what one step of it is worth.
static void quantise(const float *values, int32_t rows, int32_t width, wicket_scratch *scratch) {
    for (int32_t row = 0; row < rows; row++, values += width) {
        floats16 sizes = {0};
        for (int32_t at = 0; at < width; at += 16) sizes = __builtin_elementwise_max(sizes, magnitude(load(values + at)));
        float size = largest(sizes), steps = size > 0 ? 127.0f / size : 0;
        scratch->row_scales[row] = size / 127.0f;
        int8_t *quantised = scratch->quantised + (size_t)row * (size_t)width;
        for (int32_t at = 0; at < width; at += 16) {
            ints16 whole = (ints16)(load(values + at) * steps + ROUNDING) - (ints16)all(ROUNDING);
            *(bytes16 *)(quantised + at) = __builtin_convertvector(whole + ACTIVATION_SHIFT, bytes16);
#ifdef NEEDS_MAGNITUDES
            ints16 sizes = __builtin_elementwise_abs(whole);
            *(bytes16 *)(scratch->magnitudes + (size_t)row * (size_t)width + (size_t)at) =
                __builtin_convertvector(sizes, bytes16);
#endif
        }
    }
}

/// `into` = `from` times the matrix, plus its biases.
static void transform(
    const float *from, int32_t rows, int32_t inputs, int32_t outputs, const linear *by, wicket_scratch *scratch, float *into) {
    quantise(from, rows, inputs, scratch);
    multiply(scratch, rows, inputs, outputs, by, into);
}

/// Adds `residue` and brings each row to mean 0 and variance 1, then to what the model has learned.
static void normalise(float *values, const float *residue, int32_t rows, const float *gain, const float *shift) {
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
    }
}

/// Softmax without its division, over `count` of `padded` values.
/// @return what they are to be divided by.
INLINE float exponentials(float *values, int32_t count, int32_t padded) {
    for (int32_t at = count; at < padded; at++) values[at] = -1e30f;
    floats16 sizes = load(values), total = {0};
    for (int32_t at = 16; at < padded; at += 16) sizes = __builtin_elementwise_max(sizes, load(values + at));
    float size = largest(sizes);
    for (int32_t at = 0; at < padded; at += 16) {
        floats16 value = exponential(load(values + at) - size);
        store(values + at, value);
        total += value;
    }
    return sum(total);
}

enum { ROW = 3 * WIDTH, TOGETHER = 4 };

/// Four rows of one head; `rows` of them count.
static void attend_rows(
    const float *first, const float *values, wicket_scratch *scratch, int32_t rows, int32_t count, int32_t padded, float *into) {
    const float *queries[TOGETHER];
    for (int row = 0; row < TOGETHER; row++) queries[row] = first + (row < rows ? row : 0) * ROW;
    for (int32_t at = 0; at < padded; at += 16) {
        floats16 scores[TOGETHER] = {{0}};
        for (int part = 0; part < HEAD_WIDTH; part++) {
            floats16 keys = load(scratch->keys + part * padded + at);
            for (int row = 0; row < TOGETHER; row++) scores[row] += queries[row][part] * keys;
        }
        for (int row = 0; row < TOGETHER; row++) store(scratch->attention + row * padded + at, scores[row] * 0.17677669529f);
    }
    float divisors[TOGETHER];
    floats16 sums[TOGETHER][2] = {{{0}}};
    for (int row = 0; row < TOGETHER; row++) divisors[row] = exponentials(scratch->attention + row * padded, count, padded);
    for (int32_t at = 0; at < count; at++) {
        floats16 low = load(values + (size_t)at * ROW), high = load(values + (size_t)at * ROW + 16);
        for (int row = 0; row < TOGETHER; row++) {
            float share = scratch->attention[row * padded + at];
            sums[row][0] += share * low;
            sums[row][1] += share * high;
        }
    }
    for (int row = 0; row < rows; row++) {
        store(into + row * WIDTH, sums[row][0] / divisors[row]);
        store(into + row * WIDTH + 16, sums[row][1] / divisors[row]);
    }
}

/// Each piece looks at all pieces; `from` holds their queries, keys and values side by side.
static void attend(const float *from, int32_t count, wicket_scratch *scratch, float *into) {
    int32_t padded = (count + 15) & ~15;
    for (int head = 0; head < HEADS; head++) {
        const float *queries = from + head * HEAD_WIDTH, *keys = queries + WIDTH, *values = keys + WIDTH;
        for (int part = 0; part < HEAD_WIDTH; part++)
            for (int32_t at = count; at < padded; at++) scratch->keys[part * padded + at] = 0;
        for (int32_t at = 0; at < count; at++)
            for (int part = 0; part < HEAD_WIDTH; part++)
                scratch->keys[part * padded + at] = keys[(size_t)at * ROW + (size_t)part];
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

void FORWARD(const wicket_model *model, wicket_scratch *scratch, const int32_t *pieces, int32_t count, float *vector) {
    float *current = scratch->current, *next = scratch->next, *wide = scratch->wide;
    look_up(model, pieces, count, current);
    normalise(current, NULL, count, model->gain, model->shift);
    for (int at = 0; at < LAYERS; at++) {
        const layer *by = &model->layers[at];
        transform(current, count, WIDTH, ROW, &by->query_key_value, scratch, wide);
        attend(wide, count, scratch, next);
        transform(next, count, WIDTH, WIDTH, &by->attention_output, scratch, next);
        normalise(next, current, count, by->attention_gain, by->attention_shift);
        transform(next, count, WIDTH, INNER, &by->inner, scratch, wide);
        gelu(wide, (size_t)count * INNER);
        transform(wide, count, INNER, WIDTH, &by->output, scratch, current);
        normalise(current, next, count, by->output_gain, by->output_shift);
    }
    pool(current, count, vector);
}
