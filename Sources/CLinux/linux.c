// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "wicket_linux.h"
#include <malloc.h>
#include <pthread.h>
#include <sys/socket.h>

static _Thread_local char thread_mark;

uintptr_t wicket_thread_id(void) { return (uintptr_t)&thread_mark; }

int wicket_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

void wicket_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void wicket_tune_malloc(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
}
