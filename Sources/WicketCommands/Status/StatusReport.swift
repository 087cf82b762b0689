// SPDX-License-Identifier: Apache-2.0
import WicketClient
import WicketProtocol

/// What the daemon says of itself, for a person.
struct StatusReport {
    let info: WicketValue
    let health: WicketValue
    /// Null where the admin socket is closed to the caller.
    let vault: WicketValue

    var json: WicketValue { ["info": info, "health": health, "vault": vault] }

    func lines(style: Style) -> [String] {
        var rows = [("daemon", "wicketd \(text(info["version"])), pid \(number(info["pid"])), up \(uptime)")]
        rows.append(("use socket", text(info["sockets"]["use"])))
        rows.append(("admin socket", text(info["sockets"]["admin"])))
        rows.append(("vault", vaultText(style)))
        if let providers = info["providers"].int { rows.append(("providers", "\(providers) known")) }
        let counters = info["counters"]
        if counters.isObject {
            let (failed, running) = (number(counters["failures"]), number(counters["in_flight"]))
            rows.append(("requests", "\(number(counters["requests"])), \(failed) failed, \(running) running"))
            rows.append(("connections", number(counters["connections"])))
        }
        rows.append(("health", paint(text(health["status"]), style)))
        for check in health["checks"].elements where check["status"].string != "ok" {
            rows.append(("", "\(text(check["name"])): \(text(check["message"]))"))
        }
        return rows.map { style.dim($0.0.padded(to: 14)) + $0.1 }
    }

    /// A daemon of another release may lack what this tool asks for.
    var versionWarning: String? {
        guard let version = info["version"].string, version != WicketVersion.release else { return nil }
        return "wicket: this is \(WicketVersion.release), the daemon is \(version.withoutControls): restart it after an update."
    }

    private var uptime: String { duration(seconds: (info["uptime_ms"].int ?? 0) / 1000) }

    private func vaultText(_ style: Style) -> String {
        let state = paint(vault["state"].string ?? info["vault"]["state"].string ?? "?", style)
        var parts = [state]
        if let keys = vault["virtual_keys"].int { parts.append(keys == 1 ? "1 virtual key" : "\(keys) virtual keys") }
        if let path = vault["master_key"]["path"].string { parts.append("master key in \(path.withoutControls)") }
        return parts.joined(separator: ", ")
    }

    private func paint(_ state: String, _ style: Style) -> String {
        switch state {
        case "ok", "unlocked": style.green(state)
        case "warn", "locked", "draining": style.yellow(state)
        default: style.red(state.withoutControls)
        }
    }

    private func text(_ value: WicketValue) -> String { value.string?.withoutControls ?? "?" }
    private func number(_ value: WicketValue) -> String { value.int.map(String.init) ?? "?" }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
