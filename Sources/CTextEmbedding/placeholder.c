// SPDX-License-Identifier: Apache-2.0
#include "wicket_text_embedding.h"
