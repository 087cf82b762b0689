// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import GatewayModel
import GatewayPolicy
import Glibc

// What a policy costs a request: best of several rounds, on one core, nothing gated. Build it in release.
//
//     swift run -c release wicket-policy-benchmark

func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The best round's mean, in nanoseconds, and the allocations of one time.
func report(_ name: String, _ work: () -> Bool) {
    let times = 1000
    var best = (nanoseconds: Double.infinity, allocations: Int.max)
    var sum = 0
    for _ in 0..<200 {
        let allocated = wicket_allocation_count()
        let started = now()
        for _ in 0..<times { sum += work() ? 1 : 0 }
        best.nanoseconds = min(best.nanoseconds, Double(now() - started) / Double(times))
        best.allocations = min(best.allocations, Int(wicket_allocation_count() - allocated) / times)
    }
    let nanoseconds = best.nanoseconds.rounded()
    print("\(name): \(nanoseconds) ns, \(best.allocations) allocations\(sum == 200 * times ? "" : ", and refused")")
}

func isAllowed(_ check: () throws(GatewayFailure) -> Void) -> Bool {
    do throws(GatewayFailure) {
        try check()
        return true
    } catch { return false }
}

/// Lists of `count` names behind which comes the one that fits.
func lists(_ count: Int) -> [UInt8] {
    func list(_ name: String, _ last: String) -> String {
        let patterns = (0..<count).map { "\"\(name)-\($0)-*\"" } + ["\"\(last)\""]
        return "\"\(name)\": [\(patterns.joined(separator: ","))]"
    }
    let all = [
        list("methods", "chat.completions.*"), list("virtual_keys", "prod"), list("providers", "openai"),
        list("models", "gpt-4o*"), list("configs", "resilient"),
    ]
    return Array("{\(all.joined(separator: ","))}".utf8)
}

let accounts = PolicyAccounts(userID: { _ in nil }, groupID: { _ in nil })
let method = "chat.completions.create"
let config = "resilient"
let peer = PeerIdentity(
    pid: 1, uid: 1000, gid: 1000, groups: [1, 2, 3], unit: "web.service", cgroup: "/system.slice/web.service")

for count in [0, 4, 20] {
    let match = Array(#"{"uid": [1000], "unit": ["web.*"], "cgroup": ["/system.slice"]}"#.utf8)
    let text = PolicyText(match: match, allow: lists(count))
    guard let policy = try? PolicyReader.read("p", text, accounts: accounts) else { continue }
    let name = "5 lists of \(count + 1)"
    report("\(name): a request whose targets are known") {
        isAllowed { () throws(GatewayFailure) in try policy.checkMethod(method) }
    }
    report("\(name): the same by a saved config") {
        isAllowed { () throws(GatewayFailure) in
            try policy.checkMethod(method)
            try policy.checkConfig(config)
        }
    }
    report("\(name): a target that is not known yet") {
        isAllowed { () throws(GatewayFailure) in
            try policy.checkKey("prod", path: "")
            try policy.checkProvider("openai", path: "")
            try policy.checkModel(asked: "gpt-4o", resolved: "gpt-4o", provider: "openai", path: "")
        }
    }
    report("\(name): whether it matches a process") { policy.match.matches(peer) }
}
