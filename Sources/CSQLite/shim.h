// SPDX-License-Identifier: Apache-2.0
// SQLite as Debian ships it. Its few variadic calls, which Swift cannot import, get a typed form here.
#pragma once
#include <sqlite3.h>

/// Turns off SQLite's own memory accounting, which takes a process-wide lock at each allocation. Call before the first connection.
static inline int wicket_sqlite_disable_memory_status(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
