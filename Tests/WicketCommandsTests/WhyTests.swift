// SPDX-License-Identifier: Apache-2.0
import Testing
import WicketClient
import WicketTestServer
@testable import WicketCommands

struct WhyTests {
    private let call = #"""
        {"id":"1","method":"chat.completions.create","started_at":"2026-03-01T09:00:00.120Z","model":"m","provider":"openai",
         "virtual_key":"k","status":200,"error":null,"latency_ms":{"total":1554.5}}
        """#

    private func story(_ decisions: String, call: String? = nil, style: Style = Style(isOn: false)) throws -> [String] {
        let json = #"{"call":\#(call ?? self.call),"decisions":\#(decisions)}"#
        return CallStory(try WicketValue(json: json)).lines(style: style)
    }

    @Test func `a call that was retried, waited and went on is told in order`() throws {
        let decisions = #"""
            {"tries":3,"decisions":[
             {"step":"strategy","path":"config","mode":"loadbalance","weights":[0.7,0.3]},
             {"step":"draw","value":0.82,"total":1,"child":1,"sticky":false},
             {"step":"strategy","path":"config.targets[1]","mode":"fallback"},
             {"step":"passed_by","target":"config.targets[1].targets[0]","why":"circuit_open","probe_at_ms":1200},
             {"step":"try","try":0,"target":"config.targets[1].targets[1]","kind":"first","probe":false,"at_ms":0,"took_ms":812.5,
              "end":"answered","status":429},
             {"step":"wait","ms":740,"why":"backoff"},
             {"step":"try","try":1,"target":"config.targets[1].targets[1]","kind":"retry","probe":false,"at_ms":1,"took_ms":2,
              "end":"timed_out"},
             {"step":"give_up","target":"config.targets[1].targets[1]","why":"attempts"},
             {"step":"try","try":2,"target":"config.targets[1].targets[2]","kind":"first","probe":true,"at_ms":1,"took_ms":5.4,
              "end":"answered","status":200}],
             "outcome":{"end":"finished","try":2}}
            """#
        #expect(
            try story(decisions) == [
                "chat.completions.create for m, 2026-03-01 09:00:00 UTC",
                "  config draws one of its targets by weight, 0.7 : 0.3.",
                "  The draw was 0.82 of 1: [1].",
                "  config.targets[1] tries its targets one after the other.",
                "  config.targets[1].targets[0] was passed by: its breaker is open, a probe may go 1.2 s after the start.",
                "  Try 1: asked config.targets[1].targets[1]; it answered 429 after 813 ms.",
                "  Waited 740 ms, before it is asked again.",
                "  Try 2: asked config.targets[1].targets[1] again; it took too long after 2.0 ms.",
                "  config.targets[1].targets[1] was not asked again: all of its attempts are used.",
                "  Try 3: asked config.targets[1].targets[2], the one probe of its breaker; it answered 200 after 5.4 ms.",
                "  What config.targets[1].targets[2] answered in try 3 was passed on.",
                "  The answer came from openai with the key k after 1.6 s.",
            ])
    }

    @Test(arguments: [
        (#"{"step":"condition","held":2}"#, "Its condition [2] holds."),
        (#"{"step":"condition","held":null}"#, "None of its conditions holds."),
        (#"{"step":"passed_by","target":"t","why":"unusable"}"#, "t cannot be asked with what this call may use; passed by."),
        (#"{"step":"draw","value":0.5,"total":3,"child":0,"sticky":false}"#, "The draw was 1.5 of 3: [0]."),
        (
            #"{"step":"draw","value":0.5,"total":3,"child":2,"sticky":true}"#,
            "[2] is where requests like this one always go (sticky_session)."
        ),
        (
            #"{"step":"compare","children":[0,2],"loads":[2e6,1e6]}"#,
            "Of two that were drawn, [0] and [2], [2] has the lower load."
        ),
        (#"{"step":"choice","child":1,"in_flight":3}"#, "[1] has the fewest requests in flight (3)."),
        (#"{"step":"choice","child":1,"price":12000}"#, "[1] is the cheapest by the price table (12000 nano-dollars)."),
        (#"{"step":"choice","child":1,"price":null}"#, "[1] is the cheapest by the price table, as its price is not known."),
        (#"{"step":"wait","ms":2000,"why":"retry_after"}"#, "Waited 2.0 s, as the provider asked."),
        (#"{"step":"give_up","target":"t","why":"retry_budget"}"#, "t was not asked again: its retry budget is used up."),
        (
            #"{"step":"no_hedge","target":"t","why":"share_used"}"#,
            "No second try beside t: its share of second tries is used up."
        ),
        (
            #"{"step":"try","try":1,"target":"t","kind":"hedge","probe":false,"took_ms":3,"end":"lost"}"#,
            "Try 2: asked t beside it, as the first try was slow; the other try was faster after 3.0 ms."
        ),
        (
            #"{"step":"try","try":0,"target":"t","kind":"last_resort","probe":false,"took_ms":3,"end":"broken"}"#,
            "Try 1: asked t, its breaker open, as the last resort; the connection failed after 3.0 ms."
        ),
        (#"{"step":"from a newer daemon"}"#, #"{"step":"from a newer daemon"}"#),
        (#"{"step":"strategy","path":"config","mode":"least_latency"}"#, "config takes the faster of two that are drawn."),
    ])
    func `each step has its sentence`(step: String, sentence: String) throws {
        var story = DecisionStory()
        #expect(story.sentence(try WicketValue(json: step)) == sentence)
    }

    @Test(arguments: [
        (#"{"end":"no_route"}"#, "No target was left to ask: no condition holds and there is no default."),
        (#"{"end":"circuit_open","retry_after_ms":900}"#, "All breakers are open; the next probe may go 900 ms later."),
        (#"{"end":"unusable","target":"t"}"#, "t was the first to ask, and cannot be asked with what this call may use."),
        (#"{"end":"cancelled"}"#, "The caller went away."), ("null", "It has not ended yet."),
    ])
    func `each end has its sentence`(outcome: String, sentence: String) throws {
        #expect(DecisionStory().outcome(try WicketValue(json: outcome)) == sentence)
    }

    @Test func `a direct call has a short story, a failed one says how it failed`() throws {
        #expect(try story("null")[1] == "  One target was asked once; there was nothing to decide.")
        let failed = #"{"method":"m","started_at":"x","status":503,"error":"circuit_open","latency_ms":{"total":0.3}}"#
        #expect(try story("null", call: failed).last == "  It failed with circuit_open (503) after 0.3 ms.")
        #expect(try story("null", style: Style(isOn: true)).last?.hasPrefix("\u{1B}[32m") == true)
    }

    @Test func `what others wrote cannot steer the terminal`() throws {
        let lines = try story(#"{"decisions":[{"step":"give_up","target":"\u001b[31mt\u009b","why":"x"}],"outcome":null}"#)
        #expect(lines[1] == "  [31mt was not asked again: x.")
    }

    @Test(arguments: [
        (#""cost":{"nano_usd":2465000,"status":"priced"},"price_digest":"5b3c""#, "It cost $0.00246, by the price 5b3c."),
        (#""cost":{"nano_usd":0,"status":"priced"},"price_digest":null"#, "It cost nothing."),
        (
            #""cost":{"nano_usd":2000,"status":"estimated"},"price_digest":"5b3c""#,
            "It cost about $0.000002, by the price 5b3c, counted by what came: the provider did not say."
        ),
        (#""cost":{"nano_usd":null,"status":"unpriced"}"#, "What it cost is not known: the model has no price."),
        (
            #""cost":{"nano_usd":0,"status":"priced"},"saved_nano_usd":1000000000"#,
            "It cost nothing, where it would have cost $1.00."
        ),
    ])
    func `a call says what it cost`(_ members: String, _ sentence: String) throws {
        let call = self.call.replacing(#""status":200"#, with: #""status":200,\#(members)"#)
        #expect(try story("null", call: call).contains("  " + sentence))
    }
}
