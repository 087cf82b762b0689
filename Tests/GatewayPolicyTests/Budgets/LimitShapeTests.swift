// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import Testing

struct LimitShapeTests {
    enum Kind { case rate, usage }

    private static let rate = #""unit":"requests","amount":60,"per":"minute""#
    private static let usage = #""unit":"usd","amount":0.5,"period":"monthly""#

    @Test(arguments: [
        "[]", "[{\(rate)}]", #"[{"unit":"tokens","amount":1,"per":"second"},{\#(rate)}]"#,
    ])
    func `rate limits in their shape are taken`(json: String) throws { try LimitReader.check(rates: Array(json.utf8)) }

    @Test(arguments: [
        "[]", "[{\(usage)}]", #"[{\#(usage),"alert_at":1}]"#,
        #"[{"unit":"tokens","amount":1e6,"period":"total","alert_at":0.8}]"#,
    ])
    func `usage limits in their shape are taken`(json: String) throws { try LimitReader.check(usage: Array(json.utf8)) }

    @Test(arguments: [
        (Kind.rate, "{}", "rate_limits"), (.rate, "[1]", "rate_limits[0]"),
        (.rate, #"[{\#(rate)},{"unit":"usd","amount":1,"per":"day"}]"#, "rate_limits[1].unit"),
        (.rate, #"[{"unit":"requests","amount":0,"per":"day"}]"#, "rate_limits[0].amount"),
        (.rate, #"[{"unit":"requests","amount":1.5,"per":"day"}]"#, "rate_limits[0].amount"),
        (.rate, #"[{"unit":"requests","amount":"1","per":"day"}]"#, "rate_limits[0].amount"),
        (.rate, #"[{"unit":"requests","amount":1}]"#, "rate_limits[0].per"),
        (.rate, #"[{"unit":"requests","amount":1,"per":"daily"}]"#, "rate_limits[0].per"),
        (.rate, #"[{\#(rate),"alert_at":0.5}]"#, "rate_limits[0].alert_at"),
        (.usage, #"[{\#(usage),"alert_at":0}]"#, "usage_limits[0].alert_at"),
        (.usage, #"[{\#(usage),"alert_at":1.1}]"#, "usage_limits[0].alert_at"),
        (.usage, #"[{\#(usage),"per":"day"}]"#, "usage_limits[0].per"),
        (.usage, #"[{\#(usage),"unit":"usd"}]"#, "usage_limits[0].unit"),
        (.usage, #"[{"unit":"euro","amount":1,"period":"daily"}]"#, "usage_limits[0].unit"),
        (.usage, #"[{"unit":"usd","amount":-1,"period":"daily"}]"#, "usage_limits[0].amount"),
        (.usage, #"[{"unit":"usd","amount":1e999,"period":"daily"}]"#, "usage_limits[0].amount"),
        (.usage, #"[{"unit":"usd","amount":1,"period":"minute"}]"#, "usage_limits[0].period"),
        (.usage, "[" + Array(repeating: "{\(usage)}", count: 33).joined(separator: ",") + "]", "usage_limits"),
    ])
    func `what is wrong in a limit is named by its path`(kind: Kind, json: String, path: String) {
        let failure = #expect(throws: GatewayFailure.self) {
            try kind == .rate ? LimitReader.check(rates: Array(json.utf8)) : LimitReader.check(usage: Array(json.utf8))
        }
        #expect(failure?.code == .invalidParams && failure?.path == path)
    }
}
