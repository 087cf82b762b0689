// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "wicket_linux.h"
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>

static _Thread_local char thread_mark;

uintptr_t wicket_thread_id(void) { return (uintptr_t)&thread_mark; }

int wicket_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

void wicket_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

struct thread_start {
    char name[16];
    int niceness;
    void (*body)(void *);
    void *argument;
};

static void *run_thread(void *given) {
    struct thread_start start = *(struct thread_start *)given;
    free(given);
    wicket_name_thread(start.name);
    setpriority(PRIO_PROCESS, 0, start.niceness);
    start.body(start.argument);
    return NULL;
}

int wicket_start_thread(const char *name, int niceness, void (*body)(void *), void *argument) {
    struct thread_start *start = calloc(1, sizeof *start);
    if (!start) return ENOMEM;
    strncpy(start->name, name, sizeof start->name - 1);
    start->niceness = niceness;
    start->body = body;
    start->argument = argument;
    pthread_t thread;
    int refused = pthread_create(&thread, NULL, run_thread, start);
    if (refused) {
        free(start);
        return refused;
    }
    pthread_detach(thread);
    return 0;
}

void wicket_tune_malloc(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
}

char **wicket_environment(void) { return environ; }

int wicket_usable_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) < 0) return 1;
    return CPU_COUNT(&set);
}

static void daemon_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGHUP);
}

void wicket_block_signals(void) {
    sigset_t set;
    daemon_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int wicket_signal_descriptor(void) {
    sigset_t set;
    daemon_signals(&set);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int wicket_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    if (read(descriptor, &info, sizeof info) != (ssize_t)sizeof info) return 0;
    return (int)info.ssi_signo;
}

int wicket_forbid_dumping(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int wicket_is_dumpable(void) { return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1; }

int wicket_forbid_core_files(void) {
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none);
}

uint64_t wicket_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return 0;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? before : limit.rlim_cur;
}

int wicket_datagram_socket(void) { return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

int wicket_send_datagram(int descriptor, const char *path, const void *bytes, size_t count) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length >= sizeof address.sun_path) return ENAMETOOLONG;
    memcpy(address.sun_path, path, length + 1);
    ssize_t sent = sendto(descriptor, bytes, count, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&address, sizeof address);
    return sent < 0 ? errno : 0;
}
