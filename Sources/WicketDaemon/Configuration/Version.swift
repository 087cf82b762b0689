// SPDX-License-Identifier: Apache-2.0

/// The daemon's version, for `--version` and `system.info`.
package let wicketVersion = "0.1.0"
