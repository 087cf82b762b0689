// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import GatewayPolicy
import TestSupport
import Testing

/// Policies that were drawn, against a second reading of the rules that shares nothing with the first: JSON by Foundation,
/// patterns as regular expressions.
@Suite struct PolicyReferenceTests {
    private static let units = ["web.service", "worker@1.service", "cron.service", "session-3.scope"]
    private static let cgroups = [
        "/system.slice/web.service", "/system.slice/web.service/sub", "/system.slice/webb", "/user.slice",
    ]
    private static let names = ["prod", "prod-eu", "test", "dev", "a.b", "x"]

    @Test(arguments: 0..<300)
    func `a drawn policy decides as the reference does`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed &+ 1)
        let match = Self.draw(match: &random)
        let (allow, deny) = (Self.draw(lists: &random), Self.draw(lists: &random))
        let policy = try policy(match: Self.json(match), allow: Self.json(allow), deny: Self.json(deny))
        for _ in 0..<20 {
            let peer = Self.draw(peer: &random)
            #expect(policy.match.matches(peer) == Self.matches(match, peer), "\(match) \(peer.uid) \(peer.unit ?? "-")")
            let name = Self.names.randomElement(using: &random) ?? ""
            let mayKey = (try? policy.checkKey(name, path: "")) != nil
            #expect(mayKey == Self.permits(allow["virtual_keys"], deny["virtual_keys"], [name]), "\(allow) \(deny) \(name)")
            let mayProvider = (try? policy.checkProvider(name, path: "")) != nil
            #expect(mayProvider == Self.permits(allow["providers"], deny["providers"], [name]), "\(allow) \(deny) \(name)")
            let other = Self.names.randomElement(using: &random) ?? ""
            let mayModel = (try? policy.checkModel(asked: name, resolved: other, provider: "o", path: "")) != nil
            let forms = [name, other, "o/" + name, "o/" + other]
            #expect(mayModel == Self.permits(allow["models"], deny["models"], forms), "\(allow) \(deny) \(forms)")
        }
    }

    // MARK: The reference

    private static func matches(_ match: [String: [Any]], _ peer: PeerIdentity) -> Bool {
        for (field, values) in match {
            let holds = values.contains { value in
                switch field {
                case "uid": return (value as? Int).map(UInt32.init) == peer.uid
                case "user": return ["ada": UInt32(1000), "web": 33][value as? String ?? ""] == peer.uid
                case "group":
                    let id = (value as? Int).map(UInt32.init) ?? ["staff": UInt32(50), "wicket": 990][value as? String ?? ""]
                    return ([peer.gid] + peer.groups).contains { $0 == id }
                case "unit":
                    guard let unit = peer.unit, let pattern = value as? String else { return false }
                    return unit.contains("/") == pattern.contains("/") && fits(unit, pattern)
                default:
                    guard let cgroup = peer.cgroup, let prefix = value as? String else { return false }
                    return (cgroup + "/").starts(with: prefix + "/")
                }
            }
            if !holds { return false }
        }
        return true
    }

    private static func permits(_ allow: [Any]?, _ deny: [Any]?, _ forms: [String]) -> Bool {
        func listed(_ list: [Any]) -> Bool { list.contains { pattern in forms.contains { fits($0, pattern as? String ?? "") } } }
        if let deny, listed(deny) { return false }
        return allow.map(listed) ?? true
    }

    private static func fits(_ name: String, _ pattern: String) -> Bool {
        let parts = pattern.components(separatedBy: "*").map(NSRegularExpression.escapedPattern(for:))
        return name.range(of: "^" + parts.joined(separator: ".*") + "$", options: .regularExpression) != nil
    }

    // MARK: The draw

    private static func draw(match random: inout SeededRandom) -> [String: [Any]] {
        let values: [String: [Any]] = [
            "uid": [0, 33, 1000], "user": ["ada", "web"], "group": [33, 50, "staff", "wicket"],
            "unit": units + ["web.*", "*", "*.scope", "w*k*.service"], "cgroup": cgroups + ["/system.slice", "/system.slice/web"],
        ]
        var match: [String: [Any]] = [:]
        for (field, all) in values.sorted(by: { $0.key < $1.key }) where Int.random(in: 0..<4, using: &random) == 0 {
            match[field] = (0...Int.random(in: 0...2, using: &random)).compactMap { _ in all.randomElement(using: &random) }
        }
        return match
    }

    private static func draw(lists random: inout SeededRandom) -> [String: [Any]] {
        var lists: [String: [Any]] = [:]
        for subject in ["virtual_keys", "providers", "models"] where Bool.random(using: &random) {
            let patterns = names + ["*", "prod*", "*e*", "*-eu", "o/*", "o/prod", "d*v"]
            let count = Int.random(in: 0...3, using: &random)
            lists[subject] = (0..<count).compactMap { _ in patterns.randomElement(using: &random) }
        }
        return lists
    }

    private static func draw(peer random: inout SeededRandom) -> PeerIdentity {
        PeerIdentity(
            pid: 1, uid: [0, 33, 1000].randomElement(using: &random) ?? 0, gid: [33, 100].randomElement(using: &random) ?? 0,
            groups: Bool.random(using: &random) ? [50, 990] : [],
            unit: (units.map(Optional.some) + [nil]).randomElement(using: &random) ?? nil,
            cgroup: (cgroups.map(Optional.some) + [nil]).randomElement(using: &random) ?? nil)
    }

    private static func json(_ value: [String: [Any]]) -> String {
        let data = (try? JSONSerialization.data(withJSONObject: value, options: .sortedKeys)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
