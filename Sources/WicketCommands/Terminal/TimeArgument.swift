// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc

/// A time as it is typed: so long ago (`90m`, `24h`, `7d`, `2w`), or an instant in RFC 3339.
struct TimeArgument: ExpressibleByArgument, Equatable {
    enum Kind: Equatable {
        case secondsAgo(Int)
        case instant(String)
    }
    let kind: Kind

    static let lastDay = TimeArgument(kind: .secondsAgo(86_400))

    private init(kind: Kind) { self.kind = kind }

    init?(argument: String) {
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        if let last = argument.last, let unit = units[last], let count = Int(argument.dropLast()), 1...1_000_000 ~= count {
            kind = .secondsAgo(count * unit)
        } else if argument.utf8.count >= 20, argument.contains("T") {
            kind = .instant(argument)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch kind {
        case .secondsAgo(let seconds): "\(seconds / 3600)h"
        case .instant(let text): text
        }
    }

    /// In RFC 3339, UTC.
    var text: String {
        switch kind {
        case .instant(let text): return text
        case .secondsAgo(let seconds):
            var instant = time(nil) - seconds
            var parts = tm()
            gmtime_r(&instant, &parts)
            var text = [CChar](repeating: 0, count: 32)
            strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
