// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import GatewayPolicy
import JSONBytes

/// The books' row of a call that has ended.
extension CallRecord {
    init(of call: GatewayCall, _ end: CallEnd, _ report: CallReport, startedAt wall: Int) {
        let failure: GatewayFailure? = if case .failed(let failure) = end { failure } else { nil }
        self.init(
            traceID: report.traceID, spanID: report.spanID, startedAtMilliseconds: wall, method: call.operation.rawValue,
            peer: call.peer, virtualKey: report.virtualKey, provider: report.provider, model: call.text("model"),
            responseModel: report.responseModel, target: report.target, status: failure?.status ?? 200,
            errorName: failure?.code.name, stream: call.wantsStream, usage: report.usage, attempts: report.attempts.count,
            chunks: report.chunks, latencyMicroseconds: report.totalMicroseconds,
            upstreamMicroseconds: report.upstreamMicroseconds, firstChunkMicroseconds: report.firstChunkMicroseconds,
            cost: report.cost, metadata: call.options.metadata.map { $0[...] }, decisions: report.decisions,
            cacheStatus: report.cacheStatus, cacheEntry: report.cacheHit?.entry)
        parentSpanID = call.options.parentSpanID ?? call.options.traceParent?.spanID
        isSampled = call.options.traceParent?.isSampled ?? true
        spanName = call.options.spanName
        policy = call.policy?.name
        config = call.configName
        user = call.endUser
        retries = report.retryAttemptCount
        fallbacks = report.targetsLeft
        queueMicroseconds = report.queueMicroseconds
        firstByteMicroseconds = report.firstByteMicroseconds
        requestBytes = call.document.raw(call.request).count
        responseBytes = report.responseBytes
        priceDigest = report.priceDigest
        saved = report.saved
        settlements = report.settlements
        cacheMicroseconds = report.cacheMicroseconds
        origin = report.attempts.last?.origin
        if !report.attempts.isEmpty, !tells(of: report.attempts) { tries = report.attempts }
    }
}

extension CallRecord {
    /// Whether the rest of the row says all there is to say of the tries.
    private func tells(of tries: [AttemptReport]) -> Bool {
        tries.count == 1 && tries[0].number == 0 && (tries[0].model == model || model == nil)
    }
}

extension GatewayCall {
    fileprivate func text(_ member: StaticString) -> String? {
        document.find(member, in: request).flatMap { document.string($0) }
    }

    fileprivate var configName: String? {
        switch options.config {
        case .named(let name): name
        case .inline: "inline"
        case .policyDefault: policy?.defaults.config.map { $0.name ?? "inline" }
        case .none: nil
        }
    }

    /// Whom the caller asks for: the request's `user`, of Anthropic's `metadata.user_id`, else the metadata's `_user`, as Portkey
    /// has it.
    fileprivate var endUser: String? {
        if let user = text("user") { return user }
        if operation == .messages, let node = document.find(path: "metadata", "user_id", in: request) {
            return document.string(node)
        }
        // Most calls' metadata names no user: it is read as JSON only where it may.
        guard let bytes = options.metadata, bytes.containsText("_user"), let metadata = try? JSONDocument(bytes) else {
            return nil
        }
        return metadata.find("_user", in: metadata.root).flatMap { metadata.string($0) }
    }
}

extension CallReport {
    /// Targets that were tried before the one that answered.
    fileprivate var targetsLeft: Int {
        if attempts.count < 2 { return 0 }
        return Set(attempts.map(\.target)).count - 1
    }
}

extension [UInt8] {
    fileprivate func containsText(_ text: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard count >= wanted.count, let first = wanted.first else { return false }
        for start in 0...(count - wanted.count) where self[start] == first {
            if self[start..<(start + wanted.count)].elementsEqual(wanted) { return true }
        }
        return false
    }
}
