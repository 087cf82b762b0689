// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// The providers that can be named: those that come with the daemon, and those that the user added or replaced.
package struct ProviderCatalog: Sendable {
    private var entries: [String: Provider]

    /// What `Resources/providers.json` says, parsed once.
    package static let builtIn: ProviderCatalog = {
        do throws(CatalogError) { return try ProviderCatalog(parsing: PackageResources.providers_json) } catch {
            // Compiled in and parsed by a test, so only our own mistake gets here.
            preconditionFailure("the built-in catalog is wrong at \(error.path): \(error.message)")
        }
    }()

    /// Where an id occurs twice, the later one counts.
    package init(_ providers: [Provider]) {
        entries = Dictionary(providers.map { ($0.id, $0) }) { _, later in later }
    }

    /// Every entry, in no order.
    package var providers: [Provider] { Array(entries.values) }

    /// Every id, sorted.
    package var ids: [String] { entries.keys.sorted() }

    package func provider(_ id: String) -> Provider? { id.isASCII ? entries[id] : nil }

    /// This catalog with one entry more, or with another in the place of the one that has its id.
    package func adding(_ provider: Provider) -> ProviderCatalog {
        var result = self
        result.entries[provider.id] = provider
        return result
    }

    /// The id that was probably meant, for an error message.
    package func nearest(to id: String) -> String? { closestName(to: id, among: ids) }

    /// The model to send: what `name` stands for, or `name` itself where it is no alias.
    package func resolveModel(_ name: String, for provider: Provider) -> String {
        name.isASCII ? provider.modelAliases[name] ?? name : name
    }
}
