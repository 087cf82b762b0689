// SPDX-License-Identifier: Apache-2.0

extension String {
    /// Whether it is nothing but ASCII.
    ///
    /// To a dictionary the Kelvin sign is a `K` (canonical equivalence), to a policy's pattern it is not: what rights are given
    /// by is found by ASCII names only.
    package var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
