// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Glibc
import JSONBytes
import JSONRPC

// What reading and writing a line costs: best of several rounds, on one core, nothing gated. Build it in release.
//
//     swift run -c release wicket-json-benchmark

struct Cost {
    var nanoseconds: Double
    var allocations: Double
}

func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The best round's mean: what the work costs when nothing disturbs it.
func measure(_ times: Int, _ work: () -> Void) -> Cost {
    var best = Cost(nanoseconds: .infinity, allocations: .infinity)
    for _ in 0..<9 {
        let allocated = wicket_allocation_count()
        let started = now()
        for _ in 0..<times { work() }
        let elapsed = Double(now() - started) / Double(times)
        let allocations = Double(wicket_allocation_count() - allocated) / Double(times)
        best.nanoseconds = min(best.nanoseconds, elapsed)
        best.allocations = min(best.allocations, allocations)
    }
    return best
}

func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
}

func row(_ name: String, _ bytes: Int, _ cost: Cost) {
    let megabytes = bytes == 0 ? "" : "\(Int(Double(bytes) * 1000 / cost.nanoseconds)) MB/s"
    let nanoseconds = "\((cost.nanoseconds * 10).rounded() / 10) ns"
    let left = name + String(repeating: " ", count: max(0, 44 - name.count))
    print(left + padded(nanoseconds, 14) + padded(megabytes, 14) + padded("\(cost.allocations) allocations", 20))
}


/// Keeps the optimiser from dropping work whose result nobody reads.
@inline(never) func use<T>(_ value: borrowing T) {}

for (name, body) in [("0.5 KB", Bodies.short()), ("8 KB", Bodies.conversation()), ("200 KB", Bodies.image())] {
    let times = max(20, 4_000_000 / body.count)
    print("\(name) body, \(body.count) bytes")
    var document = JSONDocument()
    row("index, in the room of the last one", body.count, measure(times) { try? document.load(body[...]) })
    row("index a line of its own", body.count, measure(times) { if let document = try? JSONDocument(body) { use(document) } })
    row("message of a line", body.count, measure(times) { use(JSONRPCMessage.parse(body)) })
    if let request = document.find(path: "params", "request", in: document.root) {
        row("find params, request, model", 0, measure(100_000) {
            use(document.find(path: "params", "request", "model", in: document.root))
        })
        row("look for a key twice in the request", 0, measure(100_000) { use(document.duplicateKey(in: request)) })
        row("walk the messages", 0, measure(20_000) {
            guard let messages = document.find("messages", in: request) else { return }
            for message in document.elements(of: messages) { use(document.find("content", in: message)) }
        })
        row("splice the model", body.count, measure(times) {
            var edit = JSONSplicer(document, within: request)
            edit.set("model", to: Array("\"gpt-4o\"".utf8), in: request)
            use(edit.bytes())
        })
    }
    row("cut a line out of reads of 64 KB", body.count + 1, {
        let line = body + [0x0A]
        var splitter = LineSplitter()
        return measure(times) {
            line.withUnsafeBytes { bytes in
                for start in stride(from: 0, to: bytes.count, by: 65536) {
                    splitter.receive(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + 65536, bytes.count)]))
                    while let line = splitter.nextLine() { use(line) }
                }
            }
        }
    }())
    row("cut it out of reads of one byte", body.count + 1, {
        let line = body + [0x0A]
        var splitter = LineSplitter()
        return measure(max(1, times / 100)) {
            line.withUnsafeBytes { bytes in
                for start in bytes.indices {
                    splitter.receive(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 1]))
                    while let line = splitter.nextLine() { use(line) }
                }
            }
        }
    }())
    row("write a result line around it", body.count, {
        var out: [UInt8] = []
        return measure(times) {
            out.removeAll(keepingCapacity: true)
            JSONRPCWriter.result(id: body[0..<1], body, to: &out)
        }
    }())
    row("write it as a string", body.count, {
        let text = String(decoding: body, as: UTF8.self)
        var out: [UInt8] = []
        return measure(times) {
            out.removeAll(keepingCapacity: true)
            JSONWriter.append(to: &out) { json in json.string(text) }
        }
    }())
}
