// swift-tools-version: 6.1
import PackageDescription
let swift: [SwiftSetting] = [
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
let package = Package(
    name: "wicket",
    targets: [
        .target(name: "CLinux"),
        .target(name: "JSONBytes", swiftSettings: swift),
        .target(name: "Reactor", dependencies: ["CLinux"], swiftSettings: swift),
        .target(name: "GatewayModel", swiftSettings: swift),
        .target(name: "ProviderAdapters", dependencies: ["GatewayModel", "JSONBytes"], swiftSettings: swift),
        .target(name: "GatewayEngine", dependencies: ["GatewayModel", "JSONBytes", "ProviderAdapters"], swiftSettings: swift),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CCurlShim", dependencies: ["CCurl"]),
        .target(
            name: "Upstream", dependencies: ["CCurl", "CCurlShim", "GatewayEngine", "GatewayModel", "Reactor"], swiftSettings: swift),
        .target(name: "ReactorTestSupport", dependencies: ["Reactor"], path: "Tests/ReactorTestSupport", swiftSettings: swift),
        .testTarget(name: "ReactorTests", dependencies: ["CLinux", "Reactor", "ReactorTestSupport"], swiftSettings: swift),
        .testTarget(
            name: "UpstreamTests",
            dependencies: ["CCurl", "CCurlShim", "GatewayEngine", "GatewayModel", "Reactor", "ReactorTestSupport", "Upstream"],
            swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
