// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A certificate authority of our own, a certificate for `localhost` from it, and files to serve; made once for all tests.
struct TLSFiles: Sendable {
    var folder: URL
    var authority: String { folder.appendingPathComponent("ca.pem").path }
    var key: String { folder.appendingPathComponent("server.key").path }
    var certificate: String { folder.appendingPathComponent("server.pem").path }
    var documents: String { folder.appendingPathComponent("documents").path }

    private static let place = FileManager.default.temporaryDirectory.appendingPathComponent("wicket-tls-\(getpid())")

    /// Nil where there is no openssl.
    static let shared: TLSFiles? = {
        guard let openssl = Tool.find("openssl") else { return nil }
        let files = TLSFiles(folder: place)
        atexit { try? FileManager.default.removeItem(at: place) }
        do {
            try FileManager.default.createDirectory(atPath: files.documents, withIntermediateDirectories: true)
            try Data("hello".utf8).write(to: URL(fileURLWithPath: files.documents + "/small"))
            try Data(largeDocument).write(to: URL(fileURLWithPath: files.documents + "/large"))
            let request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
            let authorityKey = files.folder.appendingPathComponent("ca.key").path
            try Tool.run(openssl, request + ["-keyout", authorityKey, "-out", files.authority, "-subj", "/CN=test authority"])
            try Tool.run(
                openssl,
                request + [
                    "-keyout", files.key, "-out", files.certificate, "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-CA", files.authority, "-CAkey", authorityKey,
                ])
            return files
        } catch { return nil }
    }()

    static let largeDocument = (0..<(6 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
}

/// A server of someone else's, as a process that ends with the last reference.
final class ServerProcess {
    let port: Int
    private let process = Process()
    private let log: URL

    /// `arguments` may say `PORT`.
    init(_ executable: String, _ arguments: [String], in files: TLSFiles) throws {
        let (descriptor, port) = TestServer.bound()
        close(descriptor)
        self.port = Int(port)
        log = files.folder.appendingPathComponent("log-\(port)")
        try Data().write(to: log)
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments.map { $0 == "PORT" ? "\(port)" : $0 }
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = process.standardOutput
        try process.run()
        while !Self.accepts(port) {
            guard process.isRunning else { throw ToolFailure(text: output) }
            usleep(10_000)
        }
    }

    deinit {
        // Not SIGTERM: a child inherits the signal mask of the thread that starts it, and that of a pool's thread blocks it.
        kill(process.processIdentifier, SIGKILL)
    }

    var output: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    static func http2(_ files: TLSFiles, _ options: [String] = []) throws -> ServerProcess {
        guard let nghttpd = Tool.find("nghttpd") else { throw ToolFailure(text: "no nghttpd") }
        let fixed = ["-a", "127.0.0.1", "-d", files.documents, "PORT", files.key, files.certificate]
        return try ServerProcess(nghttpd, options + fixed, in: files)
    }

    /// HTTP/1.1 over TLS. `/N` answers the first request at once and all others when N have come.
    static func http1(_ files: TLSFiles) throws -> ServerProcess {
        guard let python = Tool.find("python3") else { throw ToolFailure(text: "no python3") }
        return try ServerProcess(python, ["-c", script, "PORT", files.key, files.certificate], in: files)
    }

    private static let script = """
        import http.server, ssl, sys, threading
        arrived, change = 0, threading.Condition()
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_POST(self):
                global arrived
                self.rfile.read(int(self.headers["content-length"]))
                with change:
                    arrived += 1
                    is_first = arrived == 1
                    change.notify_all()
                    all_here = is_first or change.wait_for(lambda: arrived >= int(self.path[1:]), timeout=20)
                body = b"all here" if all_here else b"alone"
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 256
        server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.serve_forever()
        """

    private static func accepts(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

struct ToolFailure: Error { var text: String }

enum Tool {
    static func find(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") + ["/usr/sbin", "/usr/bin"]
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func run(_ executable: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw ToolFailure(text: "\(executable) ended with \(process.terminationStatus)") }
    }
}
