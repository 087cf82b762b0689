// SPDX-License-Identifier: Apache-2.0
import Glibc
import WicketDaemon

@main
enum Wicketd {
    // Not top-level code: that would run on the main actor, whose executor the first reactor's loop never gives up.
    nonisolated static func main() { exit(WicketDaemonMain.run(Array(CommandLine.arguments.dropFirst()))) }
}
