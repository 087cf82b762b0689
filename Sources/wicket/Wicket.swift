// SPDX-License-Identifier: Apache-2.0
import WicketCommands

@main
enum Wicket {
    static func main() { CommandLineTool.main() }
}
