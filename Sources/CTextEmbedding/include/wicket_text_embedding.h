// SPDX-License-Identifier: Apache-2.0
#ifndef WICKET_TEXT_EMBEDDING_H
#define WICKET_TEXT_EMBEDDING_H

#include <stddef.h>
#include <stdint.h>

#endif
