// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "wicket_memory.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

// Closing the descriptor leaves the mapping as the only way to the pages.
static void *secret_memory(size_t size) {
    // A kernel that has none (before 5.14), or was not told to allow it (before 6.5), is asked once.
    static atomic_int refused;
    if (atomic_load(&refused)) return NULL;
    int descriptor = (int)syscall(SYS_memfd_secret, O_CLOEXEC);
    if (descriptor < 0) {
        // Being out of descriptors for a moment says nothing of the kernel.
        if (errno != EMFILE && errno != ENFILE) atomic_store(&refused, 1);
        return NULL;
    }
    void *memory = MAP_FAILED;
    if (ftruncate(descriptor, (off_t)size) == 0) {
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    }
    close(descriptor);
    return memory == MAP_FAILED ? NULL : memory;
}

static void *anonymous_memory(size_t size, int *protection) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return NULL;
    *protection = mlock(memory, size) == 0 ? WICKET_MEMORY_LOCKED : WICKET_MEMORY_UNLOCKED;
    return memory;
}

void *wicket_protected_memory(size_t size, int *protection) {
    *protection = WICKET_MEMORY_SECRET;
    void *memory = secret_memory(size);
    if (!memory) memory = anonymous_memory(size, protection);
    if (!memory) return NULL;
    madvise(memory, size, MADV_DONTDUMP);
    madvise(memory, size, MADV_DONTFORK);
    // Every page is there before a key is to be written to it.
    memset(memory, 0, size);
    return memory;
}

// Ciphers leave their key schedule, which begins with the key, in objects that are freed as they are. Those objects are not ours,
// but the `free` that they come to is: this one stands before libc's, or before that of a library that was loaded in its place.
static _Thread_local int wiping;

void wicket_begin_wiping_freed_memory(void) { wiping++; }
void wicket_end_wiping_freed_memory(void) { wiping--; }

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
static void (*_Atomic next_free)(void *);

void free(void *memory) {
    if (!memory) return;
    if (__builtin_expect(wiping != 0, 0)) explicit_bzero(memory, malloc_usable_size(memory));
    void (*next)(void *) = atomic_load_explicit(&next_free, memory_order_relaxed);
    if (__builtin_expect(!next, 0)) {
        next = (void (*)(void *))dlsym(RTLD_NEXT, "free");
        atomic_store_explicit(&next_free, next, memory_order_relaxed);
    }
    next(memory);
}
#endif

__attribute__((noinline)) void wicket_wipe_stack(void) {
    // What BoringSSL and the code around it were seen to use is under 8 KB.
    char room[32 << 10];
    explicit_bzero(room, sizeof room);
}
