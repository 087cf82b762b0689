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
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto.git", exact: "4.5.2"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "JSONBytes", swiftSettings: swift),
        .target(name: "Reactor", dependencies: ["CLinux"], swiftSettings: swift),
        .target(name: "GatewayModel", swiftSettings: swift),
        .target(name: "ProviderAdapters", dependencies: ["GatewayModel", "JSONBytes"], swiftSettings: swift),
        .target(name: "GatewayEngine", dependencies: ["GatewayModel", "JSONBytes", "ProviderAdapters"], swiftSettings: swift),
        .target(
            name: "KeyVault",
            dependencies: ["GatewayEngine", "GatewayModel", "JSONBytes", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: swift),
        .target(
            name: "GatewayStore", dependencies: ["CLinux", "CSQLite", "GatewayEngine", "GatewayModel", "JSONBytes"],
            swiftSettings: swift),
        .testTarget(name: "GatewayModelTests", dependencies: ["GatewayModel"], swiftSettings: swift),
        .testTarget(
            name: "KeyVaultTests", dependencies: ["KeyVault", "GatewayStore", "GatewayEngine", "GatewayModel", "JSONBytes"],
            swiftSettings: swift),
        .testTarget(
            name: "GatewayStoreTests", dependencies: ["GatewayStore", "GatewayEngine", "GatewayModel", "CSQLite"],
            swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
