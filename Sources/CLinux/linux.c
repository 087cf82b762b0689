// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "wicket_linux.h"
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local char thread_mark;

uintptr_t wicket_thread_id(void) { return (uintptr_t)&thread_mark; }

int wicket_accept(int listener) { return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

void wicket_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

void wicket_tune_malloc(void) {
    mallopt(M_ARENA_MAX, 2);
    mallopt(M_TRIM_THRESHOLD, 1 << 20);
    mallopt(M_MMAP_THRESHOLD, 256 << 10);
}

int wicket_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -1;
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

int wicket_peer_pidfd(int fd, int32_t pid) {
    int pidfd = -1;
    socklen_t length = sizeof pidfd;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) == 0) return pidfd;
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int wicket_pidfd_alive(int pidfd) {
    // A pidfd becomes readable when its process ends.
    struct pollfd poll_entry = {.fd = pidfd, .events = POLLIN};
    return poll(&poll_entry, 1, 0) == 0;
}
