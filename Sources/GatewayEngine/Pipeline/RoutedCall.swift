// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import JSONBytes
import ProviderAdapters
import Routing

/// A call on its way through its plan: the route decides, this acts. One for each call, confined to its reactor.
///
/// An object, so that the tasks' frames stay small: what a frame cannot hold is allocated anew for each request.
final class RoutedCall {
    let plan: Plan
    let engine: GatewayEngine
    var ports: EnginePorts { engine.ports }
    let report: CallReport
    let maker: AttemptMaker
    let prices: PriceBook
    let targets: CallTargets
    let facts: RoutingFacts
    var route: Route
    var random: SplitMix64
    /// What the last try that ended came to.
    var end = CallEnd.failed(.callCancelled)

    init(
        _ call: GatewayCall, _ plan: Plan, _ targets: CallTargets, _ engine: GatewayEngine, _ prices: PriceBook,
        _ report: CallReport, random: SplitMix64, startedAt wall: Int
    ) {
        self.plan = plan
        self.targets = targets
        self.engine = engine
        self.prices = prices
        self.report = report
        self.random = random
        maker = AttemptMaker(
            call: call, plan: plan, ports: engine.ports, createdSeconds: wall / 1000,
            spending: CallSpending(call, targets, engine, report, startedAt: wall))
        facts = RoutingFacts(of: call, plan)
        route = Route(plan)
    }

    /// Takes it to its end: asks one target after the other, as the route says.
    func run(_ sink: any ChunkSink) async -> CallEnd {
        var step = ask { (route, health, now, random) in
            targets.place(in: &health)
            return route.start(facts, targets.candidates, &health, now: now, random: &random)
        }
        while true {
            switch step {
            case .attempt(let id, let target, nil): step = await attempt(id, target, sink)
            case .attempt(let id, let target, let hedgeAfter?): step = await hedgedAttempt(id, target, hedgeAfter, sink)
            case .wait(let milliseconds):
                do { try await ports.timers.sleep(UInt64(milliseconds) * 1_000_000) } catch { return cancelled() }
                step = ask { $0.waited(facts, targets.candidates, &$1, now: $2, random: &$3) }
            case .finish, .pending:
                explain()
                return end
            case .fail(let why):
                if case .circuitOpen = why, let kept = await keptAnswer(sink) { return kept }
                explain()
                return .failed(failure(why))
            }
        }
    }

    // MARK: One try

    private func attempt(_ id: TryID, _ target: Int, _ sink: any ChunkSink) async -> RouteStep {
        var attempt: (any Attempt)?
        do throws(GatewayFailure) {
            let made = try self.attempt(id, at: target)
            attempt = made
            return await deliver(try await made.begin(), of: made, id, sink)
        } catch {
            return ended(id, attempt, error)
        }
    }

    /// Makes the try at a leaf's target.
    func attempt(_ id: TryID, at target: Int) throws(GatewayFailure) -> any Attempt {
        let found = try targets.target(target)
        let attempt: any Attempt
        if let cache = ports.cache, let rule = plan.targets[target].cache, rule.concerns(maker.call.operation) {
            attempt = try cachingAttempt(at: found, target, rule, cache, traceParent: traceParent(id))
        } else {
            attempt = try maker.attempt(at: found, target, traceParent: traceParent(id))
        }
        show(attempt)
        return attempt
    }

    /// What the provider is told of the trace: nothing, unless the caller says that it takes part in one.
    private func traceParent(_ id: TryID) -> String? {
        guard let parent = maker.call.options.traceParent else { return nil }
        return TraceContext(traceID: report.traceID, spanID: report.spanID)
            .traceParent(ofTry: id.number, isSampled: parent.isSampled)
    }

    /// Names the try in the report as the one that answers. Of two that run side by side the one that ends last does.
    func show(_ attempt: any Attempt) {
        report.provider = attempt.target.provider.id
        report.virtualKey = attempt.target.virtualKey
        report.target = attempt.target.path
        report.droppedParams = attempt.droppedParams
        report.cacheStatus = attempt.cacheNote?.status ?? .disabled
        report.cacheHit = attempt.cacheNote?.hit
        if let model = attempt.responseModel { report.responseModel = model }
    }

    /// Gives the caller what a try has brought, if the route lets it.
    private func deliver(
        _ answer: AttemptAnswer, of attempt: any Attempt, _ id: TryID, _ sink: any ChunkSink
    ) async -> RouteStep {
        switch answer {
        case .whole(let response): return ended(id, attempt, response)
        case .stream:
            if case .hold = mayStream(id, attempt) {
                let step = held(id, attempt)
                if case .finish(id, _) = step { await relayHeld(id, attempt, sink) }
                return step
            }
            return ended(id, attempt, await relay(attempt, sink))
        }
    }

    /// Sends a stream from its first chunk on.
    /// - Returns: why it broke off, or nil.
    func relay(_ attempt: any Attempt, _ sink: any ChunkSink) async -> GatewayFailure? {
        do throws(GatewayFailure) {
            try await attempt.relay(sink)
            end = .streamed
            return nil
        } catch {
            end = .failed(error)
            return error
        }
    }

