// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import WicketClient
import WicketTestServer

@Suite(.timeLimit(.minutes(2)))
struct PolicyTests {
    private static let web =
        #"{"name":"web","source":"stored","priority":7,"match":{"uid":[33,34],"unit":["web.*"]},"allow":{"models":[]},"#
        + #""deny":{},"defaults":{"budget":"b"},"problem":null,"created_at":"2026-03-01T09:00:00Z","#
        + #""updated_at":"2026-03-01T09:00:00Z"}"#

    @Test(arguments: [("create", "Added web.\n"), ("update", "Changed web.\n")])
    func `a policy is sent as the file says it`(verb: String, said: String) async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["method"].string == "policies.\(verb)")
            #expect(request["params"].json == #"{"name":"web", "deny":{} }"#)
            server.reply(request, result: Self.web)
        }
        let outcome = await tool.run("policy", verb, "-", input: #"{"name":"web", "deny":{} }"#)
        #expect(outcome.code == 0 && outcome.output == said)
        #expect(await tool.run("policy", verb, "-", input: "[]").code == 2)
    }

    @Test func `showing prints what a file may hold, and listing says whom for and what`() async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            let isList = request["method"].string == "policies.list"
            server.reply(request, result: isList ? #"{"policies":[\#(Self.web)],"next_cursor":null}"# : Self.web)
        }
        #expect(
            await tool.run("policy", "show", "web").output == """
                {
                  "name": "web",
                  "priority": 7,
                  "match": {"uid":[33,34],"unit":["web.*"]},
                  "allow": {"models":[]},
                  "defaults": {"budget":"b"}
                }

                """)
        let list = await tool.run("policy")
        #expect(list.output.contains("web   stored         7  uid 33,34 unit web.*  models none  -       ok"))
    }

    @Test(arguments: [
        (true, #"null"#, #"null"#, 0, "No policy matches: it may use everything of the use socket.\nAllowed.\n"),
        (true, #""web""#, #"null"#, 0, "It comes under the policy web.\n  by default, config: c\nAllowed.\n"),
        (false, #""web""#, #""Because.""#, 1, "It comes under the policy web.\n  by default, config: c\nRefused: Because.\n"),
    ])
    func `testing says what would happen, and so does its exit code`(
        allowed: Bool, policy: String, reason: String, code: Int32, said: String
    ) async throws {
        let tool = Tool(server: try TestServer())
        tool.server.serve { request, server in
            #expect(request["params"].json == #"{"uid":33,"groups":["a","7"],"unit":"web.service","virtual_key":"k"}"#)
            let defaults = policy == "null" ? "{}" : #"{"config":"c"}"#
            server.reply(
                request,
                result: #"{"uid":33,"gid":null,"groups":[],"policy":\#(policy),"passed_by":[{"policy":"p","field":"unit"}],"#
                    + #""allowed":\#(allowed),"reason":\#(reason),"defaults":\#(defaults)}"#)
        }
        let outcome = await tool.run(
            "policy", "test", "--uid", "33", "--group", "a", "--group", "7", "--unit", "web.service", "--virtual-key", "k")
        #expect(outcome.code == code && outcome.error == "")
        #expect(outcome.output == "p is not for it: unit does not match\n" + said)
        #expect(await tool.run("policy", "test", "--unit", "x").code == 2)
    }
}
