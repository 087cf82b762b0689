// SPDX-License-Identifier: Apache-2.0

/// Where keys and nonces come from; injected, so that a test can own it.
package struct RandomSource: Sendable {
    package var fill: @Sendable (UnsafeMutableRawBufferPointer) -> Void

    package init(fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) { self.fill = fill }

    /// The kernel's generator.
    package static var system: RandomSource {
        RandomSource { buffer in
            var generator = SystemRandomNumberGenerator()
            for index in buffer.indices { buffer[index] = generator.next() }
        }
    }

    func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }
}
