// SPDX-License-Identifier: Apache-2.0

extension WordOrder {
    private static let directions: Set<String> = [
        "from", "to", "into", "onto", "before", "after", "until", "till", "since", "than", "without", "over", "under", "above",
        "below", "against", "by", "behind", "toward", "towards", "with",
    ]
    /// One of them in one text only is a difference by itself.
    private static let limits: Set<String> = [
        "before", "after", "until", "till", "since", "than", "above", "below", "under", "against", "despite", "without", "except",
    ]

    /// A word stands behind from in one text and behind to in the other, or the like.
    func pointsElsewhere(than other: WordOrder) -> Bool {
        if prepositions.intersection(Self.limits) != other.prepositions.intersection(Self.limits) { return true }
        for item in items {
            guard let governor = item.governor, Self.directions.contains(governor) else { continue }
            let same = other.items.filter { $0.meaning == item.meaning }
            let others = same.compactMap(\.governor)
            if !others.isEmpty, !others.contains(where: { Self.isAlike(governor, $0) }) { return true }
        }
        return other.items.contains { item in
            guard let governor = item.governor, Self.directions.contains(governor) else { return false }
            let others = items.filter { $0.meaning == item.meaning }.compactMap(\.governor)
            return !others.isEmpty && !others.contains { Self.isAlike(governor, $0) }
        }
    }

    /// Paid by card and with a card, cash at and from the machine.
    private static func isAlike(_ one: String, _ other: String) -> Bool {
        one == other || alike.contains { $0.contains(one) && $0.contains(other) }
    }

    private static let alike: [Set<String>] = [
        ["with", "using", "by", "via", "through"], ["to", "for", "into", "onto", "toward", "towards"],
        ["from", "at", "of", "on"], ["over", "during", "through"],
    ]

    /// The words that both have stand in an order that may say something else.
    func isExchanged(in other: WordOrder) -> Bool {
        let shared = Set(items.map(\.meaning)).intersection(other.items.map(\.meaning))
        let one = items.filter { shared.contains($0.meaning) }
        let two = other.items.filter { shared.contains($0.meaning) }
        if one.map(\.meaning) == two.map(\.meaning) {
            return hasOtherVoice(than: other) || (hasPossessive || other.hasPossessive) && governsOther(one, two)
        }
        if one.count <= 4, one.contains(where: { Self.relations.contains($0.meaning) }) { return false }
        if isPassive != other.isPassive || skeleton == other.skeleton { return true }
        if governsOther(one, two) { return true }
        let movable = Self.movable(one, two)
        let rest = (one.filter { !movable.contains($0.meaning) }, two.filter { !movable.contains($0.meaning) })
        if rest.0.map(\.meaning) == rest.1.map(\.meaning) { return false }
        if hasCopula == other.hasCopula { return true }
        return hasCopula ? !Self.isPredicate(rest.0, rest.1) : !Self.isPredicate(rest.1, rest.0)
    }

    /// Two names exchanged their places.
    func isSwapped(in other: WordOrder) -> Bool {
        let names = items.filter(\.isName).map(\.meaning)
        let others = other.items.filter(\.isName).map(\.meaning)
        return names != others && names.sorted() == others.sorted()
    }

    private static let relations = Set(
        Lexicon.set(
            """
            related married dating friend friends sibling siblings cousin cousins twin twins acquaintance similar equal \
            identical adjacent
            """
        ).map(Stem.of))

    /// Is it included, does it include: the words are the same, and so is their order.
    private func hasOtherVoice(than other: WordOrder) -> Bool {
        func isActive(_ order: WordOrder, _ passive: WordOrder) -> Bool {
            guard let verb = passive.participle, verb > 0, verb < passive.items.count, order.participle == nil else {
                return false
            }
            let item = passive.items[verb]
            guard let place = order.items.firstIndex(where: { $0.meaning == item.meaning }), place > 0 else { return false }
            return order.items[place].text != item.text && order.items[place - 1].meaning == passive.items[verb - 1].meaning
        }
        return isActive(self, other) || isActive(other, self)
    }

    /// Noah relies on Kayla, Kayla relies on Noah.
    private func governsOther(_ one: [Item], _ two: [Item]) -> Bool {
        for preposition in Set(one.compactMap(\.governor)).intersection(two.compactMap(\.governor)) {
            let governed = one.filter { $0.governor == preposition }.map(\.meaning)
            let others = two.filter { $0.governor == preposition }.map(\.meaning)
            if !governed.isEmpty, !others.isEmpty, Set(governed).isDisjoint(with: others) { return true }
        }
        return false
    }

    /// What a preposition ties to the rest wherever it stands.
    private static func movable(_ one: [Item], _ two: [Item]) -> Set<String> {
        var movable: Set<String> = []
        for item in one {
            guard let same = two.first(where: { $0.meaning == item.meaning }) else { continue }
            switch (item.governor, same.governor) {
            case (nil, nil): continue
            case (let left?, let right?): if left == right { movable.insert(item.meaning) }
            case (let only?, nil), (nil, let only?): if !directions.contains(only) { movable.insert(item.meaning) }
            }
        }
        return movable
    }

    /// Is the access free, free access; are fees waived, it waives fees: one word that is no name stands further back behind a
    /// form of to be.
    private static func isPredicate(_ copular: [Item], _ plain: [Item]) -> Bool {
        guard copular.count == plain.count else { return false }
        for (place, item) in copular.enumerated() where !item.isName && !item.text.hasSuffix("ing") {
            guard let before = plain.firstIndex(where: { $0.meaning == item.meaning }), before < place else { continue }
            var left = copular.map(\.meaning)
            var right = plain.map(\.meaning)
            left.remove(at: place)
            right.remove(at: before)
            if left == right { return true }
        }
        return false
    }
}
