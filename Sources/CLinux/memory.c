// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "wicket_linux.h"
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

void wicket_release_startup_memory(void) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (!maps) return;
    char line[512];
    while (fgets(line, sizeof line, maps)) {
        uintptr_t start, end;
        char permissions[5];
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &start, &end, permissions) != 3) continue;
        // Code from a file is never written to: what is dropped comes back from the page cache when it is run again.
        if (strcmp(permissions, "r-xp") == 0 && strchr(line, '/')) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    fclose(maps);
    malloc_trim(0);
}
