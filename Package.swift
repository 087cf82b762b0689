// swift-tools-version: 6.1
// SPDX-License-Identifier: Apache-2.0
import PackageDescription
let swift: [SwiftSetting] = [
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let package = Package(
    name: "wicket",
    products: [.library(name: "WicketClient", targets: ["WicketClient"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .target(name: "JSONBytes", swiftSettings: swift),
        .target(name: "JSONRPC", dependencies: ["JSONBytes"], swiftSettings: swift),
        .target(name: "Reactor", dependencies: ["CLinux"], swiftSettings: swift),
        .target(name: "GatewayModel", swiftSettings: swift),
        .target(name: "ProviderAdapters", dependencies: ["GatewayModel", "JSONBytes"], swiftSettings: swift),
        .target(name: "WicketProtocol", dependencies: ["JSONBytes"], swiftSettings: swift),
        .target(name: "WicketClient", dependencies: ["JSONBytes", "JSONRPC", "WicketProtocol"], swiftSettings: swift),
        .target(name: "GatewayEngine", dependencies: ["GatewayModel", "JSONBytes", "ProviderAdapters"], swiftSettings: swift),
        .target(
            name: "WicketCommands",
            dependencies: [
                "WicketClient", "WicketProtocol", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swift),
        .executableTarget(name: "wicket", dependencies: ["WicketCommands"], swiftSettings: swift),
        .target(
            name: "WicketTestServer", dependencies: ["JSONRPC", "WicketClient"], path: "Tests/WicketTestServer",
            swiftSettings: swift),
        .testTarget(name: "WicketClientTests", dependencies: ["WicketClient", "WicketTestServer"], swiftSettings: swift),
        .testTarget(name: "WicketProtocolTests", dependencies: ["JSONBytes", "WicketProtocol"], swiftSettings: swift),
        .testTarget(
            name: "WicketCommandsTests",
            dependencies: [
                "WicketClient", "WicketCommands", "WicketTestServer", "wicket",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swift),
        .target(name: "CAllocationCounter", path: "Tests/Benchmarks/CAllocationCounter"),
        .executableTarget(
            name: "wicket-json-benchmark", dependencies: ["CAllocationCounter", "JSONBytes", "JSONRPC"],
            path: "Tests/Benchmarks/JSONBenchmark", swiftSettings: swift),
        .testTarget(name: "JSONBytesTests", dependencies: ["JSONBytes"], swiftSettings: swift),
        .testTarget(name: "JSONRPCTests", dependencies: ["JSONBytes", "JSONRPC"], swiftSettings: swift),
        .testTarget(name: "TidyTests", swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
