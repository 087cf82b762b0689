// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// What the daemon does to itself before it reads a key or takes a connection.
package enum ProcessHardening {
    /// What holds afterwards.
    package struct Outcome: Sendable, Equatable {
        /// No process of the same user can trace this one or read its memory, and the kernel writes no image of it.
        package var isUndumpable: Bool
        package var coreFilesForbidden: Bool
        /// How many descriptors this process may open: connections and upstreams together.
        package var descriptorLimit: UInt64
    }

    /// Once, first thing in `main`. What the kernel refuses is reported, not fatal: a sandbox may have done it already.
    @discardableResult
    package static func apply() -> Outcome {
        // Whatever is created is the user's own until a mode is set on purpose; a socket is never open to others between bind
        // and chmod.
        umask(0o077)
        // Swift's handler of crashes would have another program print registers and memory; and it waits for that program, which
        // may not read this one: a crashed daemon would hang instead of being started again.
        for crash in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] { signal(crash, SIG_DFL) }
        return Outcome(
            isUndumpable: wicket_forbid_dumping() == 0 && wicket_is_dumpable() == 0,
            coreFilesForbidden: wicket_forbid_core_files() == 0, descriptorLimit: wicket_raise_descriptor_limit()
        )
    }
}
