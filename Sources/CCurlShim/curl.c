// SPDX-License-Identifier: Apache-2.0
// Compiles the header once as C, so that a mistake in it shows here.
#include "wicket_curl.h"
