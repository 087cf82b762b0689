// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import WicketClient

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's use socket, a path or unix:///path. Otherwise $WICKET_SOCKET, your own daemon's, or the system's.",
            valueName: "path"))
    var socket: String?

    @Option(
        help: ArgumentHelp(
            "The daemon's admin socket. Otherwise $WICKET_ADMIN_SOCKET, or found as the use socket is.", valueName: "path"))
    var adminSocket: String?

    @Flag(help: "Print raw results, one JSON value a line; errors as JSON on standard error too.")
    var json = false

    var console: Console { Console(json: json) }

    func connect() async throws -> WicketClient {
        try await WicketClient.connect(path: SocketLocation.use(flag: socket), patience: .seconds(1))
    }

    func connectAdmin(patience: Duration = .seconds(1)) async throws -> WicketClient {
        try await WicketClient.connect(path: SocketLocation.admin(flag: adminSocket, useFlag: socket), patience: patience)
    }
}
