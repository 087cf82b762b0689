// SPDX-License-Identifier: Apache-2.0
// Preloaded into a daemon under test: its databases' disk is full, read-only or slow while a file says so.
//
// WICKET_TEST_DISK names that file; its first letter counts: F (no space), R (read-only), S (each sync takes a second). Where it
// is missing or begins with anything else, the disk is as it is.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char fault(void) {
    const char *path = getenv("WICKET_TEST_DISK");
    char letter = 0;
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    if (read(file, &letter, 1) != 1) letter = 0;
    close(file);
    return letter;
}

static int is_database(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, "/wicket.db") != NULL;
}

/// 0, or -1 with errno when nothing can be written now.
static int refuses(int descriptor) {
    if (!is_database(descriptor)) return 0;
    switch (fault()) {
    case 'F': errno = ENOSPC; return -1;
    case 'R': errno = EROFS; return -1;
    default: return 0;
    }
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    if (refuses(descriptor)) return -1;
    return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    return pwrite(descriptor, bytes, count, offset);
}

static void wait_for_disk(int descriptor) {
    if (is_database(descriptor) && fault() == 'S') usleep(1000000);
}

int fdatasync(int descriptor) {
    wait_for_disk(descriptor);
    return (int)syscall(SYS_fdatasync, descriptor);
}

int fsync(int descriptor) {
    wait_for_disk(descriptor);
    return (int)syscall(SYS_fsync, descriptor);
}
