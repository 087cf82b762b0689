// SPDX-License-Identifier: Apache-2.0
// libcurl puts each request together in memory of its own, the key with it, and frees that as it is. What it allocates here is
// overwritten when it is freed, or moved.
#define _GNU_SOURCE
#include "wicket_curl.h"
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static void wiping_free(void *memory) {
    if (!memory) return;
    explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

static void *wiping_realloc(void *memory, size_t size) {
    if (!memory) return malloc(size);
    size_t room = malloc_usable_size(memory);
    if (size && size <= room && size >= room / 2) return memory;
    void *moved = malloc(size);
    if (!moved) return NULL;
    memcpy(moved, memory, room < size ? room : size);
    wiping_free(memory);
    return moved;
}

CURLcode wicket_curl_global_init(void) {
    return curl_global_init_mem(CURL_GLOBAL_ALL, malloc, wiping_free, wiping_realloc, strdup, calloc);
}
