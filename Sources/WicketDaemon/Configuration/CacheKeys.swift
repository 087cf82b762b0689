// SPDX-License-Identifier: Apache-2.0

extension ConfigurationSource {
    /// More than a host has, and far below what overflows.
    private static let mostBytes = 1 << 40

    static var cache: [ConfigurationKey<ConfigurationSource>] {
        [
            .integer(
                "cache.memory_bytes", 0...mostBytes, \.cache.memoryBytes, fallback: "67108864",
                "Answers that are kept in memory. 0 for none: then each hit is read from the disk."),
            .integer(
                "cache.disk_bytes", 0...mostBytes, \.cache.diskBytes, fallback: "1073741824",
                "The file of all answers, `cache.db` in the state directory. 0 for none: then a restart empties the cache."),
            .integer(
                "cache.semantic_bytes", 0...mostBytes, \.cache.semanticBytes, fallback: "134217728",
                "The index of questions, in memory: about 400 bytes each. 0 for none: then `semantic` is as `simple`."),
            .integer(
                "cache.workers", 1...64, \.cache.workers, fallback: "2",
                "Threads that embed and compare questions, beside the event loops."),
            .absolutePath(
                "embedder_file", \.embedderFile, fallback: "the one that was installed with the daemon",
                "The weights of the embedder. Where they are missing the mode `semantic` is as `simple`, and `cache.stats` says "
                    + "so."),
        ]
    }
}
