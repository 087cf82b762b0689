// SPDX-License-Identifier: Apache-2.0

/// Two texts side by side: what they share, and what only one of them has.
struct TextPair {
    let first: SemanticText
    let second: SemanticText
    let edit: EditClass
    /// Words of all kinds whose stem the other text does not have.
    let onlyFirst: [Word]
    let onlySecond: [Word]
    let hasSameContent: Bool

    init(_ first: SemanticText, _ second: SemanticText) {
        self.first = first
        self.second = second
        onlyFirst = Self.words(of: first, missingIn: second)
        onlySecond = Self.words(of: second, missingIn: first)
        let script = EditScript(first.words, second.words, onlyFirst: onlyFirst, onlySecond: onlySecond)
        edit = script.edit
        hasSameContent = script.hasSameContent
    }

    private static func words(of text: SemanticText, missingIn other: SemanticText) -> [Word] {
        text.words.filter { word in !other.words.contains { $0.meaning == word.meaning } }
    }

    /// The first reason against one answer for both; the surest and cheapest are looked at first.
    func veto(ignoring ignored: Set<VetoReason>) -> VetoReason? {
        func holds(_ reason: VetoReason, _ isTrue: @autoclosure () -> Bool) -> Bool {
            !ignored.contains(reason) && isTrue()
        }
        if holds(.unreadable, isUnreadable) { return .unreadable }
        if holds(.volatile, isVolatile) { return .volatile }
        if holds(.numbers, Numerals.all(first.words) != Numerals.all(second.words)) { return .numbers }
        if holds(.negation, deniesOne) { return .negation }
        if holds(.antonym, isOpposite) { return .antonym }
        if holds(.name, isNameMissing) { return .name }
        if holds(.questionKind, asksOtherwise) { return .questionKind }
        if holds(.pronoun, hasOtherPronouns) { return .pronoun }
        if holds(.person, isAboutAnother) { return .person }
        if holds(.conjunction, joinsOtherwise) { return .conjunction }
        if holds(.aspect, hasOtherAspect) { return .aspect }
        if holds(.tense, hasOtherTense) { return .tense }
        if holds(.modality, hasOtherModality) { return .modality }
        if ignored.isSuperset(of: [.direction, .order]) { return nil }
        let roles = (WordOrder(first.words), WordOrder(second.words))
        if holds(.direction, roles.0.pointsElsewhere(than: roles.1)) { return .direction }
        if holds(.order, (hasSameContent || edit == .insertion) && roles.0.isExchanged(in: roles.1)) { return .order }
        if holds(.order, !hasSameContent && roles.0.isSwapped(in: roles.1)) { return .order }
        return nil
    }

    private var isUnreadable: Bool {
        first.hasForeignLetters || second.hasForeignLetters || first.isTooLong || second.isTooLong || first.contentWords == 0
            || second.contentWords == 0
    }

    private var isVolatile: Bool {
        first.words.contains { $0.roles.contains(.volatile) } || second.words.contains { $0.roles.contains(.volatile) }
    }

    private var isNameMissing: Bool {
        func isMissing(_ word: Word, _ other: SemanticText) -> Bool {
            guard word.isName, !word.isNumber else { return false }
            return !other.words.contains { $0.text == word.text || $0.stem == word.stem }
        }
        return first.words.contains { isMissing($0, second) } || second.words.contains { isMissing($0, first) }
    }

    private var asksOtherwise: Bool {
        let sharesAmount = first.words.contains { word in
            word.roles.contains(.amount) && second.words.contains { $0.meaning == word.meaning }
        }
        if first.isCommand != second.isCommand, first.kind != .other || second.kind != .other { return true }
        return !first.kind.fits(second.kind, sharesAmount: sharesAmount)
    }
}
