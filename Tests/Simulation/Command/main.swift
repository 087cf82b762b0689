// SPDX-License-Identifier: Apache-2.0
import Glibc
import Simulation

var options = CommandOptions()
if let fault = options.parse(CommandLine.arguments.dropFirst()) {
    print(fault)
    exit(2)
}
exit(runCommand(options) ? 0 : 1)
