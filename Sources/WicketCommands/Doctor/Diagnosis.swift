// SPDX-License-Identifier: Apache-2.0
import WicketClient
import WicketProtocol

/// What the daemon's answers say of its state, check by check.
struct Diagnosis {
    struct Check {
        var name: String
        var status: SystemHealth.Status
        /// What is so, and what to do where that is bad.
        var message: String
    }
    private(set) var checks: [Check] = []

    init(info: WicketValue, health: WicketValue) {
        addVersion(info)
        if health["status"].string == "draining" {
            add("daemon", .fail, "It is shutting down: requests are refused. Start it again.")
        }
        for check in health["checks"].elements {
            let status = check["status"].string.flatMap(SystemHealth.Status.init(rawValue:)) ?? .warn
            let message = check["message"].string ?? "well"
            // A locked vault stops every request that needs a key.
            let isLocked = check["name"].string == "vault" && info["vault"]["state"].string == "locked"
            add(check["name"].string ?? "?", isLocked ? .fail : status, message)
        }
        addEmbedder(info["embedder"])
    }

    mutating func add(keys: WicketValue?, targets: WicketValue?, cache: WicketValue?, budgets: WicketValue?) {
        if let keys { addKeys(keys["virtual_keys"].elements) }
        if let targets { addTargets(targets["targets"].elements) }
        if let cache { addCache(cache) }
        if let budgets { addBudgets(budgets["budgets"].elements) }
    }

    mutating func addClosedAdminSocket() {
        add("admin socket", .ok, "not open to you: keys, targets and the cache were not looked at")
    }

    // MARK: The checks

    private mutating func addVersion(_ info: WicketValue) {
        let version = info["version"].string ?? "?"
        if version == WicketVersion.release { return add("daemon", .ok, "wicketd \(version), pid \(info["pid"].int ?? 0)") }
        add("daemon", .warn, "It is wicketd \(version), and this is wicket \(WicketVersion.release): restart it after an update.")
    }

    private mutating func addEmbedder(_ embedder: WicketValue) {
        let reason = embedder["reason"].string ?? ""
        switch embedder["state"].string {
        case "ready":
            let parts = [embedder["model"].string, embedder["instructions"].string].compactMap(\.self)
            add("embedder", .ok, parts.joined(separator: ", "))
        case "missing":
            add(
                "embedder", .warn,
                "The cache's mode semantic works as simple. \(reason) The next start of the daemon takes it.")
        case "off": add("embedder", .ok, "off: \(reason)")
        default: break
        }
    }

    private mutating func addKeys(_ keys: [WicketValue]) {
        if keys.isEmpty {
            return add("keys", .warn, "There is no virtual key yet: wicket keys add NAME --provider PROVIDER")
        }
        let damaged = keys.filter { $0["unreadable"].string != nil }.compactMap { $0["name"].string }
        if damaged.isEmpty { return add("keys", .ok, keys.count == 1 ? "1 virtual key" : "\(keys.count) virtual keys") }
        add("keys", .fail, "Unreadable: \(damaged.joined(separator: ", ")). `wicket keys list` tells why.")
    }

    private mutating func addTargets(_ targets: [WicketValue]) {
        let open = targets.filter { $0["state"].string != "closed" }
        if open.isEmpty { return add("targets", .ok, "no breaker is open") }
        let names = open.map { $0["virtual_key"].string ?? $0["provider"].string ?? "?" }
        add("targets", .warn, "Breakers are open: \(Set(names).sorted().joined(separator: ", ")). `wicket targets` shows them.")
    }

    private mutating func addCache(_ cache: WicketValue) {
        if let trouble = cache["trouble"].string { add("cache", .warn, trouble) } else {
            add("cache", .ok, "\(cache["entries"].int ?? 0) answers")
        }
        for space in cache["namespaces"].elements where space["stopped"].bool == true {
            let name = [space["scope"].string, space["namespace"].string].compactMap(\.self).joined(separator: "/")
            add("cache", .warn, "\(name) serves no semantic hits any more, too many were false: `wicket cache stats`.")
        }
    }

    private mutating func addBudgets(_ budgets: [WicketValue]) {
        let spent = budgets.filter { ($0["spent"].int ?? 0) >= ($0["amount"].int ?? .max) }.compactMap { $0["id"].string }
        if spent.isEmpty { return add("budgets", .ok, budgets.isEmpty ? "none" : "\(budgets.count), none of them spent") }
        add("budgets", .warn, "Spent: \(spent.joined(separator: ", ")). Calls under them are refused: `wicket budgets`.")
    }

    private mutating func add(_ name: String, _ status: SystemHealth.Status, _ message: String) {
        checks.append(Check(name: name, status: status, message: message))
    }

    // MARK: Told

    var hasFailed: Bool { checks.contains { $0.status == .fail } }

    var json: WicketValue {
        let list = checks.map { check -> WicketValue in
            ["name": WicketValue(check.name), "status": WicketValue(check.status.rawValue), "message": WicketValue(check.message)]
        }
        let worst = checks.map(\.status).max() ?? .ok
        return ["status": WicketValue(worst.rawValue), "checks": WicketValue(list)]
    }

    func lines(style: Style) -> [String] {
        let width = checks.map(\.name.count).max() ?? 0
        return checks.map { check in
            let mark =
                switch check.status {
                case .ok: style.green("ok  ")
                case .warn: style.yellow("warn")
                case .fail: style.red("FAIL")
                }
            let name = check.name + String(repeating: " ", count: width - check.name.count)
            return "\(mark)  \(name)  \(check.message.withoutControls)"
        }
    }
}
