// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let swift: [SwiftSetting] = [
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// What only the daemon links: optimised across modules, and without run-time checks of exclusive access (its objects are
/// confined to one thread, and the debug build, which all tests run, checks). The client library has no such flags, so that it
/// can be another package's dependency.
let daemon: [SwiftSetting] =
    swift + [.unsafeFlags(["-enforce-exclusivity=unchecked", "-cross-module-optimization"], .when(configuration: .release))]

/// A target and, right beside it, whom it may import; `Tests/TidyTests` holds the sources to it.
func target(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource] = [],
    settings: [SwiftSetting] = swift
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: settings)
}
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swift)
}
func support(_ name: String, _ dependencies: [Target.Dependency], path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: "Tests/" + (path ?? name), swiftSettings: swift)
}
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "wicket",
    products: [
        .executable(name: "wicketd", targets: ["wicketd"]),
        .executable(name: "wicket", targets: ["wicket"]),
        .library(name: "WicketClient", targets: ["WicketClient"]),
    ],
    dependencies: [
        // AES-GCM, HKDF, HMAC and scrypt for the vault: BoringSSL behind Apple's API, nothing of it written by us.
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
        // The command line's parsing, help and completion; linked into `wicket` only.
        .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
    ],
    targets: [
        // C libraries and what Swift cannot say to libc.
        .target(name: "CLinux"),
        .target(name: "CPriceTable", exclude: ["prices.tsv"]),
        .target(name: "CTextEmbedding"),
        .target(name: "CVectorScan"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CCurlShim", dependencies: ["CCurl"]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // Values and decisions: pure.
        target("JSONBytes"),
        target("JSONRPC", ["JSONBytes"]),
        target("GatewayModel", settings: daemon),
        target("WicketProtocol", ["JSONBytes", "JSONRPC"]),
        target("Routing", ["GatewayModel", "JSONBytes"], settings: daemon),
        target("GatewayPolicy", ["GatewayModel", "JSONBytes"], settings: daemon),
        target("Caching", ["CVectorScan", "GatewayModel", "JSONBytes", crypto], settings: daemon),
        target("Telemetry", ["GatewayModel", "JSONBytes"], settings: daemon),
        target(
            "ProviderAdapters", ["CPriceTable", "GatewayModel", "JSONBytes"], exclude: ["Resources/providers.schema.json"],
            resources: [.embedInCode("Resources/providers.json")], settings: daemon),

        // The shell: where decisions meet time, threads and disks.
        target("Reactor", ["CLinux"], settings: daemon),
        target(
            "GatewayEngine", ["Caching", "GatewayModel", "GatewayPolicy", "JSONBytes", "ProviderAdapters", "Routing"],
            settings: daemon),
        target("TextEmbedding", ["CLinux", "CTextEmbedding", "GatewayEngine", "GatewayModel"], settings: daemon),
        target("SocketServer", ["CLinux", "GatewayModel", "JSONRPC", "Reactor"], settings: daemon),
        target(
            "KeyVault",
            ["CLinux", "GatewayEngine", "GatewayModel", "GatewayPolicy", "JSONBytes", "ProviderAdapters", crypto, cryptoExtras],
            settings: daemon),
        target(
            "GatewayStore",
            ["Caching", "CLinux", "CSQLite", "GatewayEngine", "GatewayModel", "GatewayPolicy", "JSONBytes", crypto],
            settings: daemon),
        target("Upstream", ["CCurl", "CCurlShim", "CLinux", "GatewayEngine", "GatewayModel", "Reactor"], settings: daemon),
        target(
            "Observability", ["CLinux", "GatewayEngine", "GatewayModel", "ProviderAdapters", "Telemetry"], settings: daemon),
        target(
            "WicketDaemon",
            [
                "Caching", "CLinux", "CSystemd", "CYAML", "GatewayEngine", "GatewayModel", "GatewayPolicy", "GatewayStore",
                "JSONBytes", "JSONRPC", "KeyVault", "Observability", "ProviderAdapters", "Reactor", "Routing", "SocketServer",
                "Telemetry", "TextEmbedding", "Upstream", "WicketProtocol", crypto,
            ],
            exclude: ["Documentation.docc"], resources: [.embedInCode("Resources/openrpc.json")], settings: daemon),
        .executableTarget(name: "wicketd", dependencies: ["WicketDaemon"], swiftSettings: daemon),

        // The clients: never the engine.
        target("WicketClient", ["JSONBytes", "JSONRPC", "WicketProtocol"]),
        target("WicketCommands", ["JSONBytes", "WicketClient", "WicketProtocol", argumentParser]),
        .executableTarget(name: "wicket", dependencies: ["WicketCommands"], swiftSettings: swift),

        // Tests, and what they share.
        support("TestSupport", []),
        support("ReactorTestSupport", ["Reactor"]),
        support("WicketTestServer", ["JSONRPC", "WicketClient"]),
        .executableTarget(
            name: "LifecycleProbe", dependencies: ["Reactor", "WicketDaemon"], path: "Tests/LifecycleProbe",
            swiftSettings: swift),
        .executableTarget(
            name: "wicket-embed", dependencies: ["GatewayEngine", "TextEmbedding"], path: "Tests/EmbedderProbe",
            swiftSettings: swift),
        support("SimulationKit", ["TestSupport"]),
        support(
            "Simulation",
            [
                "Caching", "GatewayEngine", "GatewayModel", "JSONBytes", "ProviderAdapters", "Routing", "SimulationKit",
                "TestSupport",
            ],
            path: "Simulation/World"),
        .executableTarget(
            name: "wicket-simulate", dependencies: ["Simulation"], path: "Tests/Simulation/Command", swiftSettings: swift),
        .target(name: "CAllocationCounter", path: "Tests/Benchmarks/CAllocationCounter"),
        .executableTarget(
            name: "wicket-json-benchmark", dependencies: ["CAllocationCounter", "JSONBytes", "JSONRPC"],
            path: "Tests/Benchmarks/JSONBenchmark", swiftSettings: swift),
        .executableTarget(
            name: "wicket-routing-benchmark", dependencies: ["CAllocationCounter", "JSONBytes", "Routing"],
            path: "Tests/Benchmarks/RoutingBenchmark", swiftSettings: swift),
        .executableTarget(
            name: "wicket-vault-benchmark",
            dependencies: ["GatewayEngine", "GatewayModel", "JSONBytes", "KeyVault", "SocketServer", crypto],
            path: "Tests/Benchmarks/VaultBenchmark", swiftSettings: swift),
        .executableTarget(
            name: "wicket-policy-benchmark", dependencies: ["CAllocationCounter", "GatewayModel", "GatewayPolicy"],
            path: "Tests/Benchmarks/PolicyBenchmark", swiftSettings: swift),
        .executableTarget(
            name: "wicket-index-benchmark", dependencies: ["Caching", "TestSupport"], path: "Tests/Benchmarks/IndexBenchmark",
            swiftSettings: swift),
        .executableTarget(
            name: "wicket-cache-benchmark",
            dependencies: ["Caching", "GatewayEngine", "GatewayModel", "GatewayStore", "TestSupport", "TextEmbedding"],
            path: "Tests/Benchmarks/CacheBenchmark", swiftSettings: swift),
        .executableTarget(
            name: "wicket-journal-benchmark", dependencies: ["GatewayEngine", "GatewayModel", "GatewayStore"],
            path: "Tests/Benchmarks/JournalBenchmark", swiftSettings: swift),
        .executableTarget(
            name: "wicket-semantic-eval", dependencies: ["Caching", "GatewayEngine", "TextEmbedding"],
            path: "Tests/Benchmarks/SemanticEvaluation", swiftSettings: swift),
        tests("TidyTests", []),
        tests("JSONBytesTests", ["JSONBytes", "TestSupport"]),
        tests("JSONRPCTests", ["JSONBytes", "JSONRPC", "TestSupport"]),
        tests("GatewayModelTests", ["GatewayModel"]),
        tests("ProviderAdaptersTests", ["GatewayModel", "JSONBytes", "ProviderAdapters", "TestSupport"]),
        tests("GatewayPolicyTests", ["GatewayModel", "GatewayPolicy", "JSONBytes", "TestSupport"]),
        tests("CachingTests", ["CVectorScan", "Caching", "GatewayModel", "JSONBytes", "TestSupport"]),
        tests("TextEmbeddingTests", ["GatewayEngine", "GatewayModel", "TextEmbedding", "TestSupport"]),
        tests("RoutingTests", ["GatewayModel", "JSONBytes", "Routing", "TestSupport"]),
        tests("ReactorTests", ["CLinux", "Reactor", "ReactorTestSupport", "TestSupport"]),
        tests(
            "UpstreamTests",
            ["CCurl", "CCurlShim", "GatewayEngine", "GatewayModel", "Reactor", "ReactorTestSupport", "Upstream"]),
        tests("SocketServerTests", ["SocketServer"]),
        tests(
            "KeyVaultTests",
            ["GatewayEngine", "GatewayModel", "GatewayStore", "JSONBytes", "KeyVault", "ProviderAdapters", crypto]),
        tests(
            "GatewayStoreTests",
            ["CSQLite", "Caching", "GatewayEngine", "GatewayModel", "GatewayPolicy", "GatewayStore", "TestSupport"]),
        tests(
            "GatewayEngineTests",
            [
                "Caching", "GatewayEngine", "GatewayModel", "GatewayPolicy", "GatewayStore", "JSONBytes", "ProviderAdapters",
                "Reactor", "ReactorTestSupport", "Routing", "TestSupport",
            ]),
        tests("ObservabilityTests", ["GatewayEngine", "GatewayModel", "Observability"]),
        tests("TelemetryTests", ["GatewayModel", "JSONBytes", "Telemetry"]),
        .testTarget(
            name: "SimulationTests", dependencies: ["Simulation", "SimulationKit", "TestSupport", "wicket-simulate"],
            path: "Tests/Simulation/Tests", swiftSettings: swift),
        tests(
            "WicketDaemonTests",
            [
                "GatewayEngine", "GatewayModel", "GatewayPolicy", "GatewayStore", "LifecycleProbe", "Observability",
                "ProviderAdapters", "Reactor", "WicketDaemon",
            ]),
        tests("WicketProtocolTests", ["JSONBytes", "WicketProtocol"]),
        tests("WicketClientTests", ["WicketClient", "WicketTestServer"]),
        tests("WicketCommandsTests", ["WicketClient", "WicketCommands", "WicketTestServer", "wicket", argumentParser]),
    ],
    swiftLanguageModes: [.v6]
)
