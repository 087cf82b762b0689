// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A thread that answers what others await of the disk, in order.
final class QueryThread: Sendable {
    private struct Queue {
        var queries: [@Sendable (_ isClosed: Bool) -> Void] = []
        var isClosing = false
        var atEnd: (@Sendable () -> Void)?
    }
    private let queue = Mutex(Queue())
    private let doorbell: Doorbell

    init(_ doorbell: Doorbell) { self.doorbell = doorbell }

    func submit(_ query: @escaping @Sendable (_ isClosed: Bool) -> Void) {
        let isClosed = queue.withLock { queue in
            if !queue.isClosing { queue.queries.append(query) }
            return queue.isClosing
        }
        if isClosed { query(true) } else { doorbell.ring() }
    }

    /// Makes the thread answer what is there, run `atEnd`, and end. Only the first call is answered.
    func close(_ atEnd: @escaping @Sendable () -> Void) -> Bool {
        let isFirst = queue.withLock { queue in
            if queue.isClosing { return false }
            queue.isClosing = true
            queue.atEnd = atEnd
            return true
        }
        doorbell.ring()
        return isFirst
    }

    func run() {
        while true {
            let (queries, isClosing) = queue.withLock { queue in
                defer { queue.queries = [] }
                return (queue.queries, queue.isClosing)
            }
            for query in queries { query(false) }
            if !queries.isEmpty { continue }
            if isClosing { break }
            doorbell.wait(milliseconds: -1)
        }
        // Let go of: it may hold whose thread this is.
        queue.withLock { $0.atEnd.take() }?()
    }
}
