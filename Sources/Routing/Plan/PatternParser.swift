// SPDX-License-Identifier: Apache-2.0

indirect enum PatternTree {
    case character(UInt32)
    case set(CharacterSet)
    case assertion(Pattern.Assertion)
    case sequence([PatternTree])
    case either([PatternTree])
    case repeated(PatternTree, least: Int, most: Int?)
}

/// Reads JavaScript's syntax without flags. Whether a quantifier is greedy makes no difference to whether there is a match.
struct PatternParser {
    private static let deepest = 32
    private static let longest = 2048
    private static let mostRepeated = 1000

    private let text: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars.prefix(Self.longest + 1)) }

    mutating func parse() throws(PatternFault) -> PatternTree {
        guard text.count <= Self.longest else { throw PatternFault("it has more than \(Self.longest) characters") }
        let tree = try alternatives()
        if peek != nil { throw PatternFault("there is a ) without its (") }
        return tree
    }

    private var peek: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard peek == wanted else { return false }
        position += 1
        return true
    }

    private mutating func alternatives() throws(PatternFault) -> PatternTree {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .either(branches)
    }

    private mutating func sequence() throws(PatternFault) -> PatternTree {
        var parts: [PatternTree] = []
        while let next = peek, next != "|", next != ")" { parts.append(try quantified()) }
        return .sequence(parts)
    }

    private mutating func quantified() throws(PatternFault) -> PatternTree {
        let start = position
        if quantifier() != nil { throw PatternFault("there is nothing to repeat before \(text[start])") }
        let atom = try atom()
        guard let (least, most) = quantifier() else { return atom }
        if case .assertion = atom { throw PatternFault("an anchor cannot be repeated") }
        guard most ?? least >= least else { throw PatternFault("{\(least),\(most ?? 0)} has its numbers in the wrong order") }
        guard max(least, most ?? 0) <= Self.mostRepeated else {
            throw PatternFault("it repeats more than \(Self.mostRepeated) times")
        }
        _ = take("?")
        return .repeated(atom, least: least, most: most)
    }

    /// A brace that is no quantifier stands for itself.
    private mutating func quantifier() -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let start = position
        if take("{"), let least = number() {
            if take("}") { return (least, least) }
            if take(",") {
                let most = number()
                if take("}") { return (least, most) }
            }
        }
        position = start
        return nil
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let next = peek, CharacterSet.digit.contains(next.value) {
            value = min((value ?? 0) * 10 + Int(next.value - 0x30), Self.mostRepeated + 1)
            position += 1
        }
        return value
    }

    private mutating func atom() throws(PatternFault) -> PatternTree {
        let next = text[position]
        position += 1
        switch next {
        case "^": return .assertion(.start)
        case "$": return .assertion(.end)
        case ".": return .set(CharacterSet.lineEnd.inverted)
        case "[": return .set(try characterClass())
        case "(": return try group()
        case "\\":
            if take("b") { return .assertion(.wordBoundary) }
            if take("B") { return .assertion(.notWordBoundary) }
            return try escape().tree
        default: return .character(next.value)
        }
    }

    private mutating func group() throws(PatternFault) -> PatternTree {
        depth += 1
        guard depth <= Self.deepest else { throw PatternFault("its groups are nested more than \(Self.deepest) times") }
        if take("?") { try groupKind() }
        let tree = try alternatives()
        guard take(")") else { throw PatternFault("there is a ( without its )") }
        depth -= 1
        return tree
    }

    /// What stands behind `(?`.
    private mutating func groupKind() throws(PatternFault) {
        if take(":") { return }
        guard take("<"), let next = peek, next != "=", next != "!" else {
            throw PatternFault("of the groups that begin with (? only (?: and (?<name> are supported: no look-around, no flags")
        }
        while let next = peek, next != ">" {
            guard CharacterSet.word.contains(next.value) else { break }
            position += 1
        }
        guard take(">") else { throw PatternFault("the name of a group does not end") }
    }

    /// What stands behind a backslash.
    private mutating func escape() throws(PatternFault) -> PatternAtom {
        guard let next = peek else { throw PatternFault("it ends with a backslash") }
        position += 1
        switch next {
        case "d": return .set(.digit)
        case "D": return .set(CharacterSet.digit.inverted)
        case "w": return .set(.word)
        case "W": return .set(CharacterSet.word.inverted)
        case "s": return .set(.space)
        case "S": return .set(CharacterSet.space.inverted)
        case "n": return .character(0x0A)
        case "r": return .character(0x0D)
        case "t": return .character(0x09)
        case "f": return .character(0x0C)
        case "v": return .character(0x0B)
        case "0" where !(peek.map { CharacterSet.digit.contains($0.value) } ?? false): return .character(0)
        case "0"..."9", "k": throw PatternFault("back references are not supported")
        case "p", "P": throw PatternFault("\\p is not supported: name the characters in a class, as in [a-z]")
        case "c": throw PatternFault("\\c is not supported: write the character as \\x0A")
        case "x": return .character(hexadecimal(2) ?? next.value)
        case "u": return .character(hexadecimal(4) ?? next.value)
        default: return .character(next.value)
        }
    }

    private mutating func hexadecimal(_ count: Int) -> UInt32? {
        guard position + count <= text.count else { return nil }
        let digits = text[position..<position + count]
        guard digits.allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
        else { return nil }
        position += count
        return value
    }

    private mutating func characterClass() throws(PatternFault) -> CharacterSet {
        let isInverted = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            guard let first = try classAtom() else { throw PatternFault("there is a [ without its ]") }
            let isRange = peek == "-" && position + 1 < text.count && text[position + 1] != "]"
            guard isRange, case .character(let low) = first else {
                ranges += first.ranges
                continue
            }
            position += 1
            guard let last = try classAtom() else { throw PatternFault("there is a [ without its ]") }
            guard case .character(let high) = last else {
                ranges += first.ranges + [0x2D...0x2D] + last.ranges
                continue
            }
            guard low <= high else { throw PatternFault("a range in [] has its ends in the wrong order") }
            ranges.append(low...high)
        }
        return CharacterSet(ranges: ranges, isInverted: isInverted)
    }

    private mutating func classAtom() throws(PatternFault) -> PatternAtom? {
        guard let next = peek else { return nil }
        position += 1
        guard next == "\\" else { return .character(next.value) }
        if take("b") { return .character(0x08) }
        return try escape()
    }
}

/// One character, or one of a set, wherever it stands.
private enum PatternAtom {
    case character(UInt32)
    case set(CharacterSet)

    var tree: PatternTree {
        switch self {
        case .character(let character): .character(character)
        case .set(let set): .set(set)
        }
    }

    var ranges: [ClosedRange<UInt32>] {
        switch self {
        case .character(let character): [character...character]
        case .set(let set): set.flat
        }
    }
}
