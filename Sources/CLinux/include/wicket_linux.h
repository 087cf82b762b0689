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
/// Starts a thread of that name (at most 15 bytes) and niceness, which nobody waits for; 0, or an errno.
int wicket_start_thread(const char *name, int niceness, void (*body)(void *), void *argument);
/// Pins malloc to few arenas and returns freed memory early; for a small resident size.
void wicket_tune_malloc(void);

/// The process's environment, as execve got it: NAME=value strings up to a null.
char **wicket_environment(void);
/// How many processors this process may run on; at least 1.
int wicket_usable_processors(void);

/// Blocks SIGTERM, SIGINT and SIGHUP in the calling thread and in those it starts from now on; ignores SIGPIPE.
void wicket_block_signals(void);
/// A non-blocking descriptor that is readable while one of the blocked signals waits; -1 and errno on failure.
int wicket_signal_descriptor(void);
/// The next signal that waits at the descriptor, or 0.
int wicket_next_signal(int descriptor);

/// No ptrace by the same user, no /proc/PID/mem, no core file; 0, or -1 and errno.
int wicket_forbid_dumping(void);
int wicket_is_dumpable(void);
/// RLIMIT_CORE to 0; 0, or -1 and errno.
int wicket_forbid_core_files(void);
/// RLIMIT_NOFILE up to its hard limit; the limit that then holds.
uint64_t wicket_raise_descriptor_limit(void);

/// A non-blocking Unix datagram socket, or -1 and errno.
int wicket_datagram_socket(void);
/// Sends without waiting; 0, or an errno.
int wicket_send_datagram(int descriptor, const char *path, const void *bytes, size_t count);

/// Lets go of the pages of code that only the start needed, and of memory that was freed since; the resident size is what serving
/// needs then. What is needed again is mapped again, at a microsecond a page.
void wicket_release_startup_memory(void);
