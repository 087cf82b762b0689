// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The directory of this process's test sockets; gone when the process ends.
enum SocketDirectory {
    private static let handedOut = Atomic<Int>(0)

    private static let path: String = {
        var template = Array("/tmp/wicket-test-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        atexit { SocketDirectory.remove() }
        return made ?? "/tmp"
    }()

    static func freshPath() -> String {
        "\(path)/\(handedOut.wrappingAdd(1, ordering: .relaxed).newValue).sock"
    }

    private static func remove() {
        for number in 0...handedOut.load(ordering: .relaxed) { unlink("\(path)/\(number).sock") }
        rmdir(path)
    }
}
