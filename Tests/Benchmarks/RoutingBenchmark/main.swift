// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Glibc
import JSONBytes
import Routing

// What compiling a config costs: best of several rounds, on one core, nothing gated. Build it in release. Files that are named
// hold one config each.
//
//     swift run -c release wicket-routing-benchmark [FILE…]

func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The best round's mean, in nanoseconds, and the allocations of one time.
func measure(_ times: Int, _ work: () -> Void) -> (nanoseconds: Double, allocations: Int) {
    var best = (nanoseconds: Double.infinity, allocations: Int.max)
    for _ in 0..<200 {
        let allocated = wicket_allocation_count()
        let started = now()
        for _ in 0..<times { work() }
        best.nanoseconds = min(best.nanoseconds, Double(now() - started) / Double(times))
        best.allocations = min(best.allocations, Int(wicket_allocation_count() - allocated) / times)
    }
    return best
}

/// Keeps the optimiser from dropping work whose result nobody reads.
@inline(never) func use<T>(_ value: borrowing T) {}

func report(_ name: String, _ work: () -> Void) {
    let cost = measure(5, work)
    let microseconds = (cost.nanoseconds / 100).rounded() / 10
    print("\(name): \(microseconds) µs, \(cost.allocations) allocations")
}

func reportCompile(_ name: String, _ text: [UInt8]) {
    guard let document = try? JSONDocument(text), let plan = try? Plan.compile(document.root, of: document, path: "config") else {
        return print("\(name): is no config")
    }
    let size = "\(text.count) bytes, \(plan.targets.count) targets"
    report("index \(name) (\(size))") { if let document = try? JSONDocument(text) { use(document) } }
    report("compile \(name) (\(size))") {
        if let plan = try? Plan.compile(document.root, of: document, path: "config") { use(plan) }
    }
}

/// Groups of ten behind conditions, each with what a target usually says of itself.
func generated(_ groups: Int) -> [UInt8] {
    let targets = (0..<groups).map { group in
        let leaves = (0..<10).map { leaf in
            """
            {"virtual_key": "key-\(group)-\(leaf)", "weight": \(leaf + 1),
             "retry": {"attempts": 2, "on_status_codes": [429, 503]},
             "override_params": {"model": "model-\(leaf)", "temperature": 0.2}, "request_timeout": 30000}
            """
        }
        return """
            {"name": "group-\(group)", "strategy": {"mode": "\(group % 2 == 0 ? "fallback" : "loadbalance")"},
             "targets": [\(leaves.joined(separator: ","))]}
            """
    }
    let conditions = (0..<groups).map {
        """
        {"query": {"$and": [{"metadata.team": {"$eq": "team-\($0)"}}, {"params.model": {"$regex": "^gpt-\($0)"}}]},
         "then": "group-\($0)"}
        """
    }
    let text = """
        {"strategy": {"mode": "conditional", "default": "group-0", "conditions": [\(conditions.joined(separator: ","))]},
         "override_params": {"max_tokens": 1000}, "targets": [\(targets.joined(separator: ","))]}
        """
    return Array(text.utf8)
}

func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&room, 1, room.count, file), count > 0 { bytes += room[..<count] }
    return bytes
}

reportCompile(
    "seed's fallback",
    Array(
        #"""
        {"retry": {"attempts": 3}, "fallback": {"targets": [{"virtual_key": "a"}, {"virtual_key": "b"}]}}
        """#.utf8))
reportCompile("20 groups of 10", generated(20))
reportCompile("100 groups of 10", generated(100))
for path in CommandLine.arguments.dropFirst() { reportCompile(path, contents(of: path)) }

let hostile = #"""
    {"strategy": {"mode": "conditional", "default": "a", "conditions": [{"query": {"params.x": {"$regex": "^(a+)+$"}},
     "then": "a"}]}, "targets": [{"name": "a"}]}
    """#
if let config = try? JSONDocument(hostile), let plan = try? Plan.compile(config.root, of: config, path: "config"),
    case .strategy(let strategy) = plan.root, case .conditional(let conditions, _) = strategy.mode,
    let request = try? JSONDocument("{\"x\": \"\(String(repeating: "a", count: 4000))!\"}")
{
    let facts = RoutingFacts(metadata: nil, params: (request, request.root), urlPath: "/v1/chat/completions")
    report("^(a+)+$ over 4,000 letters") { use(conditions[0].query.holds(facts)) }
}
