// SPDX-License-Identifier: Apache-2.0

/// Lets a bounded number of transfers at a time to one https host, the others in the order they came.
///
/// HTTP/2 needs the bound: curl's connections to such a host are capped, and its own queue behind the cap degrades badly.
/// HTTP/1.1 must not have it, since there a connection carries one request at a time. Which of the two a host speaks shows with
/// its first answer; until then it is taken for HTTP/2, as nearly all providers are.
final class HostGate {
    let origin: String
    private let limit: Int
    private var inFlight = 0
    private var waiting: [CurlTransfer] = []
    /// The host has answered in HTTP/1.1.
    private(set) var isOpen = false

    init(origin: String, limit: Int) {
        self.origin = origin
        self.limit = limit
    }

    var waitingCount: Int { waiting.count }
    var isBusy: Bool { inFlight > 0 }

    /// Whether the transfer may start now; else it waits, and `leave` or `open` hands it out later, entered.
    func enter(_ transfer: CurlTransfer) -> Bool {
        if !isOpen && inFlight >= limit {
            waiting.append(transfer)
            return false
        }
        inFlight += 1
        return true
    }

    /// A transfer that had started is over: whose turn it is now.
    func leave() -> CurlTransfer? {
        if isOpen || waiting.isEmpty {
            inFlight -= 1
            return nil
        }
        return waiting.removeFirst()
    }

    /// A transfer that waits does not want to any longer.
    func forget(_ transfer: CurlTransfer) { waiting.removeAll { $0 === transfer } }

    /// The host speaks HTTP/1.1: all who waited.
    func open() -> [CurlTransfer] {
        isOpen = true
        inFlight += waiting.count
        defer { waiting = [] }
        return waiting
    }
}
