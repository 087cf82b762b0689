// SPDX-License-Identifier: Apache-2.0
import Glibc
import Routing

/// The plans of the configs that came with calls lately, found by the configs' own bytes.
///
/// A number made of the bytes says where to look, the bytes themselves whether it is the one: two configs can get in each other's
/// way, and never in each other's place.
struct InlinePlans {
    /// A program that writes its configs in the few ways it has needs no more.
    static let capacity = 256
    /// And in bytes, roughly: a short config can make a large plan, since each leaf has what its ancestors give.
    static let mostBytes = 16 << 20
    /// Longer ones are compiled at each call, so that what is kept has a bound.
    static let longestConfig = 65_536

    private struct Entry {
        var json: [UInt8]
        var plan: Plan
        var lastUse: UInt64
        var bytes: Int
    }
    private var bytes = 0
    private var entries: [UInt64: Entry] = [:]
    private var uses: UInt64 = 0

    var count: Int { entries.count }

    /// - Parameter key: `key(of: json)`, made before the lock was taken.
    mutating func plan(of json: UnsafeBufferPointer<UInt8>, key: UInt64) -> Plan? {
        guard let index = entries.index(forKey: key), areEqual(entries.values[index].json, json) else { return nil }
        uses += 1
        entries.values[index].lastUse = uses
        return entries.values[index].plan
    }

    /// Keeps a plan, in the place of the one that was used longest ago when there is no room.
    mutating func keep(_ plan: Plan, of json: [UInt8], key: UInt64) {
        let size = json.count + plan.roughBytes
        if size > Self.mostBytes / 4 { return }
        forget(key)
        // Looking through all of them costs less than the compiling that came before.
        while entries.count >= Self.capacity || bytes + size > Self.mostBytes {
            guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { break }
            forget(oldest.key)
        }
        uses += 1
        entries[key] = Entry(json: json, plan: plan, lastUse: uses, bytes: size)
        bytes += size
    }

    private mutating func forget(_ key: UInt64) {
        if let old = entries.removeValue(forKey: key) { bytes -= old.bytes }
    }

    /// Four lanes of eight bytes side by side, since a multiplication takes longer than it takes to start the next one. Nothing
    /// relies on it but speed.
    static func key(of json: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let bytes = UnsafeRawBufferPointer(json)
        var lanes: (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, UInt64(truncatingIfNeeded: bytes.count))
        var position = 0
        while position &+ 32 <= bytes.count {
            lanes.0 = mixed(lanes.0, bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            lanes.1 = mixed(lanes.1, bytes.loadUnaligned(fromByteOffset: position &+ 8, as: UInt64.self))
            lanes.2 = mixed(lanes.2, bytes.loadUnaligned(fromByteOffset: position &+ 16, as: UInt64.self))
            lanes.3 = mixed(lanes.3, bytes.loadUnaligned(fromByteOffset: position &+ 24, as: UInt64.self))
            position &+= 32
        }
        var key = mixed(mixed(mixed(lanes.0, lanes.1), lanes.2), lanes.3)
        while position &+ 8 <= bytes.count {
            key = mixed(key, bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            position &+= 8
        }
        while position < bytes.count {
            key = mixed(key, UInt64(bytes[position]))
            position &+= 1
        }
        return key
    }

    @inline(__always)
    private static func mixed(_ key: UInt64, _ word: UInt64) -> UInt64 {
        let product = (key ^ word) &* 0xFF51_AFD7_ED55_8CCD
        return product ^ (product &>> 32)
    }

    private func areEqual(_ kept: [UInt8], _ json: UnsafeBufferPointer<UInt8>) -> Bool {
        guard kept.count == json.count, let start = json.baseAddress else { return false }
        return kept.withUnsafeBytes { bytes in bytes.baseAddress.map { memcmp($0, start, json.count) == 0 } ?? false }
    }
}
