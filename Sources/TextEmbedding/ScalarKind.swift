// SPDX-License-Identifier: Apache-2.0

/// What is done with a scalar that is not ASCII before it is decomposed.
struct ScalarKind {
    enum Treatment {
        /// Controls, and what stands for nothing.
        case dropped
        case space
        /// An ideograph: a word of its own.
        case alone
        case part
    }

    let treatment: Treatment
    /// Of a script that the model was not made for, or lost with what it may have meant.
    let isForeign: Bool

    init(_ scalar: Unicode.Scalar) {
        switch scalar.category {
        case .control, .format: (treatment, isForeign) = (.dropped, false)
        case .privateUse, .surrogate: (treatment, isForeign) = (.dropped, true)
        case .unassigned: (treatment, isForeign) = (scalar.isIdeograph ? .alone : .part, true)
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber:
            (treatment, isForeign) = (scalar.isIdeograph ? .alone : .part, !scalar.isLatin)
        default:
            if scalar.value == 0xFFFD {
                (treatment, isForeign) = (.dropped, true)
            } else {
                (treatment, isForeign) = (scalar.properties.isWhitespace ? .space : .part, false)
            }
        }
    }
}

extension Unicode.Scalar {
    /// As of Unicode 8, which the tokenizers in use know: what came later is unassigned to them, and to the model a stranger. So
    /// a text has the same pieces whatever version the standard library is at.
    var category: Unicode.GeneralCategory {
        guard let age = properties.age, age.major <= 8 else { return .unassigned }
        return properties.generalCategory
    }

    /// Each is a word by itself.
    var isPunctuation: Bool {
        switch value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
        case ..<0x80: return false
        default: break
        }
        switch category {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }

    /// As BERT has it, which leaves out the later extensions.
    var isIdeograph: Bool {
        switch value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F, 0x2B920...0x2CEAF,
            0x2F800...0x2FA1F:
            true
        default: false
        }
    }

    /// A letter or digit of Latin script.
    var isLatin: Bool {
        switch value {
        case ..<0x250, 0x1E00...0x1EFF, 0x2C60...0x2C7F, 0xA720...0xA7FF, 0xFB00...0xFB06: true
        default: false
        }
    }
}
