// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient
import WicketProtocol

struct PolicyTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Tell what would happen to a process.",
        discussion: """
            Says which policy it would come under, why not the ones before it, and whether it may do what is asked here. Nothing
            is called. Ends with 0 when it may, with 1 when it may not.

            Examples:
              wicket policy test --uid 33 --unit web.service
              wicket policy test --user www-data --model gpt-4o --virtual-key openai-prod
              wicket policy test --uid 1000 --method chat.completions.create --config resilient
            """)

    @Option(help: ArgumentHelp("The id of the process's user; this or --user.", valueName: "id"))
    var uid: Int?

    @Option(help: ArgumentHelp("The user by name.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("The id of its group. Without this and --group: the user's own groups.", valueName: "id"))
    var gid: Int?

    @Option(help: ArgumentHelp("A further group, by name or id; may be repeated.", valueName: "group"))
    var group: [String] = []

    @Option(help: ArgumentHelp("Its systemd unit.", valueName: "unit"))
    var unit: String?

    @Option(help: ArgumentHelp("Its control group.", valueName: "path"))
    var cgroup: String?

    @Option(help: ArgumentHelp("A method that it calls.", valueName: "method"))
    var method: String?

    @Option(help: ArgumentHelp("A virtual key that it names; @own for a key that it brings.", valueName: "name"))
    var virtualKey: String?

    @Option(help: ArgumentHelp("A provider that it asks.", valueName: "id"))
    var provider: String?

    @Option(help: ArgumentHelp("A model that it asks for.", valueName: "model"))
    var model: String?

    @Option(help: ArgumentHelp("A config that it follows; @inline for one that it writes out.", valueName: "name"))
    var config: String?

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if uid == nil, user == nil { throw ValidationError("Say who: --uid ID or --user NAME.") }
    }

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let result = try await client.call(PoliciesTest.name, WicketValue(writing: params.write), advice: PolicyAdvice.all)
        let console = global.console
        let isAllowed = result["allowed"].bool ?? false
        if console.json { try console.line(result) } else { try tell(result, isAllowed, console) }
        if !isAllowed { throw ExitCode(1) }
    }

    private var params: PoliciesTest.Params {
        var params = PoliciesTest.Params()
        (params.uid, params.gid, params.user) = (uid, gid, user)
        params.groups = group.isEmpty ? nil : group
        (params.unit, params.cgroup, params.method) = (unit, cgroup, method)
        (params.virtualKey, params.provider, params.model, params.config) = (virtualKey, provider, model, config)
        return params
    }

    private func tell(_ result: WicketValue, _ isAllowed: Bool, _ console: Console) throws {
        let style = console.outputStyle
        for each in result["passed_by"].elements {
            let (policy, field) = (each["policy"].string ?? "", each["field"].string ?? "")
            try console.line(style.dim("\(policy) is not for it: \(field) does not match"))
        }
        if let policy = result["policy"].string {
            try console.line("It comes under the policy \(style.bold(policy)).")
        } else {
            try console.line("No policy matches: it may use everything of the use socket.")
        }
        for (name, value) in result["defaults"].members where !value.isNull {
            try console.line("  by default, \(name): \(value.string ?? value.json)")
        }
        if let reason = result["reason"].string {
            try console.line("\(style.red("Refused:")) \(reason.withoutControls)")
        } else if isAllowed {
            try console.line(style.green("Allowed."))
        }
    }
}
