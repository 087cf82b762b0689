// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import ProviderAdapters
import Testing

@testable import WicketDaemon

/// Providers as the catalog has them, few enough to see through.
let testCatalog = [
    Provider(
        id: "openai", baseURL: "https://api.openai.com/v1", dialect: .openai,
        paths: [.chat: "/chat/completions", .models: "/models"], environmentVariable: "OPENAI_API_KEY"),
    Provider(
        id: "anthropic", baseURL: "https://api.anthropic.com/v1", dialect: .anthropic, authField: "x-api-key", authPrefix: "",
        headers: [HTTPField("anthropic-version", "2023-06-01")], paths: [.messages: "/messages"]),
    Provider(id: "groq", baseURL: "https://api.groq.com/openai/v1", dialect: .openai, paths: [.chat: "/chat/completions"]),
]

let testUser = ProcessContext(
    environment: ["HOME": "/home/ada", "XDG_RUNTIME_DIR": "/run/user/1000"], userID: 1000, processors: 2,
    groupID: { $0 == "wicket" ? 990 : nil }, userIDNamed: { $0 == "www-data" ? 33 : nil })

func read(
    _ yaml: String, flags: [String] = [], context: ProcessContext = testUser
) throws(ConfigurationFaults) -> Configuration {
    let options = (try? CommandLineOptions(parsing: flags)) ?? CommandLineOptions()
    return try Configuration.read(Array(yaml.utf8), file: "w.yaml", options: options, context: context, catalog: testCatalog)
}

/// The faults of a configuration as lines.
func faults(_ yaml: String) -> [String] {
    do throws(ConfigurationFaults) {
        _ = try read(yaml)
        return []
    } catch {
        return error.faults.map(\.description)
    }
}

let packageRoot = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
