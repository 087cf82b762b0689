// SPDX-License-Identifier: Apache-2.0
import CTextEmbedding

/// Which of the processor's instructions do the multiplying.
package enum Instructions: String, Sendable, CaseIterable {
    case avx512, avx2, neon
    /// A hundred times slower: only where it is asked for.
    case portable

    /// The best that this processor has; nil when the model would be too slow to be of use.
    package static var best: Instructions? { [.avx512, .avx2, .neon].first(where: \.isAvailable) }

    package var isAvailable: Bool { wicket_has_instructions(inC) != 0 }

    var inC: wicket_instructions {
        switch self {
        case .avx512: WICKET_INSTRUCTIONS_AVX512
        case .avx2: WICKET_INSTRUCTIONS_AVX2
        case .neon: WICKET_INSTRUCTIONS_NEON
        case .portable: WICKET_INSTRUCTIONS_PORTABLE
        }
    }
}
