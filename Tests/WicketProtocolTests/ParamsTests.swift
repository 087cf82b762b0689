// SPDX-License-Identifier: Apache-2.0
import JSONBytes
import Testing
import WicketProtocol

/// Reads params of any method as the daemon does and writes them again as a client does.
private func again(_ method: String, _ json: String) throws -> String {
    let document = try JSONDocument(json)
    let root = document.root
    var out = JSONWriter()
    switch method {
    case "session.configure": try SessionConfigure.Params(from: document, root).write(to: &out)
    case "$/cancelRequest": try CancelRequest.Params(from: document, root).write(to: &out)
    case "logs.list": try LogsList.Params(from: document, root).write(to: &out)
    case "logs.get": try LogsGet.Params(from: document, root).write(to: &out)
    case "virtual_keys.create": try VirtualKeysCreate.Params(from: document, root).write(to: &out)
    case "virtual_keys.list": try VirtualKeysList.Params(from: document, root).write(to: &out)
    case "virtual_keys.get": try VirtualKeysGet.Params(from: document, root).write(to: &out)
    case "virtual_keys.update": try VirtualKeysUpdate.Params(from: document, root).write(to: &out)
    case "virtual_keys.rotate": try VirtualKeysRotate.Params(from: document, root).write(to: &out)
    case "virtual_keys.delete": try VirtualKeysDelete.Params(from: document, root).write(to: &out)
    case "configs.create": try ConfigsCreate.Params(from: document, root).write(to: &out)
    case "configs.list": try ConfigsList.Params(from: document, root).write(to: &out)
    case "configs.get": try ConfigsGet.Params(from: document, root).write(to: &out)
    case "configs.update": try ConfigsUpdate.Params(from: document, root).write(to: &out)
    case "configs.delete": try ConfigsDelete.Params(from: document, root).write(to: &out)
    case "configs.versions.list": try ConfigsVersionsList.Params(from: document, root).write(to: &out)
    case "configs.check": try ConfigsCheck.Params(from: document, root).write(to: &out)
    case "policies.create": try PoliciesCreate.Params(from: document, root).write(to: &out)
    case "policies.update": try PoliciesUpdate.Params(from: document, root).write(to: &out)
    case "policies.test": try PoliciesTest.Params(from: document, root).write(to: &out)
    case "targets.reset": try TargetsReset.Params(from: document, root).write(to: &out)
    case "targets.trip": try TargetsTrip.Params(from: document, root).write(to: &out)
    case "requests.explain": try RequestsExplain.Params(from: document, root).write(to: &out)
    default: Issue.record("no such method: \(method)")
    }
    return String(decoding: out.bytes, as: UTF8.self)
}

