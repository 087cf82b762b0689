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
        .testTarget(
            name: "ProviderAdaptersTests", dependencies: ["GatewayModel", "JSONBytes", "ProviderAdapters"], swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
