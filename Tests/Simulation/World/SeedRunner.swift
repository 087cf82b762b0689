// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// Runs `count` seeds from `start` on some threads, each world on one.
/// - Returns: the results in the order of the seeds.
package func runSeeds(start: UInt64, count: UInt64, jobs: Int) -> [RunResult] {
    let work = SeedWork(start: start, count: count)
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
    return work.results.withLock { $0 }.sorted { $0.seed < $1.seed }
}

private final class SeedWork: Sendable {
    private let next: Atomic<UInt64>
    private let end: UInt64
    let results = Mutex<[RunResult]>([])

    init(start: UInt64, count: UInt64) {
        next = Atomic(start)
        end = start + count
    }

    func run() {
        while true {
            let seed = next.add(1, ordering: .relaxed).oldValue
            if seed >= end { return }
            let result = simulate(seed: seed)
            results.withLock { $0.append(result) }
        }
    }
}
