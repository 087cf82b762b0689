// SPDX-License-Identifier: Apache-2.0
// Which instructions there are, memory to work in, and the way in.
#include "model.h"
#include <stdlib.h>
#if defined(__aarch64__)
#include <sys/auxv.h>
#endif

int wicket_has_instructions(wicket_instructions instructions) {
    switch (instructions) {
    case WICKET_INSTRUCTIONS_PORTABLE: return 1;
#if defined(__x86_64__)
    case WICKET_INSTRUCTIONS_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case WICKET_INSTRUCTIONS_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("fma");
#endif
#if defined(__aarch64__)
    case WICKET_INSTRUCTIONS_NEON: return (getauxval(AT_HWCAP) & (1ul << 20)) != 0; // HWCAP_ASIMDDP
#endif
    default: return 0;
    }
}

static forward_pass *forward(wicket_instructions instructions) {
    switch (instructions) {
#if defined(__x86_64__)
    case WICKET_INSTRUCTIONS_AVX2: return wicket_forward_avx2;
    case WICKET_INSTRUCTIONS_AVX512: return wicket_forward_avx512;
#endif
#if defined(__aarch64__)
    case WICKET_INSTRUCTIONS_NEON: return wicket_forward_neon;
#endif
    case WICKET_INSTRUCTIONS_PORTABLE: return wicket_forward_portable;
    default: return NULL;
    }
}

/// Cuts a piece off a block; all stay aligned to 64 bytes.
static void *cut(uint8_t **from, size_t count) {
    void *piece = *from;
    *from += (count + 63) & ~(size_t)63;
    return piece;
}

wicket_scratch *wicket_scratch_create(int32_t longest) {
    if (longest < 1 || longest > WICKET_EMBEDDING_LONGEST) return NULL;
    size_t rows = ((size_t)longest + 15) & ~(size_t)15;
    size_t size = sizeof(wicket_scratch) + 64 + rows * (2 * WIDTH * 4 + INNER * 4 + HEAD_WIDTH * 4 + 4 * 4 + 2 * INNER + 4);
    uint8_t *block = aligned_alloc(64, (size + 63) & ~(size_t)63);
    if (!block) return NULL;
    wicket_scratch *scratch = cut(&block, sizeof *scratch);
    scratch->longest = longest;
    scratch->current = cut(&block, rows * WIDTH * 4);
    scratch->next = cut(&block, rows * WIDTH * 4);
    scratch->wide = cut(&block, rows * INNER * 4);
    scratch->keys = cut(&block, rows * HEAD_WIDTH * 4);
    scratch->attention = cut(&block, rows * 4 * 4);
    scratch->quantised = cut(&block, rows * INNER * 2);
    scratch->row_scales = cut(&block, rows * 4);
    return scratch;
}

void wicket_scratch_destroy(wicket_scratch *scratch) { free(scratch); }

int wicket_embed(
    const wicket_model *model, wicket_scratch *scratch, wicket_instructions instructions, const int32_t *pieces, int32_t count,
    float vector[WICKET_EMBEDDING_WIDTH]) {
    if (count < 1 || count > scratch->longest || !wicket_has_instructions(instructions)) return -1;
    for (int32_t at = 0; at < count; at++)
        if (pieces[at] < 0 || pieces[at] >= VOCABULARY) return -1;
    forward(instructions)(model, scratch, pieces, count, vector);
    return 0;
}