struct ParamsTests {
    @Test(arguments: [
        ("session.configure", #"{"defaults":{"virtual_key":"a","metadata":{"k":"v"}}}"#),
        ("$/cancelRequest", #"{"id":1}"#),
        ("$/cancelRequest", #"{"id":"a\u0062"}"#),
        ("logs.list", #"{"filter":{"virtual_key":"a","status":200,"metadata.environment":"production"},"limit":5,"cursor":"c"}"#),
        ("logs.list", #"{"filter":{"model":"m","error":"e","since":"2026","stream":true},"limit":1,"cursor":null}"#),
        ("logs.get", #"{"id":"1729"}"#),
        ("virtual_keys.create", #"{"name":"a","provider":"openai","secret":{}}"#),
        (
            "virtual_keys.create",
            #"{"name":"a.b_c-1","provider":"openai","secret":{},"base_url":"http://127.0.0.1:1/v1","#
                + #""models":["gpt-*"],"expires_at":"2027-01-01T00:00:00Z","rate_limits":[],"#
                + #""usage_limits":[{"unit":"usd"}],"note":"n"}"#
        ),
        ("virtual_keys.list", #"{"limit":50,"cursor":null}"#),
        ("virtual_keys.get", #"{"name":"a"}"#),
        ("virtual_keys.update", #"{"name":"a","note":"n"}"#),
        ("virtual_keys.update", #"{"name":"a","models":null,"expires_at":null}"#),
        ("virtual_keys.rotate", #"{"name":"a","secret":{},"grace_s":300}"#),
        ("virtual_keys.delete", #"{"name":"a"}"#),
        ("policies.create", #"{"name":"a"}"#),
        (
            "policies.create",
            #"{"name":"a","priority":0,"match":{ "uid":[1]},"allow":{"models":[]},"deny":{},"defaults":{"budget":"b"}}"#
        ),
        ("policies.update", #"{"name":"a","deny":{}}"#),
        ("policies.test", #"{"uid":0}"#),
        (
            "policies.test",
            #"{"uid":1,"gid":2,"user":"u","groups":["g","7"],"unit":"w.service","cgroup":"/s","method":"m","virtual_key":"k","#
                + #""provider":"p","model":"o","config":"c"}"#
        ),
        ("configs.create", #"{"name":"a","config":{ "b" : 1.0, "b":2e0 ,"\u0063":[]}}"#),
        ("configs.list", #"{"limit":50,"cursor":null}"#),
        ("configs.get", #"{"name":"a","version":3}"#),
        ("configs.update", #"{"name":"a","config":{},"expected_version":2}"#),
        ("configs.delete", #"{"name":"a"}"#),
        ("configs.versions.list", #"{"name":"a","limit":2,"cursor":"7"}"#),
        ("configs.check", #"{"config":{"x":[1]}}"#),
        ("targets.reset", #"{"id":"openai/a/m"}"#),
        ("targets.trip", #"{"id":"openai/a/m","for_ms":5}"#),
        ("requests.explain", #"{"trace_id":"t"}"#),
    ])
    func `params read and written again are the same`(method: String, json: String) throws {
        #expect(try again(method, json) == json)
    }

    @Test(arguments: [
        ("configs.get", #"{"name":"a","version":null}"#, #"{"name":"a"}"#),
        ("configs.update", #"{"name":"a","config":{},"expected_version":null}"#, #"{"name":"a","config":{}}"#),
        ("policies.update", #"{"name":"a","priority":null,"deny":null}"#, #"{"name":"a","deny":{}}"#),
        ("policies.test", #"{"user":"u","groups":[7,"g"]}"#, #"{"user":"u","groups":["7","g"]}"#),
        ("targets.trip", #"{"id":"x"}"#, #"{"id":"x","for_ms":30000}"#),
        ("logs.list", "{}", #"{"filter":{},"limit":50,"cursor":null}"#),
        ("virtual_keys.create", #"{"name":"a","provider":"p","secret":{"api_key":"k"},"models":null,"note":null}"#,
            #"{"name":"a","provider":"p","secret":{}}"#),
        ("virtual_keys.rotate", #"{"name":"a","secret":{"api_key":"k"}}"#, #"{"name":"a","secret":{},"grace_s":0}"#),
    ])
    func `what is absent or null has its default`(method: String, json: String, written: String) throws {
        #expect(try again(method, json) == written)
    }

    @Test(arguments: [
        ("configs.create", #"{"name":"a/b","config":{}}"#, "params.name"),
        ("configs.create", #"{"name":"a"}"#, "params.config"),
        ("configs.create", #"{"name":"a","config":"{}"}"#, "params.config"),
        ("configs.create", #"{"name":"a","config":[]}"#, "params.config"),
        ("configs.update", #"{"name":"a","config":{},"expected_version":"1"}"#, "params.expected_version"),
        ("configs.get", #"{"name":"a","version":1.5}"#, "params.version"),
        ("policies.create", #"{"name":"a/b"}"#, "params.name"),
        ("policies.create", #"{"name":"a","priority":1001}"#, "params.priority"),
        ("policies.create", #"{"name":"a","match":[]}"#, "params.match"),
        ("policies.create", #"{"name":"a","allows":{}}"#, "params.allows"),
        ("policies.update", #"{"deny":{}}"#, "params.name"),
        ("policies.test", #"{}"#, "params.uid"),
        ("policies.test", #"{"uid":4294967295}"#, "params.uid"),
        ("policies.test", #"{"uid":1,"groups":"g"}"#, "params.groups"),
        ("policies.test", #"{"uid":1,"groups":[null]}"#, "params.groups"),
        ("configs.check", #"{}"#, "params.config"),
        ("configs.versions.list", #"{"name":"a","limit":0}"#, "params.limit"),
        ("targets.reset", #"{"id":""}"#, "params.id"),
        ("targets.trip", #"{"id":"x","for_ms":0}"#, "params.for_ms"),
        ("targets.trip", #"{"id":"x","for_ms":86400001}"#, "params.for_ms"),
        ("requests.explain", #"{}"#, "params.trace_id"),
        ("virtual_keys.create", #"{}"#, "params.name"),
        ("virtual_keys.create", #"[]"#, "params"),
        ("virtual_keys.create", #"{"name":"","provider":"p","secret":{"api_key":"k"}}"#, "params.name"),
        ("virtual_keys.create", #"{"name":"a b","provider":"p","secret":{"api_key":"k"}}"#, "params.name"),
        ("virtual_keys.create", #"{"name":"-a","provider":"p","secret":{"api_key":"k"}}"#, "params.name"),
        ("virtual_keys.create", #"{"name":1,"provider":"p","secret":{"api_key":"k"}}"#, "params.name"),
        ("virtual_keys.create", #"{"name":"a","secret":{"api_key":"k"}}"#, "params.provider"),
        ("virtual_keys.create", #"{"name":"a","provider":"p"}"#, "params.secret"),
        ("virtual_keys.create", #"{"name":"a","provider":"p","secret":"sk-canary"}"#, "params.secret"),
        ("virtual_keys.create", #"{"name":"a","provider":"p","secret":{"api_key":"k"},"models":"x"}"#, "params.models"),
        ("virtual_keys.create", #"{"name":"a","provider":"p","secret":{"api_key":"k"},"models":[1]}"#, "params.models"),
        ("virtual_keys.create", #"{"name":"a","name":"a","provider":"p","secret":{"api_key":"k"}}"#, "params.name"),
        ("virtual_keys.create", #"{"name":"a","provider":"p","secret":{"api_key":"k"},"baseurl":"x"}"#, "params.baseurl"),
        ("virtual_keys.rotate", #"{"name":"a","secret":{"api_key":"k"},"grace_s":-1}"#, "params.grace_s"),
        ("virtual_keys.rotate", #"{"name":"a","secret":{"api_key":"k"},"grace_s":1.5}"#, "params.grace_s"),
        ("virtual_keys.list", #"{"limit":0}"#, "params.limit"),
        ("virtual_keys.list", #"{"limit":1001}"#, "params.limit"),
        ("logs.list", #"{"filter":{"stat":200}}"#, "params.filter.stat"),
        ("logs.list", #"{"filter":{"metadata.k":1}}"#, "params.filter.metadata.k"),
        ("logs.list", #"{"filter":{"metadata.k":"1","metadata.k":"2"}}"#, "params.filter.metadata.k"),
        ("logs.list", #"{"filter":[]}"#, "params.filter"),
        ("session.configure", #"{}"#, "params.defaults"),
        ("session.configure", #"{"defaults":[]}"#, "params.defaults"),
        ("$/cancelRequest", #"{"id":{}}"#, "params.id"),
    ])
    func `what is wrong is named by its path, and no secret is quoted`(method: String, json: String, path: String) {
        let error = #expect(throws: ParamsError.self) { try again(method, json) }
        #expect(error?.path == path)
        #expect(error?.message.contains("canary") == false)
    }

    @Test func `an unknown member is told the one it most likely meant`() {
        let error = #expect(throws: ParamsError.self) { try again("virtual_keys.update", #"{"name":"a","modles":[]}"#) }
        #expect(error?.message == "Unknown member `modles`; did you mean `models`?")
        let list = #expect(throws: ParamsError.self) { try again("virtual_keys.get", #"{"name":"a","whatever":1}"#) }
        #expect(list?.message == "Unknown member `whatever`; known are `name`.")
    }

    @Test func `absent params are an empty object`() throws {
        #expect(try VirtualKeysList.Params(from: JSONDocument(), nil).page == Page())
        #expect(throws: ParamsError.self) { try LogsGet.Params(from: JSONDocument(), nil) }
    }

    @Test func `a secret is written by who sends it, and no copy is kept by who reads it`() throws {
        let secret = ProviderSecret(apiKey: Array("sk\"1".utf8))
        var out = JSONWriter()
        VirtualKeysRotate.Params(name: "a", secret: secret).write(to: &out)
        let json = String(decoding: out.bytes, as: UTF8.self)
        #expect(json == #"{"name":"a","secret":{"api_key":"sk\"1"},"grace_s":0}"#)
        #expect(try again("virtual_keys.rotate", json) == #"{"name":"a","secret":{},"grace_s":0}"#)
        #expect(ProviderSecret(parts: Array(#"{"aws_region":"r"}"#.utf8)) != nil)
        for wrong in ["[]", "sk-1", ""] { #expect(ProviderSecret(parts: Array(wrong.utf8)) == nil) }
    }

    @Test func `a secret shows itself to nobody`() {
        let params = VirtualKeysCreate.Params(name: "a", provider: "p", secret: ProviderSecret(apiKey: Array("sk-canary".utf8)))
        var dumped = ""
        dump(params, to: &dumped)
        for text in ["\(params)", String(reflecting: params), dumped] {
            #expect(!text.contains("canary") && !text.contains("115"))
        }
    }
}
