// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// A call's row on its way to the collector. An object, so that the queues of two signals share it, and making a batch copies
/// references only while a reactor may wait for the lock.
package final class EndedCall: Sendable {
    package let record: CallRecord
    /// About how many bytes of memory it takes.
    package let size: Int

    package init(_ record: borrowing CallRecord) {
        var record = copy record
        // How it was routed stays in the journal.
        record.decisions = nil
        size = MemoryLayout<CallRecord>.size + 400 + (record.metadata?.count ?? 0) + record.tries.count * 300
        self.record = record
    }
}
