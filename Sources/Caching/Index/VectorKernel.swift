// SPDX-License-Identifier: Apache-2.0
import CVectorScan

/// The instructions that a search uses. All give the same answer.
package enum VectorKernel: CaseIterable, Sendable {
    case portable, avx2, avx512, neon

    /// The fastest one of this machine.
    package static var best: VectorKernel { allCases.last { $0.code == wicket_scan_best() } ?? .portable }

    package var isSupported: Bool { wicket_scan_supported(code) == code }

    var code: wicket_scan_kernel {
        switch self {
        case .portable: wicket_scan_kernel(WICKET_SCAN_PORTABLE)
        case .avx2: wicket_scan_kernel(WICKET_SCAN_AVX2)
        case .avx512: wicket_scan_kernel(WICKET_SCAN_AVX512)
        case .neon: wicket_scan_kernel(WICKET_SCAN_NEON)
        }
    }
}
