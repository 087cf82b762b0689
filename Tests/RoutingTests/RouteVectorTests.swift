// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import Routing
import TestSupport
import Testing

/// Portkey's observed routing: its configs compiled and walked, with the providers' answers as its gateway got them.
@Suite struct RouteVectorTests {
    static let file = "portkey-vectors/orchestration.json"

    /// What a call did: whom it asked, how long it waited, and what came of it.
    struct Course {
        /// The keys of the targets that were asked, one for each try; nil: the caller's own.
        var keys: [String?]
        /// Each at most so long: Portkey waits exactly 1, 2, 4… s, which for us is the bound of a draw (README: full jitter).
        var waits: [Wait]
        /// nil: it ends with an exception.
        var status: Int?
        /// The last target that was asked.
        var path: String?
    }

    enum Wait: Equatable {
        case upTo(Int)
        case exactly(Int)
    }

    struct Deviation {
        let reason: String
        let change: @Sendable (inout Course) -> Void
    }

    /// Where our course is another one, and why.
    static let deviations: [String: Deviation] = [
        "retry-7-not-capped": Deviation(
            reason: "Portkey's documentation caps attempts at 5, its code does not: 5, with a warning."
        ) {
            $0.keys.removeLast(2)
            $0.waits.removeLast(2)
            $0.status = 500
        },
        "retry-after-not-429": Deviation(
            reason: "503 is what RFC 9110 has Retry-After for: the provider's wait counts there too."
        ) {
            $0.waits = [.exactly(2000)]
        },
        "lb-all-zero": Deviation(reason: "Portkey crashes; such a config is refused with the path of the fault.") {
            $0.status = 400
        },
        "stream-anthropic-cut": Deviation(reason: "A stream that is cut short is a failure, not a clean end.") {
            $0.status = 502
        },
        "unsupported-endpoint": Deviation(reason: "The fault shows when the try is made: it has begun, and nothing was sent.") {
            $0.keys = ["x"]
        },
    ]

    /// Guardrails run around a try; routing sees the status that they make of it.
    static let foreign = ["gr-", "stream-input-", "stream-output-"]

