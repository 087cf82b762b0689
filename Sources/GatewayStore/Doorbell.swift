// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Wakes one sleeping thread. A ring that comes while it is awake is kept until it listens.
final class Doorbell: Sendable {
    private let descriptor: Int32

    /// Nil when the process has no descriptor left.
    init?() {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        if descriptor < 0 { return nil }
    }

    func ring() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Sleeps until the bell rings, or for so many milliseconds; negative means without end.
    func wait(milliseconds: Int32) {
        var event = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&event, 1, milliseconds) > 0 else { return }
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }

    deinit { close(descriptor) }
}

/// Starts a thread that runs `body` and ends with it. False when the system refuses one.
func startThread(_ name: StaticString, _ body: @escaping @Sendable () -> Void) -> Bool {
    let start = Unmanaged.passRetained(ThreadStart(body))
    let name = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    // Where a core is short, the disk's work waits for the requests', which have someone waiting for them.
    let refused = wicket_start_thread(name, 5, { argument in
        guard let argument else { return }
        Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue().body()
    }, start.toOpaque())
    if refused != 0 { start.release() }
    return refused == 0
}

private final class ThreadStart: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
