// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// The models of the provider `local`: how they answer.
enum LocalModel: Equatable {
    /// `local/echo`, or no model at all.
    case echo
    /// `local/status-429`: that status, 400 to 599, with an error body; 429 with `retry-after: 1`.
    case status(Int)
    /// `local/slow` (2 s) or `local/slow-MS`: so long before the first byte, and a tenth of it between the pieces of a stream.
    case slow(milliseconds: Int)
    /// `local/reset`: the connection breaks before an answer; a stream breaks after two chunks.
    case reset

    private static let slowMilliseconds = 2000
    /// Nobody waits longer for an answer than for the longest of providers.
    private static let waits = 0...600_000

    /// What the names look like, for error messages and `/models`.
    static let names = ["local/echo", "local/reset", "local/slow", "local/slow-MS", "local/status-NNN"]

    /// The name with `local/` before it or without.
    init?(_ name: String) {
        let name = name.hasPrefix("local/") ? name.dropFirst(6) : Substring(name)
        switch name {
        case "", "echo": self = .echo
        case "reset": self = .reset
        case "slow": self = .slow(milliseconds: LocalModel.slowMilliseconds)
        default:
            if name.hasPrefix("status-"), let status = Int(name.dropFirst(7)), (400...599).contains(status) {
                self = .status(status)
            } else if name.hasPrefix("slow-"), let wait = Int(name.dropFirst(5)), LocalModel.waits.contains(wait) {
                self = .slow(milliseconds: wait)
            } else {
                return nil
            }
        }
    }

    var name: String {
        switch self {
        case .echo: "local/echo"
        case .reset: "local/reset"
        case .status(let status): "local/status-\(status)"
        case .slow(LocalModel.slowMilliseconds): "local/slow"
        case .slow(let milliseconds): "local/slow-\(milliseconds)"
        }
    }
}

/// The answer to `/models`: those that can be named without a number.
func localModels(createdSeconds: Int) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("object")
    json.string("list")
    json.key("data")
    json.beginArray()
    for name in ["local/echo", "local/reset", "local/slow", "local/status-429", "local/\(LocalVectorRequest.model)"] {
        json.beginObject()
        json.key("id")
        json.string(name)
        json.key("object")
        json.string("model")
        json.key("created")
        json.int(createdSeconds)
        json.key("owned_by")
        json.string("local")
        json.endObject()
    }
    json.endArray()
    json.endObject()
    return json.bytes
}