    @Test(.enabled(if: SharedFolder.has(file), "Portkey's observed answers lie outside of the repository"))
    func `calls take Portkey's course, but for the deviations in the table`() throws {
        let vectors = try JSONDocument([UInt8](Data(contentsOf: SharedFolder.url.appendingPathComponent(Self.file))))
        var (count, deviating) = (0, Set<String>())
        for node in try vectors.elements(of: #require(vectors.find("cases", in: vectors.root))) {
            let id = try #require(vectors.find("id", in: node).flatMap(vectors.string))
            if Self.foreign.contains(where: id.hasPrefix) { continue }
            var expected = try Self.expected(node, vectors)
            let own = try Self.run(id, #require(vectors.find("input", in: node)), vectors)
            if let deviation = Self.deviations[id] {
                #expect(!own.matches(expected), "\(id) deviates no more")
                deviation.change(&expected)
                deviating.insert(id)
            }
            #expect(own.matches(expected), "\(id): \(own), not \(expected)")
            count += 1
        }
        #expect(count > 50)
        #expect(deviating == Set(Self.deviations.keys), "each deviation has its case")
    }

    // MARK: Portkey's side

    private static func expected(_ node: JSONNode, _ vectors: JSONDocument) throws -> Course {
        let expect = try #require(vectors.find("expect", in: node))
        func list(_ name: String) -> [JSONNode] { vectors.find(name, in: expect).map { Array(vectors.elements(of: $0)) } ?? [] }
        let keys = list("calls").map { call -> String? in
            let key = ["authorization", "x-api-key"].lazy.compactMap { name in
                vectors.find("headers", in: call).flatMap { vectors.find(name, in: $0) }.flatMap(vectors.string)
            }.first
            return key?.split(separator: " ").last.map(String.init)
        }
        var provided = list("provider_wait_ms").compactMap(vectors.int)[...]
        let waits = list("backoff_ms").compactMap(vectors.int).map { backoff -> Wait in
            backoff == 0 ? .exactly(provided.removeFirst()) : .upTo(backoff)
        }
        return Course(
            keys: keys, waits: waits, status: vectors.find(path: "response", "status", in: expect).flatMap(vectors.int),
            path: vectors.find(path: "response", "headers", "x-portkey-last-used-option-index", in: expect).flatMap(
                vectors.string))
    }

    // MARK: Our side

    private static func run(_ id: String, _ input: JSONNode, _ vectors: JSONDocument) throws -> Course {
        var plan = Plan.direct
        if let config = vectors.find("config", in: input), !vectors.isNull(config) {
            do throws(GatewayFailure) { plan = try Plan.compile(config, of: vectors, path: "options.config") } catch {
                return Course(keys: [], waits: [], status: error.status)
            }
        }
        var facts = try RoutingFacts(
            metadata: nil, params: (vectors, #require(vectors.find("request", in: input))), urlPath: "/v1/chat/completions")
        if let text = vectors.find(path: "headers", "x-portkey-metadata", in: input).flatMap(vectors.string) {
            let metadata = try JSONDocument(text)
            facts.metadata = (metadata, metadata.root)
        }
        var driver = RouteDriver(plan, facts: facts)
        driver.firstValue = vectors.find("random", in: input).flatMap(vectors.double)
        let script =
            try id == "unsupported-endpoint"
            ? [.fault] : vectors.elements(of: #require(vectors.find("upstream", in: input))).map { scripted($0, id, vectors) }
        return course(of: driver.run(script), driver, script)
    }

    private static func scripted(_ node: JSONNode, _ id: String, _ vectors: JSONDocument) -> Scripted {
        if id == "stream-anthropic-cut" || vectors.find("throw", in: node) != nil { return .broken }
        guard let status = vectors.find("status", in: node).flatMap(vectors.int) else { return .timeout }
        func header(_ name: String) -> Int? {
            vectors.find("headers", in: node).flatMap { vectors.find(name, in: $0) }.flatMap(vectors.string).flatMap(Int.init)
        }
        return .status(status, retryAfter: header("retry-after-ms") ?? header("retry-after").map { $0 * 1000 })
    }

    private static func course(of end: RouteStep, _ driver: RouteDriver, _ script: [Scripted]) -> Course {
        var course = Course(
            keys: driver.asked.map { driver.plan.targets[$0].apiKey?.text }, waits: driver.waits.map(Wait.exactly))
        switch end {
        case .fail: course.status = 400
        case .finish:
            course.path = driver.asked.last.map { driver.plan.targets[$0].path }
            switch script[driver.asked.count - 1].result.end {
            case .answered(let status, _): course.status = status
            case .timedOut: course.status = 408
            case .broken, .cancelled: course.status = 502
            }
        default: break
        }
        return course
    }
}

extension RouteVectorTests.Course {
    /// Whether this, ours, is as Portkey's.
    fileprivate func matches(_ other: Self) -> Bool {
        let sameKeys = keys.count == other.keys.count && zip(keys, other.keys).allSatisfy { $0 == nil || $0 == $1 }
        let sameWaits = waits.count == other.waits.count && zip(waits, other.waits).allSatisfy { $0.isWithin($1) }
        // No answer is 500 or 503 there; what the caller gets for it here is not for routing to say.
        let sameStatus = status == other.status || status == 502 && [500, 503].contains(other.status)
        return sameKeys && sameWaits && sameStatus && (other.path == nil || path == other.path)
    }
}

extension RouteVectorTests.Wait {
    fileprivate func isWithin(_ other: Self) -> Bool {
        guard case .exactly(let own) = self, case .upTo(let bound) = other else { return self == other }
        return own <= bound
    }
}

extension SecretBytes {
    fileprivate var text: String { withExposedBytes { String(decoding: $0, as: UTF8.self) } }
}
