// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a Unix socket.
#pragma once
#include <stdint.h>

/// Process, user and group of the peer, as of its connect or listen (SO_PEERCRED). -1 and errno on failure.
int wicket_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid);
/// The peer's supplementary groups as of its connect (SO_PEERGROUPS): how many there are, of which up to `capacity` are written
/// when all fit; -1 and errno on failure.
int32_t wicket_peer_groups(int fd, uint32_t *groups, uint32_t capacity);
/// A pidfd of the peer (SO_PEERPIDFD, Linux 6.5; `of_socket` is 1 then), else of the process that has its pid now (pidfd_open);
/// -1 where there is none.
int wicket_peer_pidfd(int fd, int32_t pid, int32_t *of_socket);
/// Whether the process behind a pidfd still runs.
int wicket_pidfd_alive(int pidfd);
