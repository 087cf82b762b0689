// SPDX-License-Identifier: Apache-2.0
// Thin inline shims over what Swift cannot import from glibc: unions, macros, and calls behind _GNU_SOURCE.
// _GNU_SOURCE is never defined here: it changes types that other clang modules have seen otherwise.
#pragma once
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/// Identity of the calling thread. Kept out of line so that no compiler reuses its value across a suspension point.
uintptr_t wicket_thread_id(void);

static inline int wicket_epoll_ctl(int epoll, int op, int fd, uint32_t events, uint64_t data) {
    struct epoll_event event;
    event.events = events;
    event.data.u64 = data;
    return epoll_ctl(epoll, op, fd, &event);
}
static inline uint64_t wicket_epoll_data(const struct epoll_event *event) { return event->data.u64; }
static inline int wicket_errno(void) { return errno; }

/// accept4 with SOCK_NONBLOCK | SOCK_CLOEXEC.
int wicket_accept(int listener);
/// Names the calling thread (at most 15 bytes), for ps and gdb.
void wicket_name_thread(const char *name);
/// Pins malloc to few arenas and returns freed memory early; for a small resident size.
void wicket_tune_malloc(void);

/// Who is at the other end of a Unix socket, as of its connect or listen (SO_PEERCRED). -1 and errno on failure.
int wicket_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid);
/// A pidfd of the peer (SO_PEERPIDFD, Linux 6.5), else of the process that has its pid now (pidfd_open); -1 where there is none.
int wicket_peer_pidfd(int fd, int32_t pid);
/// Whether the process behind a pidfd still runs.
int wicket_pidfd_alive(int pidfd);
