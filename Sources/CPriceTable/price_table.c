// SPDX-License-Identifier: Apache-2.0
#include "price_table.h"

// Clang has had #embed in every version of C since 19.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t table[] = {
#embed "prices.tsv"
};

const uint8_t *wicket_price_table(void) { return table; }
size_t wicket_price_table_length(void) { return sizeof(table); }
