// SPDX-License-Identifier: Apache-2.0
// Memory for keys, and the traces that keys leave in memory that is not.
#pragma once
#include <stddef.h>

/// How far a piece of protected memory is protected; the lower the better.
enum {
    /// memfd_secret: no other process, no debugger and no kernel interface reads it, it is never swapped, it is in no dump.
    WICKET_MEMORY_SECRET = 0,
    /// Anonymous, locked against swap, in no dump.
    WICKET_MEMORY_LOCKED = 1,
    /// Anonymous, in no dump: the limit on locked memory is used up.
    WICKET_MEMORY_UNLOCKED = 2,
};

/// Whole pages of zeroes that a child process does not inherit; NULL when there is no memory. `size` is a multiple of the page's.
void *wicket_protected_memory(size_t size, int *protection);

/// From now on this thread overwrites what it frees, until it has been told to stop as often as to begin.
void wicket_begin_wiping_freed_memory(void);
void wicket_end_wiping_freed_memory(void);
/// Overwrites the part of this thread's stack that calls which have returned may have written to.
void wicket_wipe_stack(void);
