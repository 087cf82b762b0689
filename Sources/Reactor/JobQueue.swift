// SPDX-License-Identifier: Apache-2.0

/// A ring of jobs that are ready to run, in order. Grows by doubling; touched by the reactor's own thread only.
struct JobQueue: ~Copyable {
    private var slots: UnsafeMutablePointer<UnownedJob>
    private var mask = 1023
    private var head = 0
    private var tail = 0

    init() { slots = .allocate(capacity: 1024) }
    deinit { slots.deallocate() }

    var isEmpty: Bool { head == tail }

    mutating func push(_ job: UnownedJob) {
        if tail &- head > mask { grow() }
        (slots + (tail & mask)).initialize(to: job)
        tail &+= 1
    }

    mutating func pop() -> UnownedJob? {
        if head == tail { return nil }
        defer { head &+= 1 }
        return (slots + (head & mask)).move()
    }

    private mutating func grow() {
        let count = tail &- head
        let larger = UnsafeMutablePointer<UnownedJob>.allocate(capacity: (mask + 1) * 2)
        for index in 0..<count { (larger + index).initialize(to: slots[(head &+ index) & mask]) }
        slots.deallocate()
        slots = larger
        head = 0
        tail = count
        mask = (mask + 1) * 2 - 1
    }
}