    /// Sends a stream that was kept back at first, and that nothing else took the place of. The route knows its end already.
    func relayHeld(_ id: TryID, _ attempt: any Attempt, _ sink: any ChunkSink) async {
        let failure = await relay(attempt, sink)
        show(attempt)
        note(id, attempt, failure?.code.name ?? "ok")
    }

    // MARK: What the route is told

    private func ask<Answer: Sendable>(
        _ question: (inout Route, inout TargetHealth, UInt64, inout SplitMix64) -> Answer
    ) -> Answer {
        let now = ports.clock.monotonicNanoseconds()
        return ports.health.withLock { question(&route, &$0, now, &random) }
    }

    func mayStream(_ id: TryID, _ attempt: any Attempt) -> StreamVerdict {
        ask { (route, health, now, _) in
            route.mayStream(
                id, status: attempt.status, isShared: attempt.isShared, targets.candidates, &health, now: now)
        }
    }

    func hedgeDue(_ id: TryID) -> (id: TryID, target: Int)? {
        ask { (route, health, now, _) in route.hedgeDue(id, targets.candidates, &health, now: now) }
    }

    /// A try has brought a whole answer.
    func ended(_ id: TryID, _ attempt: any Attempt, _ response: UnifiedResponse) -> RouteStep {
        end = .response(response)
        return ended(id, attempt, nil)
    }

    /// A try is over: it goes into the report, and the route says what is next.
    func ended(_ id: TryID, _ attempt: (any Attempt)?, _ failure: GatewayFailure?) -> RouteStep {
        if let failure {
            end = .failed(failure)
            if attempt?.isShared != true { ports.audit.diverted(failure, by: maker.call.peer) }
        }
        if let attempt {
            show(attempt)
            note(id, attempt, failure?.code.name ?? "ok")
            if attempt.isShared { countSaving(attempt) }
        }
        if failure?.code == .cancelled {
            ask { (route, health, now, _) in route.cancel(targets.candidates, &health, now: now) }
            return .finish(id, losing: nil)
        }
        return tell(id, TryResult(attempt, failure))
    }

    /// A stream has begun that the route keeps back: its status is listed as one to move on from.
    func held(_ id: TryID, _ attempt: any Attempt) -> RouteStep {
        let step = tell(id, TryResult(attempt, nil))
        if case .finish(id, _) = step { return step }
        attempt.stop()
        note(id, attempt, "passed_by")
        return step
    }

    private func tell(_ id: TryID, _ result: TryResult) -> RouteStep {
        ask { $0.ended(id, result, facts, targets.candidates, &$1, now: $2, random: &$3) }
    }

    /// A try that ended, or that another one was faster than, in the report; unless its call was cancelled before it was sent.
    func note(_ id: TryID, _ attempt: any Attempt, _ outcome: String) {
        noteLookup(attempt)
        guard attempt.wasSent else { return release(attempt) }
        let elapsed = Int(attempt.elapsedNanoseconds / 1000)
        let start = Int((attempt.began &- report.startedNanoseconds) / 1000)
        let used = usage(of: attempt)
        report.attempts.append(AttemptReport(id, attempt, outcome, used, start: start, elapsed: elapsed))
        report.upstreamMicroseconds = (report.upstreamMicroseconds ?? 0) + elapsed
        bill(attempt, used, hasFailed: outcome != "ok")
        if report.queueMicroseconds == nil { report.queueMicroseconds = start }
        report.firstByteMicroseconds = attempt.firstByteNanoseconds.map { Int($0 / 1000) }
        if attempt.chunks > 0 {
            report.chunks = attempt.chunks
            report.responseBytes = attempt.chunkBytes
            report.firstChunkMicroseconds = attempt.latencyNanoseconds.map { Int($0 / 1000) }
        }
    }

    func noteLookup(_ attempt: any Attempt) {
        guard let lookup = attempt.cacheLookupNanoseconds else { return }
        report.cacheMicroseconds = (report.cacheMicroseconds ?? 0) + Int(lookup / 1000)
    }

    private func cancelled() -> CallEnd {
        ask { (route, health, now, _) in route.cancel(targets.candidates, &health, now: now) }
        explain()
        return .failed(.callCancelled)
    }

    // MARK: Its end

    private func failure(_ why: RouteFailure) -> GatewayFailure {
        switch why {
        case .noRoute:
            return GatewayFailure(
                .noRoute,
                "No target is left to ask: no condition of the config holds and it has no default, or all were passed by. "
                    + "Give strategy.default a target; `wicket why` tells what was decided.",
                path: "options.config")
        case .circuitOpen(let milliseconds):
            return GatewayFailure(
                .circuitOpen,
                "The breaker of every target is open; the first is tried again in \(milliseconds) ms. "
                    + "`wicket targets` shows them.", retryAfterMilliseconds: milliseconds)
        case .unusable(let target):
            do throws(GatewayFailure) {
                _ = try targets.target(target)
                return GatewayFailure(.internalError, "A target was passed by without a reason.")
            } catch { return error }
        }
    }

    /// A call that went straight to its one target says nothing that its row does not say.
    func explain() {
        if plan === Plan.direct, route.tries == 1 { return }
        if route.retries > 0, report.target == plan.targets[route.target].path { report.retryAttemptCount = route.retries }
        var json = JSONWriter(reserving: 384)
        route.writeRecord(to: &json)
        report.decisions = json.bytes
    }
}
