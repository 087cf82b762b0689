// SPDX-License-Identifier: Apache-2.0
import Caching
import GatewayEngine

/// What the judges say to all rows, and how often they are wrong.
struct Evaluation {
    struct Tally {
        var hits = 0
        var falseHits = 0
        var pairs = 0
        /// Pairs of two answers, and pairs of one.
        var different = 0
        var same = 0
    }

    /// Each pair by itself.
    struct Pairs {
        var families: [String] = []
        var tallies: [String: [Tally]] = [:]
        var whole: [Tally]
    }

    let judges: [Judge]
    let embedder: any TextEmbedder
    /// Called with each wrong answer of the last judge.
    let wrong: (String) -> Void
    /// And with each right answer that it did not share.
    let missed: (String) -> Void

    func pairs(_ rows: [LabelledPair]) -> Pairs {
        var result = Pairs(whole: Array(repeating: Tally(), count: judges.count))
        for row in rows {
            if result.tallies[row.cat] == nil {
                result.families.append(row.cat)
                result.tallies[row.cat] = Array(repeating: Tally(), count: judges.count)
            }
            let cosine = zip(vector(row.a), vector(row.b)).reduce(Float(0)) { $0 + $1.0 * $1.1 }
            let texts = (SemanticText(row.a), SemanticText(row.b))
            for (index, judge) in judges.enumerated() {
                let isHit = judge.isHit(texts.0, texts.1, cosine)
                Self.add(isHit, isSame: row.y == 1, to: &result.whole[index])
                result.tallies[row.cat]?.withUnsafeMutableBufferPointer { Self.add(isHit, isSame: row.y == 1, to: &$0[index]) }
                guard index == judges.count - 1, isHit != (row.y == 1) else { continue }
                (isHit ? wrong : missed)("\(cosine) \(row.cat): \(row.a) | \(row.b)")
            }
        }
        return result
    }

    /// Each question against all earlier ones; the first of the `nearest` that is a hit answers it.
    func stream(_ rows: [LabelledQuestion], nearest: Int) -> [Tally] {
        var tallies = Array(repeating: Tally(), count: judges.count)
        var block = VectorBlock()
        let texts = rows.map { SemanticText($0.q) }
        for place in rows.indices {
            block.append(vector(rows[place].q))
            let candidates = block.nearest(to: place, atMost: nearest).filter { $0.cosine >= 0.75 }
            for (index, judge) in judges.enumerated() {
                tallies[index].pairs += 1
                let hit = candidates.first { judge.isHit(texts[place], texts[$0.place], $0.cosine) }
                guard let hit else { continue }
                let isSame = rows[place].c == rows[hit.place].c
                tallies[index].hits += 1
                tallies[index].falseHits += isSame ? 0 : 1
                guard index == judges.count - 1, !isSame else { continue }
                wrong("\(hit.cosine) \(rows[place].c)/\(rows[hit.place].c): \(rows[place].q) | \(rows[hit.place].q)")
            }
        }
        return tallies
    }

    private func vector(_ text: String) -> [Float] { embedder.embed(text, atMostPieces: 128).vector }

    private static func add(_ isHit: Bool, isSame: Bool, to tally: inout Tally) {
        tally.pairs += 1
        if isSame { tally.same += 1 } else { tally.different += 1 }
        guard isHit else { return }
        tally.hits += 1
        tally.falseHits += isSame ? 0 : 1
    }
}
