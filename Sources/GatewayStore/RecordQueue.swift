// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// Records in the order they came, in chunks: growing moves none of them, however long the disk stands still.
struct RecordQueue {
    private static let chunkSize = 256
    private(set) var chunks: [ContiguousArray<CallRecord>] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ record: CallRecord) {
        if count % Self.chunkSize == 0 {
            var chunk = ContiguousArray<CallRecord>()
            // The first chunk of a quiet time grows as it needs; only a stream of records is worth a whole one.
            if count > 0 { chunk.reserveCapacity(Self.chunkSize) }
            chunks.append(chunk)
        }
        chunks[chunks.count - 1].append(record)
        count += 1
    }
}
