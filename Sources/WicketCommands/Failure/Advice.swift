// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// What to do about an error, in commands to type.
enum Advice {
    /// nil where the error's own message says it all.
    static func on(_ error: WicketError) -> String? {
        switch error.type {
        case "no_daemon": "Start it: `systemctl --user start wicketd`, or `wicketd &`."
        case "hang_up": "`wicket status` tells whether the daemon still runs."
        case "connection_failed", "protocol_error": "`wicket --help` says how the socket is found; --socket names another."
        case "not_found" where error.data["path"].string == "params.options.config": ConfigAdvice.all["not_found"]
        case "not_found": "`wicket keys list` shows the keys there are; `wicket keys add NAME --provider PROVIDER` adds one."
        case "conflict": "`wicket keys rotate NAME` gives a key that is there already a new secret."
        case "vault_locked": "`wicket vault status` tells what the vault needs; `wicket vault unlock` gives it a passphrase."
        case "permission_denied" where error.message.hasPrefix("The policy "):
            "The daemon's own user sees with `wicket policy test` what a policy does."
        case "permission_denied": "`wicket call --admin METHOD` uses the admin socket, which is for the daemon's own user."
        case "no_route": "Give the config's strategy a `default`.\(story(of: error))"
        case "method_not_found": "`wicket call rpc.discover` lists what this daemon can; `wicket status` tells its version."
        case "invalid_params": keyAdvice(for: error)
        case "upstream_error": upstreamAdvice(for: error)
        case "upstream_unreachable": "Check the network, and the key's base URL: `wicket keys list`."
        case "circuit_open": "Try again\(pause(before: error)).\(story(of: error))"
        case "rate_limited", "overloaded", "upstream_timeout": "Try again\(pause(before: error))."
        default: nil
        }
    }

    /// A call that lacks a key is the first thing that a newcomer meets.
    private static func keyAdvice(for error: WicketError) -> String? {
        guard let path = error.data["path"].string else { return nil }
        if isAboutConfig(error) { return "`wicket configs check FILE` tells what is wrong with a config." }
        if path.hasPrefix("params.options.") {
            return "`wicket keys add NAME --provider PROVIDER` stores a key; then `wicket chat --virtual-key NAME`."
        }
        return path.hasSuffix(".model") ? "`wicket models` lists what can be asked for." : nil
    }

    private static func isAboutConfig(_ error: WicketError) -> Bool {
        error.data["path"].string?.hasPrefix("params.options.config") ?? false
    }

    /// Where to read why the call went as it did.
    private static func story(of error: WicketError) -> String {
        error.data["trace_id"].string.map { " `wicket why \($0.withoutControls)` tells what was decided." } ?? ""
    }

    private static func upstreamAdvice(for error: WicketError) -> String? {
        switch error.status {
        case 401?, 403?: "The provider refused the key: `wicket keys rotate NAME` gives it another."
        case 404?: "`wicket models --virtual-key NAME` lists the models that the provider has."
        default:
            error.retryable ? "Try again\(pause(before: error))." : "Add --json to see the provider's own words."
        }
    }

    private static func pause(before error: WicketError) -> String {
        guard let milliseconds = error.retryAfterMilliseconds else { return " in a moment" }
        return milliseconds < 1000 ? " in \(milliseconds) ms" : " in \((milliseconds + 999) / 1000) s"
    }
}
