// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "wicket_peer.h"
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59
#endif
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

int wicket_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -1;
    *pid = peer.pid;
    *uid = peer.uid;
    *gid = peer.gid;
    return 0;
}

int32_t wicket_peer_groups(int fd, uint32_t *groups, uint32_t capacity) {
    socklen_t length = capacity * sizeof *groups;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == 0) return (int32_t)(length / sizeof *groups);
    // With too little room the kernel says how much it takes.
    return errno == ERANGE ? (int32_t)(length / sizeof *groups) : -1;
}

int wicket_peer_pidfd(int fd, int32_t pid, int32_t *of_socket) {
    int pidfd = -1;
    socklen_t length = sizeof pidfd;
    *of_socket = 1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) == 0) return pidfd;
    // The kernel has the option, and the peer is gone.
    if (errno != ENOPROTOOPT) return -1;
    *of_socket = 0;
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

int wicket_pidfd_alive(int pidfd) {
    // A pidfd becomes readable when its process ends.
    struct pollfd entry = {.fd = pidfd, .events = POLLIN};
    return poll(&entry, 1, 0) == 0;
}
