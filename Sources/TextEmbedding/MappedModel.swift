// SPDX-License-Identifier: Apache-2.0
import CTextEmbedding
import Glibc

/// The model's file, mapped: what of it is used is in memory once for all processes, and is given back when memory is short.
///
/// The file is to be replaced, never written to: who cuts it short while it is mapped ends the process.
// Sendable is sound: nothing is written after `init`, here or in C.
final class MappedModel: @unchecked Sendable {
    let model: OpaquePointer
    /// The first 16 hexadecimal digits of the SHA-256 over weights and vocabulary.
    let digest: String
    private let bytes: UnsafeMutableRawPointer
    private let count: Int

    init(_ path: String) throws(EmbedderAbsence) {
        (bytes, count) = try mapped(path)
        var status = WICKET_MODEL_OK
        guard let model = wicket_model_open(bytes, count, &status) else {
            munmap(bytes, count)
            throw absence(path, refusal(status))
        }
        self.model = model
        digest = (0..<8).map { hexadecimal(wicket_model_digest(model)[$0]) }.joined()
        // All of it was read once for the checksum; most texts need half.
        madvise(bytes, count, MADV_DONTNEED)
    }

    deinit {
        wicket_model_close(model)
        munmap(bytes, count)
    }

    func pieces(of text: String, atMost limit: Int) -> WordPieces {
        WordPiece.pieces(of: text, atMost: limit) { [model] bytes, goesOn in
            var length = 0
            let id = wicket_model_longest_piece(model, bytes.baseAddress, bytes.count, goesOn ? 1 : 0, &length)
            return id < 0 ? nil : (id, length)
        }
    }
}

private func mapped(_ path: String) throws(EmbedderAbsence) -> (UnsafeMutableRawPointer, Int) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    if descriptor < 0 { throw absence(path, errno == ENOENT ? "is not there" : "cannot be opened: \(errorText())") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
        throw absence(path, "is no file, or empty")
    }
    let count = Int(status.st_size)
    guard let bytes = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), bytes != MAP_FAILED else {
        throw absence(path, "cannot be mapped: \(errorText())")
    }
    return (bytes, count)
}

private func refusal(_ status: wicket_model_status) -> String {
    switch status {
    case WICKET_MODEL_FOREIGN: "is no file of the embedder's"
    case WICKET_MODEL_OTHER_VERSION: "is of another version"
    case WICKET_MODEL_CUT: "is not whole"
    case WICKET_MODEL_NO_MEMORY: "cannot be read: there is no memory"
    default: "is damaged"
    }
}

private func absence(_ path: String, _ what: String) -> EmbedderAbsence {
    EmbedderAbsence(reason: "The embedder's model \(path) \(what); `packaging/fetch-embedder --output \(path)` fetches it.")
}

private func errorText() -> String { String(cString: strerror(errno)) }

private func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
