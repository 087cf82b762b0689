// SPDX-License-Identifier: Apache-2.0
// Who is at the other end of a Unix socket.
#pragma once
#include <stdint.h>

/// Process, user and group of the peer, as of its connect or listen (SO_PEERCRED). -1 and errno on failure.
int wicket_peer_credentials(int fd, int32_t *pid, uint32_t *uid, uint32_t *gid);
/// A pidfd of the peer (SO_PEERPIDFD, Linux 6.5), else of the process that has its pid now (pidfd_open); -1 where there is none.
int wicket_peer_pidfd(int fd, int32_t pid);
/// Whether the process behind a pidfd still runs.
int wicket_pidfd_alive(int pidfd);
