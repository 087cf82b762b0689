// SPDX-License-Identifier: Apache-2.0
import CSystemd

/// Tells systemd what the daemon does (`Type=notify`), by the socket that `NOTIFY_SOCKET` names. Without one, nothing is sent.
package struct ServiceManager: Sendable {
    /// How long systemd waits between two signs of life before it ends the daemon; nil when it does not watch.
    package let watchdogMicroseconds: UInt64?

    /// Reads `WATCHDOG_USEC` and `WATCHDOG_PID`; before any thread starts.
    package init() {
        var interval: UInt64 = 0
        watchdogMicroseconds = sd_watchdog_enabled(0, &interval) > 0 ? interval : nil
    }

    /// The sockets answer. Also ends a reload.
    package func ready(status: String) { send(["READY=1", "STATUS=" + status]) }

    /// A reload begins; `ready` ends it.
    /// - Parameter monotonicMicroseconds: the present instant of CLOCK_MONOTONIC, by which systemd tells this reload from an
    ///   earlier one.
    package func reloading(monotonicMicroseconds: UInt64, status: String) {
        send(["RELOADING=1", "MONOTONIC_USEC=\(monotonicMicroseconds)", "STATUS=" + status])
    }

    /// The daemon drains and will exit.
    package func stopping(status: String) { send(["STOPPING=1", "STATUS=" + status]) }

    /// One line for `systemctl status`.
    package func status(_ status: String) { send(["STATUS=" + status]) }

    /// A sign of life.
    package func watchdog() { send(["WATCHDOG=1"]) }

    /// Why the daemon can't start or go on; it exits after this.
    package func failed(errno: Int32, status: String) { send(["ERRNO=\(errno)", "STATUS=" + status]) }

    private func send(_ assignments: [String]) {
        // One assignment a line: a line break in a status would be another assignment.
        let lines = assignments.map { String($0.map { $0.isNewline ? " " : $0 }) }
        _ = sd_notify(0, lines.joined(separator: "\n"))
    }
}
