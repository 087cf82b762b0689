// SPDX-License-Identifier: Apache-2.0
package import GatewayEngine

/// Writes events: a constant sentence and fields, one line each.
///
///     logger.warning("A client was too slow and was hung up on", ["pid": .integer(pid), "unsent_bytes": .integer(count)])
///
/// The message is a constant, so that events can be counted and searched by it, and nothing from outside can pose as one.
/// Fields are not evaluated for a level that is off. A call never waits for a reader: what can't be written now is dropped,
/// counted and reported.
package struct Logger: Sendable {
    private let output: LogOutput
    private let clock: GatewayClock

    package init(output: LogOutput, clock: GatewayClock) {
        self.output = output
        self.clock = clock
    }

    /// The least level that is written; all copies of this logger share it, and a reload may change it.
    package var level: LogLevel {
        get { output.level }
        nonmutating set { output.level = newValue }
    }

    package func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.debug, message, fields()) }
    package func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.info, message, fields()) }
    package func notice(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.notice, message, fields()) }
    package func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.warning, message, fields())
    }
    package func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) { log(.error, message, fields()) }
    package func critical(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.critical, message, fields())
    }

    package func log(_ level: LogLevel, _ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if level < output.level { return }
        output.write(LogEvent(level: level, milliseconds: clock.wallMilliseconds(), message: message, fields: fields()))
    }
}
