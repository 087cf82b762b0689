// SPDX-License-Identifier: Apache-2.0
#ifndef WICKET_ALLOCATION_COUNTER_H
#define WICKET_ALLOCATION_COUNTER_H
#include <stdint.h>

/// How often the process has asked for memory (malloc, calloc, realloc, aligned forms) since it started, on all threads.
uint64_t wicket_allocation_count(void);

#endif
