// SPDX-License-Identifier: Apache-2.0
#ifndef WICKET_VECTOR_SCAN_H
#define WICKET_VECTOR_SCAN_H

#include <stddef.h>
#include <stdint.h>

#endif
