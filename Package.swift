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
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "Observability", dependencies: ["CLinux", "GatewayEngine"], swiftSettings: swift),
        .target(
            name: "WicketDaemon",
            dependencies: [
                "CLinux", "CSystemd", "CYAML", "GatewayEngine", "GatewayModel", "JSONBytes", "Observability", "ProviderAdapters", "Reactor",
            ],
            swiftSettings: swift
        ),
        .testTarget(name: "ObservabilityTests", dependencies: ["GatewayEngine", "Observability"], swiftSettings: swift),
        .testTarget(
            name: "WicketDaemonTests",
            dependencies: ["GatewayEngine", "GatewayModel", "LifecycleProbe", "Observability", "ProviderAdapters", "Reactor", "WicketDaemon"],
            swiftSettings: swift
        ),
        .executableTarget(name: "LifecycleProbe", dependencies: ["Reactor", "WicketDaemon"], path: "Tests/LifecycleProbe", swiftSettings: swift),
    ],
    swiftLanguageModes: [.v6]
)
