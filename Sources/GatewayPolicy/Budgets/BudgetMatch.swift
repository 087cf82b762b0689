// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// Which calls draw on a named budget: those that agree in one thing. Without a value, each value has an account of its own.
package enum BudgetMatch: Sendable, Equatable {
    /// Every call of the host.
    case host
    case virtualKey(String?)
    case policy(String?)
    case uid(UInt32?)
    case unit(String?)
    case metadata(String, String?)

    package static let forms = "host, virtual_key, policy, uid, unit, metadata.KEY, each but host also with =VALUE"

    /// - Returns: nil for a text that is none of `forms`.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1]) : nil
        if value?.isEmpty == true { return nil }
        switch parts[0] {
        case "host" where value == nil: self = .host
        case "virtual_key": self = .virtualKey(value)
        case "policy": self = .policy(value)
        case "unit": self = .unit(value)
        case "uid":
            guard let value else {
                self = .uid(nil)
                return
            }
            guard let uid = UInt32(value) else { return nil }
            self = .uid(uid)
        case let name where name.hasPrefix("metadata.") && name != "metadata.":
            self = .metadata(String(name.dropFirst(9)), value)
        default: return nil
        }
    }

    package var text: String {
        func form(_ name: String, _ value: String?) -> String { value.map { "\(name)=\($0)" } ?? name }
        return switch self {
        case .host: "host"
        case .virtualKey(let name): form("virtual_key", name)
        case .policy(let name): form("policy", name)
        case .uid(let uid): form("uid", uid.map { String($0) })
        case .unit(let name): form("unit", name)
        case .metadata(let key, let value): form("metadata.\(key)", value)
        }
    }

    /// Whether each value is counted for itself.
    package var isGrouped: Bool {
        switch self {
        case .host: false
        case .virtualKey(let value), .policy(let value), .unit(let value), .metadata(_, let value): value == nil
        case .uid(let uid): uid == nil
        }
    }

    package var looksAtMetadata: Bool {
        if case .metadata = self { true } else { false }
    }

    /// What the call says of it, or nil.
    func value(of subject: BudgetSubject) -> String? {
        switch self {
        case .host: nil
        case .virtualKey: subject.virtualKey
        case .policy: subject.policy
        case .uid: String(subject.uid)
        case .unit: subject.unit
        case .metadata(let key, _): subject.metadata[key]
        }
    }

    /// - Parameter value: what the call says of it.
    func matches(_ value: String?) -> Bool {
        switch self {
        case .host: true
        case .virtualKey(let wanted), .policy(let wanted), .unit(let wanted), .metadata(_, let wanted):
            value != nil && (wanted == nil || wanted == value)
        case .uid(let wanted): wanted == nil || wanted.map { String($0) } == value
        }
    }
}

/// A try as budgets see it.
package struct BudgetSubject: Sendable {
    /// The target's virtual key, and its own limits.
    package var virtualKey: String?
    package var keyRules: SpendingRules
    package var policy: String?
    /// The budget that the policy names.
    package var policyBudget: String?
    package var uid: UInt32
    package var unit: String?
    /// Only what `BudgetRules.looksAtMetadata` asks for.
    package var metadata: [String: String]

    package init(
        virtualKey: String? = nil, keyRules: SpendingRules = SpendingRules(), policy: String? = nil,
        policyBudget: String? = nil, uid: UInt32, unit: String? = nil, metadata: [String: String] = [:]
    ) {
        self.virtualKey = virtualKey
        self.keyRules = keyRules
        self.policy = policy
        self.policyBudget = policyBudget
        self.uid = uid
        self.unit = unit
        self.metadata = metadata
    }
}
