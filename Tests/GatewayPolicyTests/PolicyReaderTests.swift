// SPDX-License-Identifier: Apache-2.0
import GatewayPolicy
import Testing

@Suite struct PolicyReaderTests {
    private static let methods = ["chat.completions.create", "models.list", "logs.list"]

    private func faults(_ part: String, _ json: String) -> [String] {
        var text = PolicyText()
        switch part {
        case "match": text.match = Array(json.utf8)
        case "allow": text.allow = Array(json.utf8)
        case "deny": text.deny = Array(json.utf8)
        default: text.defaults = Array(json.utf8)
        }
        do throws(PolicyFaults) {
            _ = try PolicyReader.read("p", text, accounts: testAccounts, methods: Self.methods)
            return []
        } catch { return error.faults.map { "\($0.path) \($0.message)" } }
    }

    @Test(arguments: [
        ("match", "[]", "match must be an object"),
        ("match", "{", "match must be an object"),
        ("match", #"{"uids": [1]}"#, "match.uids is not known; did you mean 'uid'?"),
        ("match", #"{"container": ["x"]}"#, "match.container is not known; known here: uid, user, group, unit, cgroup"),
        ("match", #"{"uid": 5}"#, "match.uid must be a list"),
        ("match", #"{"uid": []}"#, "match.uid must not be empty: leave it out to match every uid"),
        ("match", #"{"uid": ["ada"]}"#, "match.uid[0] must be a whole number"),
        ("match", #"{"uid": [1, -1]}"#, "match.uid[1] must be a whole number"),
        ("match", #"{"uid": [4294967295]}"#, "match.uid[0] must be a whole number from 0 to 4294967294"),
        ("match", #"{"uid": [1], "uid": [2]}"#, "match.uid stands there twice"),
        ("match", #"{"user": [5]}"#, "match.user[0] must be a text"),
        ("match", #"{"user": ["eve"]}"#, "match.user[0] names the user 'eve', which this machine does not have"),
        ("match", #"{"group": ["eve"]}"#, "match.group[0] names the group 'eve', which this machine does not have"),
        ("match", #"{"group": [1.5]}"#, "match.group[0] must be a whole number"),
        ("match", #"{"unit": [""]}"#, "match.unit[0] must be a text of 1 to 256 bytes"),
        ("match", #"{"unit": ["a\u0000"]}"#, "match.unit[0] must be a text of 1 to 256 bytes without control characters"),
        ("match", #"{"cgroup": ["system.slice"]}"#, "match.cgroup[0] must be a path from the root"),
        ("allow", #"{"keys": ["a"]}"#, "allow.keys is not known"),
        ("allow", #"{"providers": "openai"}"#, "allow.providers must be a list"),
        ("deny", #"{"models": [1]}"#, "deny.models[0] must be a text"),
        ("deny", #"{"methods": ["chat.completion.create"]}"#, "did you mean 'chat.completions.create'?"),
        ("deny", #"{"methods": ["configs.*"]}"#, "deny.methods[0] fits no method of the use socket: 'configs.*'"),
        ("allow", #"{"virtual_keys": ["@mine"]}"#, "'@mine' is none; @own stands for the caller's own"),
        ("allow", #"{"configs": ["@own"]}"#, "'@own' is none; @inline stands for the caller's own"),
        ("allow", #"{"models": ["@prod/gpt-4o"]}"#, "allow.models[0] must be a name or a pattern, and '@prod/gpt-4o' is none"),
        ("defaults", #"{"config": 5}"#, "defaults.config must be the name of a saved config, or a config"),
        ("defaults", #"{"config": ""}"#, "defaults.config must be a text"),
        ("defaults", #"{"metadata": ["a"]}"#, "defaults.metadata must be an object of texts"),
        ("defaults", #"{"metadata": {"a": 1}}"#, "defaults.metadata.a must be a text of at most 128 characters"),
        ("defaults", #"{"metadata": {"a": "b", "a": "c"}}"#, "defaults.metadata.a stands there twice"),
        ("defaults", #"{"budget": {}}"#, "defaults.budget must be a text"),
        ("defaults", #"{"virtual_key": "x"}"#, "defaults.virtual_key is not known"),
    ])
    func `what is wrong is told with its place`(part: String, json: String, message: String) {
        let found = faults(part, json)
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test func `all that is wrong is told at once`() {
        #expect(faults("match", #"{"uid": ["a", 1, "b"], "user": ["eve"], "nothing": 1}"#).count == 4)
    }

    @Test func `users and groups have the ids of the moment`() throws {
        let match = try policy(match: #"{"user": ["ada"], "group": ["staff", 7]}"#).match
        #expect(match.users == [PolicyMatch.Account(name: "ada", id: 1000)])
        #expect(match.groups == [PolicyMatch.Account(name: "staff", id: 50), PolicyMatch.Account(name: nil, id: 7)])
    }

    @Test func `members that are null say nothing`() throws {
        let policy = try policy(
            match: #"{"uid": null, "unit": null}"#, allow: #"{"models": null}"#, defaults: #"{"config": null, "budget": null}"#)
        #expect(policy.match == PolicyMatch())
        #expect(policy.allow == AccessLists())
        #expect(policy.defaults.config == nil && policy.defaults.budget == nil)
    }

    @Test(arguments: [
        ("", "", true), ("", "a", false), ("*", "", true), ("*", "abc", true), ("a*", "abc", true), ("*c", "abc", true),
        ("a*c", "abc", true), ("a*c", "ac", true), ("a*b*c", "aXbYc", true), ("a*b*c", "acb", false), ("**", "x", true),
        ("*aab", "aaaab", true), ("a*a", "a", false), ("abc", "abcd", false), ("*é*", "café!", true), ("a*", "ba", false),
        ("*.service", "web.service", true), ("*.service", "web.service.d", false),
    ])
    func `a star stands for anything`(pattern: String, name: String, fits: Bool) {
        #expect(NamePattern(pattern).matches(name) == fits)
    }
}
