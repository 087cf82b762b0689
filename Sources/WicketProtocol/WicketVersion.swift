// SPDX-License-Identifier: Apache-2.0

/// The release that daemon, command line and client library were built from.
package enum WicketVersion {
    package static let release = "0.1.0"
    /// Grows when a method or a field changes in a way that an older peer would misread; `system.info` tells it.
    package static let rpc = 1
}
