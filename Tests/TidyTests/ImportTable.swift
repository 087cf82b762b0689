// SPDX-License-Identifier: Apache-2.0

/// Which target may import which. Arrows point down only; what a target reaches by arrows it may import, nothing else of ours.
/// Targets beside each other never import each other. A target under `Sources` that is not listed fails the test.
enum ImportTable {
    static let arrows: [String: [String]] = [
        // Processes.
        "wicketd": ["WicketDaemon"],
        "wicket": ["WicketCommands"],
        "wicket-bridge": ["HTTPBridge"],
        // What they are made of.
        "WicketDaemon": [
            "SocketServer", "KeyVault", "GatewayStore", "Upstream", "TextEmbedding", "Observability", "WicketProtocol",
            "CSystemd", "CYAML",
        ],
        "WicketCommands": ["WicketClient"],
        "HTTPBridge": ["WicketClient"],
        "WicketClient": ["WicketProtocol", "CLinux"],
        // The shell's parts.
        "SocketServer": ["Reactor", "GatewayModel"],
        "KeyVault": ["GatewayEngine", "CLinux"],
        "GatewayStore": ["GatewayEngine", "CLinux", "CSQLite"],
        "Upstream": ["GatewayEngine", "Reactor", "CCurl", "CCurlShim"],
        "TextEmbedding": ["GatewayEngine", "CLinux", "CTextEmbedding"],
        "Observability": ["GatewayEngine", "Telemetry", "CLinux"],
        "GatewayEngine": ["Routing", "GatewayPolicy", "Guardrails", "Caching", "ProviderAdapters"],
        // What decides.
        "Routing": ["GatewayModel"],
        "GatewayPolicy": ["GatewayModel"],
        "Guardrails": ["GatewayModel"],
        "Caching": ["GatewayModel", "CVectorScan"],
        "Telemetry": ["GatewayModel"],
        "ProviderAdapters": ["GatewayModel", "CPriceTable"],
        // Values.
        "Reactor": ["CLinux"],
        "GatewayModel": ["JSONRPC"],
        "WicketProtocol": ["JSONRPC"],
        "JSONRPC": ["JSONBytes"],
        "JSONBytes": [],
        // C.
        "CLinux": [],
        "CCurl": [],
        "CPriceTable": [],
        "CTextEmbedding": [],
        "CVectorScan": [],
        "CCurlShim": ["CCurl"],
        "CSystemd": [],
        "CSQLite": [],
        "CYAML": [],
    ]

    /// Targets that do no IO, read no clock, draw no random number and start no task.
    static let pure: Set<String> = [
        "JSONBytes", "JSONRPC", "GatewayModel", "WicketProtocol", "ProviderAdapters", "Routing", "GatewayPolicy", "Guardrails",
        "Caching", "Telemetry", "CPriceTable", "CTextEmbedding", "CVectorScan",
    ]

    /// Modules that are not ours and that a pure target's file may import nevertheless: C's `memchr`, `memcmp`, `explicit_bzero`.
    static let foreignInPure: [String: Set<String>] = [
        "Sources/Caching/": ["Crypto", "Glibc"],
        "Sources/GatewayModel/SecretBytes.swift": ["Glibc"],
        "Sources/JSONBytes/": ["Glibc"],
        "Sources/JSONRPC/LineSplitter.swift": ["Glibc"],
        "Sources/ProviderAdapters/SSEDecoder.swift": ["Glibc"],
        "Sources/ProviderAdapters/OpenAI/": ["Glibc"],
    ]

    /// Modules that no target imports: they bring 50 MB of ICU data or a second event loop into the process.
    static let banned: Set<String> = ["Foundation", "FoundationNetworking", "Dispatch", "NIO", "NIOCore", "NIOPosix"]

    /// All that a target may import of ours: what it reaches by arrows.
    static func reachable(from target: String) -> Set<String> {
        var reached: Set<String> = []
        var toFollow = arrows[target] ?? []
        while let next = toFollow.popLast() {
            if reached.insert(next).inserted { toFollow += arrows[next] ?? [] }
        }
        return reached
    }
}
