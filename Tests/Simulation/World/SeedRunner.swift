// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Runs `count` seeds from `start` on some threads, each world on one.
/// - Returns: the results in the order of the seeds.
package func runSeeds(start: UInt64, count: UInt64, jobs: Int) -> [RunResult] {
    runSeeds(start: start, count: count, jobs: jobs) { simulate(seed: $0) }.sorted { $0.seed < $1.seed }
}

/// - Returns: the results as they came.
func runSeeds<Result: Sendable>(
    start: UInt64, count: UInt64, jobs: Int, _ simulate: @escaping @Sendable (UInt64) -> Result
) -> [Result] {
    let results = ResultList<Result>()
    let work = SeedWork(start: start, count: count) { seed in
        let result = simulate(seed)
        results.list.withLock { $0.append(result) }
    }
    var threads: [pthread_t] = []
    for _ in 0..<jobs {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(work).toOpaque()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<SeedWork>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument)
        precondition(code == 0, "no thread can be made")
        threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
    return results.list.withLock { $0 }
}

private final class ResultList<Result: Sendable>: Sendable {
    let list = Mutex<[Result]>([])
}

private final class SeedWork: Sendable {
    private let next: Atomic<UInt64>
    private let end: UInt64
    private let runSeed: @Sendable (UInt64) -> Void

    init(start: UInt64, count: UInt64, runSeed: @escaping @Sendable (UInt64) -> Void) {
        next = Atomic(start)
        end = start + count
        self.runSeed = runSeed
    }

    func run() {
        while true {
            let seed = next.add(1, ordering: .relaxed).oldValue
            if seed >= end { return }
            runSeed(seed)
        }
    }
}
