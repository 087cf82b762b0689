// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayPolicy
import TestSupport
import Testing

/// Portkey's own answers for the conditions and groups of its policies.
@Suite(.enabled(if: SharedFolder.has("portkey-vectors/policies.json"), "the vectors are not beside the package"))
struct PolicyVectorTests {
    private struct Vectors: Decodable {
        struct Case: Decodable {
            struct Condition: Decodable {
                var key: String
                var value: Texts?
                var values: Texts?
                var excludes: Texts?
            }
            struct Group: Decodable { var key: String }
            struct Expected: Decodable {
                var matches: Bool
                var value_key: String?
            }
            var id: String
            var conditions: [Condition]
            var group_by: [Group]
            var context: Context
            var expect: Expected
        }
        var cases: [Case]
    }

    /// One text or a list of them.
    private struct Texts: Decodable {
        var all: [String]
        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            all = try (try? value.decode([String].self)) ?? [value.decode(String.self)]
        }
    }

    private struct Context: Decodable {
        var apiKeyId, organisationId, workspaceId, virtualKeyId, virtualKeySlug, providerSlug, configId, configSlug, promptId,
            promptSlug, model: String?
        var metadata: [String: String]?

        var subject: PolicySubject {
            var call = PolicySubject()
            call.apiKey = apiKeyId
            call.organisation = organisationId
            call.workspace = workspaceId
            call.virtualKey = virtualKeyId.map { .init(id: $0, name: virtualKeySlug ?? $0) }
            call.provider = providerSlug
            call.config = configId.map { .init(id: $0, name: configSlug ?? $0) }
            call.prompt = promptId.map { .init(id: $0, name: promptSlug ?? $0) }
            call.model = model
            call.metadata = metadata ?? [:]
            return call
        }
    }

    @Test func `policies match and count as Portkey's do`() throws {
        let url = SharedFolder.url.appendingPathComponent("portkey-vectors/policies.json")
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
        #expect(!vectors.cases.isEmpty)
        for vector in vectors.cases {
            // A condition on a key that is none holds for no call.
            let conditions = vector.conditions.map { condition in
                PolicyKey(condition.key).map {
                    PolicyCondition(
                        $0, values: (condition.value ?? condition.values)?.all, excluded: condition.excludes?.all ?? [])
                }
            }
            let groups = vector.group_by.map { PolicyKey($0.key) }
            let scope = PolicyScope(conditions: conditions.compactMap { $0 }, grouping: groups.compactMap { $0 })
            let call = vector.context.subject
            let matches = scope.matches(call) && !conditions.contains { $0 == nil }
            let bucket = groups.contains(nil) ? nil : scope.bucket(of: call)
            #expect(matches == vector.expect.matches, "\(vector.id)")
            #expect(bucket == vector.expect.value_key, "\(vector.id)")
        }
    }
}
