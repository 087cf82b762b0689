// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// The providers that can be named, the daemon's own and those of the configuration, by name.
package enum ProvidersList: RPCMethod {
    package static let name = "providers.list"
    package static let group = RPCGroup.service
    package static let socket = RPCSocket.both
    package static let summary = "Lists the providers that can be named, and what each takes for a key."

    package struct Entry: Sendable {
        package var name: String
        /// With `{part}` where a part of the key's secret belongs; empty where each key brings its own.
        package var baseURL: String
        /// Which parts its keys have (`api_key`, `aws`, `azure_openai`, `vertex`); nil when it takes none.
        package var keyKind: String?
        /// Where its key is usually found.
        package var environmentVariable: String?

        package init(name: String, baseURL: String, keyKind: String?, environmentVariable: String?) {
            self.name = name
            self.baseURL = baseURL
            self.keyKind = keyKind
            self.environmentVariable = environmentVariable
        }

        func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("name"); json.string(name)
            json.key("base_url"); json.string(baseURL)
            json.key("needs_key"); json.bool(keyKind != nil)
            json.key("key"); json.string(orNull: keyKind)
            json.key("environment_variable"); json.string(orNull: environmentVariable)
            json.endObject()
        }
    }

    package struct Result: Sendable {
        package var providers: [Entry]
        package init(providers: [Entry]) { self.providers = providers }

        package func write(to json: inout JSONWriter) {
            json.beginObject()
            json.key("providers")
            json.beginArray()
            for provider in providers { provider.write(to: &json) }
            json.endArray()
            json.endObject()
        }
    }
}
