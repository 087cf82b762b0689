// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import WicketClient
import WicketProtocol

struct KeysImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Move providers' keys from a .env file or the environment into the vault.",
        discussion: """
            Takes the variable of each provider that `wicket call providers.list` names, such as OPENAI_API_KEY, and stores its
            value as a virtual key with the provider's name. No value is ever printed. The file stays as it is: which of its
            lines can be deleted is said at the end.

            Examples:
              wicket keys import --dry-run
              wicket keys import ~/project/.env --prefix project-
              wicket keys import --env --rotate
            """)

    @Argument(help: "The file; .env when it is left out.")
    var file: String?

    @Flag(help: "Read this process's environment in place of a file.")
    var env = false

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Give keys that exist already the new value.")
    var rotate = false

    @Option(help: ArgumentHelp("What stands before the provider in the names of the keys.", valueName: "text"))
    var prefix = ""

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if env, file != nil { throw ValidationError("Give a file or --env, not both.") }
        if !EntryName.isValid(prefix + "x") {
            throw ValidationError("A prefix is letters, digits, `.`, `_` and `-`, the first a letter or a digit.")
        }
    }

    mutating func run() async throws {
        let client = try await global.connectAdmin()
        let providers = try await client.call(ProvidersList.name, [:])["providers"].elements
        let path = file ?? ".env"
        let found = env ? nil : DotEnv(try InputText.file(path))
        let plan = ImportPlan(
            found?.entries ?? environment(providers), inFile: !env, providers: providers, existing: try await keys(client),
            prefix: prefix, rotate: rotate)
        let console = global.console
        try show(plan, strangeLines: found?.strangeLines ?? [], console)
        if dryRun || plan.work.isEmpty { return }
        guard try confirmed(plan.work.count) else {
            throw CommandFailure(type: "declined", message: "Nothing was imported.", exitCode: 1)
        }
        for step in plan.work {
            let result = try await store(step, client)
            if !console.json { try console.line("\(step.action == .create ? "Added" : "Rotated") \(KeyLine(result).text).") }
        }
        let lines = plan.work.compactMap(\.line).map(String.init)
        if !console.json, !lines.isEmpty {
            let these = lines.count == 1 ? "This line" : "These lines"
            try console.line("\(these) of \(path) can be deleted now: \(lines.joined(separator: ", ")).")
        }
    }

    private func environment(_ providers: [WicketValue]) -> [DotEnv.Entry] {
        providers.compactMap { provider in
            guard let name = provider["environment_variable"].string, let value = getenv(name) else { return nil }
            return DotEnv.Entry(line: 0, name: name, value: String(cString: value))
        }
    }

    private func keys(_ client: WicketClient) async throws -> [String: WicketValue] {
        var keys: [String: WicketValue] = [:]
        try await client.eachPage(VirtualKeysList.name) {
            WicketValue(writing: VirtualKeysList.Params(page: $0).write)
        } _: { page in
            for key in page["virtual_keys"].elements { keys[key["name"].string ?? ""] = key }
        }
        return keys
    }

    /// The plan; with `--json` it is all that is printed.
    private func show(_ plan: ImportPlan, strangeLines: [Int], _ console: Console) throws {
        if console.json {
            return try console.line(WicketValue([("keys", WicketValue(plan.steps.map(\.json)))]))
        }
        if plan.steps.isEmpty { console.note("There is no provider's key in \(env ? "the environment" : file ?? ".env").") }
        for line in strangeLines { console.note("Line \(line) is not understood, and passed by.") }
        for step in plan.steps {
            let what = step.action == .create ? "new key \(step.name)" : "new secret of \(step.name)"
            if let reason = step.reason {
                console.note("\(step.place): passed by, \(reason)")
            } else {
                try console.line("\(step.place): \(what) for \(step.provider)")
            }
        }
    }

    /// Asks the person at the terminal; where there is none, whoever wrote the command meant it.
    private func confirmed(_ count: Int) throws -> Bool {
        guard isatty(STDIN_FILENO) == 1 else { return true }
        global.console.transient("Put \(count == 1 ? "this key" : "these \(count) keys") into the vault? [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }

    private func store(_ step: ImportPlan.Step, _ client: WicketClient) async throws -> WicketValue {
        if step.action == .rotate {
            let params = VirtualKeysRotate.Params(name: step.name, secret: step.secret)
            return try await client.call(VirtualKeysRotate.name, WicketValue(writing: params.write))
        }
        let params = VirtualKeysCreate.Params(
            name: step.name, provider: step.provider, secret: step.secret, note: "imported from \(step.variable)")
        return try await client.call(VirtualKeysCreate.name, WicketValue(writing: params.write))
    }
}
