// SPDX-License-Identifier: Apache-2.0

/// Why a regular expression is refused.
struct PatternFault: Error {
    let what: String
    init(_ what: String) { self.what = what }
}

/// A regular expression, as JavaScript writes it. It never goes back in the text: all ways to read it are followed side by side,
/// so that a text costs at most its length times `size`, whatever the two are. (The standard library's `Regex` tries one way
/// after the other: `^(a+)+$` on thirty letters would hold the gateway up for minutes. And it adds 2 MB to the binary.)
///
/// What needs to go back (look-around, back references) is refused.
struct Pattern: Sendable {
    /// In bytes. More of a value is not read; an end that is not reached does not match `$`.
    static let longestText = 1024
    static let mostInstructions = 500

    enum Instruction: Sendable {
        case character(UInt32)
        case set(CharacterSet)
        /// Go on at both.
        case fork(Int, Int)
        case jump(Int)
        case assertion(Assertion)
        case match
    }

    enum Assertion: Sendable { case start, end, wordBoundary, notWordBoundary }

    private let program: [Instruction]
    var size: Int { program.count }

    /// - Parameter instructions: how many it may have.
    init(_ text: String, instructions: Int = Self.mostInstructions) throws(PatternFault) {
        var parser = PatternParser(text)
        let tree = try parser.parse()
        var builder = Builder(most: min(instructions, Self.mostInstructions))
        try builder.emit(tree)
        try builder.append(.match)
        program = builder.program
    }

    /// Whether it matches anywhere in the text.
    func matches(_ text: String) -> Bool {
        let isWhole = text.utf8.count <= Self.longestText
        let read = isWhole ? text : String(decoding: text.utf8.prefix(Self.longestText), as: UTF8.self)
        var run = Run(program: program, isWhole: isWhole)
        var previous: UInt32?
        for scalar in read.unicodeScalars {
            if run.step(from: previous, to: scalar.value) { return true }
            previous = scalar.value
        }
        return run.step(from: previous, to: nil)
    }
}

/// Where all ways of reading stand.
private struct Run {
    let program: [Pattern.Instruction]
    let isWhole: Bool
    /// Instructions that wait for the next character.
    private var waiting: [Int] = []
    private var next: [Int] = []
    /// The step in which an instruction was last reached: none is followed twice in one.
    private var reached: [Int]
    private var pending: [Int] = []
    private var step = 0

    init(program: [Pattern.Instruction], isWhole: Bool) {
        self.program = program
        self.isWhole = isWhole
        reached = Array(repeating: 0, count: program.count)
    }

    /// At one place in the text: follows what needs no character, then reads one.
    /// - Returns: whether a way has come to its end.
    mutating func step(from previous: UInt32?, to character: UInt32?) -> Bool {
        step += 1
        next.removeAll(keepingCapacity: true)
        for start in waiting where follow(start, previous, character) { return true }
        // A match may begin at every place.
        if follow(0, previous, character) { return true }
        swap(&waiting, &next)
        return false
    }

    /// Follows the ways from `start`, and lets those that read `character` wait behind it.
    private mutating func follow(_ start: Int, _ previous: UInt32?, _ character: UInt32?) -> Bool {
        pending.append(start)
        while let position = pending.popLast() {
            if reached[position] == step { continue }
            reached[position] = step
            switch program[position] {
            case .match:
                pending.removeAll(keepingCapacity: true)
                return true
            case .jump(let target): pending.append(target)
            case .fork(let one, let other):
                pending.append(other)
                pending.append(one)
            case .assertion(let assertion):
                if holds(assertion, previous, character) { pending.append(position + 1) }
            case .character(let wanted):
                if wanted == character { next.append(position + 1) }
            case .set(let set):
                if let character, set.contains(character) { next.append(position + 1) }
            }
        }
        return false
    }

    private func holds(_ assertion: Pattern.Assertion, _ previous: UInt32?, _ character: UInt32?) -> Bool {
        let isBoundary = previous.map(CharacterSet.word.contains) ?? false != character.map(CharacterSet.word.contains) ?? false
        return switch assertion {
        case .start: previous == nil
        case .end: character == nil && isWhole
        case .wordBoundary: isBoundary
        case .notWordBoundary: !isBoundary
        }
    }
}

private struct Builder {
    let most: Int
    private(set) var program: [Pattern.Instruction] = []

    init(most: Int) { self.most = most }

    mutating func append(_ instruction: Pattern.Instruction) throws(PatternFault) {
        guard program.count < most else {
            throw PatternFault("it is too long, or repeats too much, for the \(Pattern.mostInstructions) steps that it may have")
        }
        program.append(instruction)
    }

    mutating func emit(_ tree: PatternTree) throws(PatternFault) {
        switch tree {
        case .character(let character): try append(.character(character))
        case .set(let set): try append(.set(set))
        case .assertion(let assertion): try append(.assertion(assertion))
        case .sequence(let parts): for part in parts { try emit(part) }
        case .either(let branches): try emit(branches[...])
        case .repeated(let part, let least, let most): try emit(part, least, most)
        }
    }

    private mutating func emit(_ branches: ArraySlice<PatternTree>) throws(PatternFault) {
        guard let first = branches.first else { return }
        if branches.count == 1 { return try emit(first) }
        let fork = program.count
        try append(.fork(0, 0))
        try emit(first)
        let jump = program.count
        try append(.jump(0))
        program[fork] = .fork(fork + 1, program.count)
        try emit(branches.dropFirst())
        program[jump] = .jump(program.count)
    }

    private mutating func emit(_ part: PatternTree, _ least: Int, _ most: Int?) throws(PatternFault) {
        for _ in 0..<least {
            let before = program.count
            try emit(part)
            // Nothing repeated is nothing, however often.
            if program.count == before { return }
        }
        guard let most else {
            let fork = program.count
            try append(.fork(0, 0))
            try emit(part)
            try append(.jump(fork))
            program[fork] = .fork(fork + 1, program.count)
            return
        }
        var forks: [Int] = []
        for _ in least..<max(least, most) {
            forks.append(program.count)
            try append(.fork(0, 0))
            try emit(part)
        }
        for fork in forks { program[fork] = .fork(fork + 1, program.count) }
    }
}
