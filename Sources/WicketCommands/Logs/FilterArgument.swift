// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketProtocol

/// `KEY=VALUE`, one thing that calls must have.
struct FilterArgument: ExpressibleByArgument, Equatable {
    let key: String
    let value: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
        key = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }
}

extension LogFilter {
    /// - Throws: a fault in what was typed; which keys there are is known here, so that a mistyped one is told at once.
    init(_ arguments: [FilterArgument]) throws(CommandFailure) {
        self.init()
        for argument in arguments { try set(argument.key, argument.value) }
    }

    private mutating func set(_ key: String, _ value: String) throws(CommandFailure) {
        let prefix = "metadata."
        switch key {
        case "trace_id": traceID = value
        case "virtual_key": virtualKey = value
        case "provider": provider = value
        case "model": model = value
        case "method": method = value
        case "error": error = value
        case "unit": unit = value
        case "policy": policy = value
        case "config": config = value
        case "user": user = value
        case "cache_status": cacheStatus = value
        case "since": since = value
        case "until": until = value
        case "status": status = try Self.number(key, value)
        case "uid": uid = try Self.number(key, value)
        case "stream":
            guard value == "true" || value == "false" else { throw .usage("--filter stream= takes true or false.", see: "logs") }
            stream = value == "true"
        default:
            guard key.hasPrefix(prefix), key != prefix else {
                let meant = nearestName(to: key, among: Self.members).map { "did you mean \($0)?" }
                throw .usage(
                    "--filter knows no \(key); \(meant ?? "it knows \(Self.members.joined(separator: ", ")) and metadata.KEY.")",
                    see: "logs")
            }
            metadata[String(key.dropFirst(prefix.count))] = value
        }
    }

    private static func number(_ key: String, _ value: String) throws(CommandFailure) -> Int {
        guard let number = Int(value) else { throw .usage("--filter \(key)= takes a number.", see: "logs") }
        return number
    }
}
