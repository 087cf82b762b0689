// SPDX-License-Identifier: Apache-2.0
#include "wicket_vector_scan.h"
