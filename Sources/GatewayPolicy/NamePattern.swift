// SPDX-License-Identifier: Apache-2.0

/// A pattern of names: text in which each `*` stands for anything, also for nothing.
package struct NamePattern: Sendable, Equatable {
    package let text: String
    /// Whether `GPT-4o` fits `gpt-4o`.
    private let foldsCase: Bool
    private let pattern: [UInt8]

    /// - Parameter foldsCase: ASCII letters count the same in both cases.
    package init(_ text: String, foldsCase: Bool = false) {
        self.text = text
        self.foldsCase = foldsCase
        pattern = foldsCase ? text.utf8.map(lowered) : Array(text.utf8)
    }

    /// Makes nothing, and tries no more than name times pattern.
    package func matches(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { name in pattern.withUnsafeBufferPointer { fits(name, $0) } }
    }

    /// Where a byte does not fit, what the last star stands for grows by one.
    private func fits(_ name: UnsafeBufferPointer<UInt8>, _ pattern: UnsafeBufferPointer<UInt8>) -> Bool {
        var (at, next) = (0, 0)
        var afterStar: (at: Int, next: Int)?
        while at < name.count {
            if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
                next += 1
                afterStar = (at, next)
            } else if next < pattern.count, pattern[next] == (foldsCase ? lowered(name[at]) : name[at]) {
                at += 1
                next += 1
            } else if let last = afterStar {
                at = last.at + 1
                next = last.next
                afterStar = (at, next)
            } else {
                return false
            }
        }
        while next < pattern.count, pattern[next] == UInt8(ascii: "*") { next += 1 }
        return next == pattern.count
    }
}

@inline(__always)
private func lowered(_ byte: UInt8) -> UInt8 {
    UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
}
