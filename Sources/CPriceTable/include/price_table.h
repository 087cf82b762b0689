// SPDX-License-Identifier: Apache-2.0
// The price table as the file has it, among the program's constants: no page of it is in memory before it is looked at.
#ifndef WICKET_PRICE_TABLE_H
#define WICKET_PRICE_TABLE_H

#include <stddef.h>
#include <stdint.h>

const uint8_t *_Nonnull wicket_price_table(void);
size_t wicket_price_table_length(void);

#endif
