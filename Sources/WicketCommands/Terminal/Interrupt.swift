// SPDX-License-Identifier: Apache-2.0
import Glibc

/// SIGINT, waited for instead of handled, so that what it does may take locks and memory.
struct Interrupt {
    private let signals: sigset_t

    /// Blocks the signal in this thread and those it starts from now on: call it before there is another. Where the signal is
    /// ignored (a job in a shell's background) it stays ignored.
    init() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        self.signals = signals
    }

    /// Returns when the signal comes.
    func wait() {
        var signals = signals
        var received: Int32 = 0
        while sigwait(&signals, &received) != 0 {}
    }
}
