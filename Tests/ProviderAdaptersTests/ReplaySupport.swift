// SPDX-License-Identifier: Apache-2.0
import Foundation
import GatewayModel
import JSONBytes
import ProviderAdapters

/// What the tests of replay and assembly share. Foundation reads the JSON, so that no code under test checks itself.
enum Replay {
    /// Feeds whole chunks, `size` of them in a batch.
    static func assemble(
        _ chunks: [[UInt8]], _ operation: GatewayModel.Operation, size: Int = .max, usage: Usage = Usage(), model: String? = nil,
        finished: Bool = true, maximumBytes: Int = 1 << 22
    ) -> Result<UnifiedResponse, AssemblyObstacle> {
        var assembler = AnswerAssembler(operation: operation, maximumBytes: maximumBytes)
        var batch = ChunkBatch()
        batch.usage = usage
        batch.model = model
        for (number, chunk) in chunks.enumerated() {
            batch.bytes += chunk
            batch.endChunk()
            if batch.count < size, number < chunks.count - 1 { continue }
            if number == chunks.count - 1 { batch.finished = finished }
            assembler.receive(batch)
            batch.removeChunks()
        }
        return Result { () throws(AssemblyObstacle) in try assembler.finish() }
    }

    static func assemble(
        _ chunks: [String], _ operation: GatewayModel.Operation = .chat
    ) -> Result<UnifiedResponse, AssemblyObstacle> {
        assemble(chunks.map { Array($0.utf8) }, operation)
    }

    /// Feeds a provider's body as it is decoded, read by read.
    static func assemble(
        _ body: [UInt8], _ operation: GatewayModel.Operation, decoder: any StreamDecoder, read: Int = 700
    ) -> (outcome: Result<UnifiedResponse, AssemblyObstacle>, finished: Bool) {
        var assembler = AnswerAssembler(operation: operation, maximumBytes: 1 << 22)
        var batch = ChunkBatch()
        for start in stride(from: 0, to: body.count, by: read) {
            decoder.receive(Array(body[start..<min(body.count, start + read)]), into: &batch)
            assembler.receive(batch)
            batch.removeChunks()
        }
        decoder.finish(into: &batch)
        assembler.receive(batch)
        return (
            Result { () throws(AssemblyObstacle) in try assembler.finish() }, batch.finished && batch.failure == nil
        )
    }

    /// The pieces of a replayed answer, or nil.
    static func replay(_ body: [UInt8], _ operation: GatewayModel.Operation, includesUsage: Bool = true) -> [[UInt8]]? {
        var batch = ChunkBatch()
        let replay = AnswerReplay(operation: operation, includesUsage: includesUsage)
        guard replay.write(UnifiedResponse(body: body), into: &batch), batch.finished else { return nil }
        return chunks(of: batch)
    }

    static func chunks(of batch: ChunkBatch) -> [[UInt8]] {
        var start = 0
        return batch.ends.map { end in
            defer { start = end }
            return Array(batch.bytes[start..<end])
        }
    }

    static func objects(_ chunks: [[UInt8]]) -> [[String: Any]] { chunks.map { (try? Anthropic.object($0)) ?? [:] } }

    // MARK: Normal form

    /// What a chat completion keeps on its way through a stream, without the order of members: a message has a role and a
    /// content; an empty content beside calls or a refusal is null; calls have no `index`; a choice has no `delta` beside its
    /// message; an empty reasoning is none; a usage is not null; the object is named.
    static func normal(_ completion: [String: Any]) -> String {
        var completion = completion
        if completion["usage"] is NSNull { completion["usage"] = nil }
        completion["object"] = completion["object"] ?? "chat.completion"
        completion["choices"] = (completion["choices"] as? [[String: Any]])?.map { choice in
            var choice = choice
            choice["delta"] = nil
            var message = choice["message"] as? [String: Any] ?? [:]
            message["role"] = message["role"] ?? "assistant"
            message["content"] = message["content"] ?? NSNull()
            if message["reasoning_content"] as? String == "" { message["reasoning_content"] = nil }
            if let calls = message["tool_calls"] as? [[String: Any]] {
                message["tool_calls"] = calls.map { call in call.filter { $0.key != "index" } }
            }
            let hasCalls = !(message["tool_calls"] as? [Any] ?? []).isEmpty || message["function_call"] is [String: Any]
            let isRefused = !(message["refusal"] as? String ?? "").isEmpty
            if hasCalls || isRefused, message["content"] as? String == "" { message["content"] = NSNull() }
            choice["message"] = message
            return choice
        }
        return Anthropic.text(completion)
    }
}
