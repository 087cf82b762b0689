// SPDX-License-Identifier: Apache-2.0

/// The collector's answer, as OTLP/HTTP has it.
extension ExportOutcome {
    /// - Parameters:
    ///   - retryAfter: what the head says of when to come again.
    ///   - body: of a 200, which may say that not all of it was taken.
    package init(status: Int, retryAfterMilliseconds retryAfter: Int?, body: [UInt8]) {
        switch status {
        case 200..<300: self = .taken(rejected: Self.rejected(body))
        case 429, 502, 503, 504: self = .later("The collector answered with \(status).", afterMilliseconds: retryAfter)
        default: self = .refused("The collector refused a batch with \(status).")
        }
    }

    /// `Export…ServiceResponse {1: partial_success {1: rejected_…}}`.
    private static func rejected(_ body: [UInt8]) -> Int {
        var reader = ProtobufReader(body[...])
        while let (field, value) = reader.next() {
            guard field == 1, case .bytes(let partial) = value else { continue }
            var inner = ProtobufReader(partial)
            while let (field, value) = inner.next() {
                if field == 1, case .varint(let count) = value { return Int(clamping: Int64(bitPattern: count)) }
            }
        }
        return 0
    }
}
