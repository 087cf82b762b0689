// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Who has used one key, so that the audit log can tell of a caller's first use. On the data path: one look under a lock of the
/// key's own, and no allocation once the caller is known.
final class KeyCallers: Sendable {
    private struct Caller: Hashable {
        let uid: UInt32
        let unit: String?
    }
    private let known = Mutex<Set<Caller>>([])
    /// Units can be made at will. At this many all are forgotten and told anew: memory is bounded, and nobody hides behind
    /// others.
    private static let most = 4096

    /// Whether the caller was not known before; it is from now on.
    func isFirstUse(uid: UInt32, unit: String?) -> Bool {
        let caller = Caller(uid: uid, unit: unit)
        return known.withLock { known in
            if known.contains(caller) { return false }
            if known.count >= Self.most { known.removeAll() }
            known.insert(caller)
            return true
        }
    }
}
