// SPDX-License-Identifier: Apache-2.0
import CSystemd
import Glibc
import Reactor
import SocketServer

/// Asks systemd over the system's D-Bus which unit a process is in, where the daemon's own sandbox (`ProtectProc=invisible`)
/// hides other processes from it. The bus is one more descriptor of the reactor. Confined to its thread.
///
/// A bus or a manager that does not answer within a fifth of a second costs a peer its unit, not its connection; after that
/// nobody is asked for some seconds.
final class SystemdUnits: UnitDirectory {
    private let reactor: Reactor
    private var bus: OpaquePointer?
    private var registration: Registration?
    /// When the oldest question is given up.
    private var timer: TimerID?
    private var questions: [ObjectIdentifier: Question] = [:]
    /// Nobody is asked before that instant of the reactor's clock.
    private var restsUntil: UInt64 = 0
    /// Since systemd 253; unknown before the first answer.
    private var knowsDescriptors = true

    init(reactor: Reactor) { self.reactor = reactor }

    func findUnit(of process: consuming PeerProcess, _ found: @escaping (String?) -> Void) {
        guard reactor.now >= restsUntil, let bus = connected() else { return found(nil) }
        let question = Question(process, self, found)
        questions[ObjectIdentifier(question)] = question
        if timer == nil { watchOldest(question.since) }
        if sd_bus_is_ready(bus) > 0 { ask(question, bus) }
        processBus()
    }

    func close() {
        giveUp()
    }

    /// In nanoseconds.
    private static let patience: UInt64 = 200_000_000

    private func watchOldest(_ since: UInt64) {
        timer = reactor.schedule(at: since &+ Self.patience) { [unowned self] in
            timer = nil
            guard let oldest = questions.values.map(\.since).min() else { return }
            if oldest &+ Self.patience <= reactor.now { giveUp() } else { watchOldest(oldest) }
        }
    }

    /// Nobody is asked for a while, and who waits gets no unit.
    private func giveUp() {
        rest()
        restsUntil = reactor.now &+ 5_000_000_000
        let open = Array(questions.values)
        questions.removeAll()
        for question in open { question.answer(nil) }
    }

    // MARK: Questions

    private final class Question {
        let process: PeerProcess
        let since: UInt64
        unowned let units: SystemdUnits
        private var found: ((String?) -> Void)?
        var slot: OpaquePointer?
        var wasAsked = false
        var wasByDescriptor = false

        init(_ process: consuming PeerProcess, _ units: SystemdUnits, _ found: @escaping (String?) -> Void) {
            self.process = process
            since = units.reactor.now
            self.units = units
            self.found = found
        }

        func answer(_ unit: String?) {
            guard let found = found.take() else { return }
            // What was found is about the process that connected only while that lives.
            found(process.isAlive ? unit : nil)
        }

        deinit { sd_bus_slot_unref(slot) }
    }

    private func ask(_ question: Question, _ bus: OpaquePointer) {
        sd_bus_slot_unref(question.slot)
        question.slot = nil
        question.wasAsked = true
        question.wasByDescriptor = knowsDescriptors
        let context = Unmanaged.passUnretained(question).toOpaque()
        let status =
            knowsDescriptors
            ? question.process.withDescriptor {
                wicket_ask_unit_by_pidfd(bus, &question.slot, $0, unitAnswered, context)
            }
            : wicket_ask_unit_by_pid(bus, &question.slot, question.process.pid, unitAnswered, context)
        if status < 0 { end(question, nil) }
    }

    fileprivate static func answered(_ context: UnsafeMutableRawPointer, _ answer: OpaquePointer?) {
        let question = Unmanaged<Question>.fromOpaque(context).takeUnretainedValue()
        let units = question.units
        if question.wasByDescriptor, wicket_is_unknown_method(answer) != 0, let bus = units.bus {
            units.knowsDescriptors = false
            return units.ask(question, bus)
        }
        guard sd_bus_message_is_method_error(answer, nil) <= 0, let name = wicket_unit_of_answer(answer) else {
            return units.end(question, nil)
        }
        defer { free(name) }
        units.end(question, String(cString: name))
    }

    private func end(_ question: Question, _ unit: String?) {
        questions[ObjectIdentifier(question)] = nil
        if questions.isEmpty, let timer {
            reactor.cancel(timer)
            self.timer = nil
        }
        question.answer(unit)
    }

    // MARK: The bus

    private func connected() -> OpaquePointer? {
        if let bus { return bus }
        var opened: OpaquePointer?
        guard sd_bus_open_system(&opened) >= 0, let opened else {
            restsUntil = reactor.now &+ 5_000_000_000
            return nil
        }
        let descriptor = sd_bus_get_fd(opened)
        guard descriptor >= 0, let registration = try? reactor.register(descriptor, [.readable, .writable], self) else {
            sd_bus_close_unref(opened)
            restsUntil = reactor.now &+ 5_000_000_000
            return nil
        }
        self.registration = registration
        bus = opened
        return opened
    }

    private func processBus() {
        guard let bus else { return }
        var status: Int32 = 1
        while status > 0 { status = sd_bus_process(bus, nil) }
        if status < 0 { return giveUp() }
        // Before the bus has let us in, a call that hands over a descriptor would wait for that, and all of the reactor with it.
        if sd_bus_is_ready(bus) > 0, askThoseWhoWait(bus) { return processBus() }
        guard let registration else { return }
        let events = sd_bus_get_events(bus)
        reactor.update(registration, events > 0 && events & POLLOUT != 0 ? [.readable, .writable] : .readable)
    }

    /// - Returns: whether anybody was asked.
    private func askThoseWhoWait(_ bus: OpaquePointer) -> Bool {
        let waiting = questions.values.filter { !$0.wasAsked }
        for question in waiting { ask(question, bus) }
        return !waiting.isEmpty
    }

    /// Lets go of the bus; the next question opens it anew.
    private func rest() {
        if let timer { reactor.cancel(timer) }
        timer = nil
        if let registration { reactor.unregister(registration) }
        registration = nil
        if let bus { sd_bus_close_unref(bus) }
        bus = nil
    }
}

extension SystemdUnits: ReadinessHandler {
    func descriptorReady(_ readiness: Readiness) { processBus() }
}

private func unitAnswered(
    _ answer: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<sd_bus_error>?
) -> Int32 {
    if let context { SystemdUnits.answered(context, answer) }
    return 0
}
