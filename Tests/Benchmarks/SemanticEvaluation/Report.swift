// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The tables for a person, and the marks that must not be missed.
struct Report {
    let judges: [Judge]
    /// Marks that were missed.
    private(set) var failures: [String] = []

    init(judges: [Judge]) { self.judges = judges }

    private func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }

    private func percent(_ part: Int, _ whole: Int) -> String {
        whole == 0 ? "-" : String(format: "%.2f %%", 100 * Double(part) / Double(whole))
    }

    mutating func traps(_ pairs: Evaluation.Pairs) {
        print(
            "\nTraps: false reuse, and true pairs found (the design's whole set: strict 0 of 109 and 5 of 29, balanced 0 and 8)")
        for (judge, tally) in zip(judges, pairs.whole) {
            let found = tally.hits - tally.falseHits
            print(
                "  \(pad(judge.name, 16)) false \(pad("\(tally.falseHits) of \(tally.different)", 12))",
                "found \(found) of \(tally.same)"
            )
        }
        for (judge, tally) in zip(judges, pairs.whole).suffix(2) { mark("traps, \(judge.name)", tally.falseHits, atMost: 0) }
        guard let strict = pairs.whole.last else { return }
        // The share that the design's rules found.
        mark("traps, true pairs not found", strict.same - strict.hits + strict.falseHits, atMost: strict.same * 24 / 29)
    }

    mutating func families(_ pairs: Evaluation.Pairs) {
        print("\nCheckList: share reused, by family (the design's strict: 20 % of the different ones, wanted: 2 %)")
        print("  " + judges.map { pad($0.name, 16) }.joined())
        for isSame in [false, true] {
            print(isSame ? "  One answer serves both:" : "  Two answers:")
            for family in pairs.families {
                guard let tallies = pairs.tallies[family], (tallies[0].same > 0) == isSame else { continue }
                print("  " + tallies.map { pad(percent($0.hits, $0.pairs), 16) }.joined() + family)
            }
        }
        print("  " + pairs.whole.map { pad(percent($0.falseHits, $0.different), 16) }.joined() + "false reuse overall")
        print("  " + pairs.whole.map { pad(percent($0.hits - $0.falseHits, $0.same), 16) }.joined() + "found overall")
        if let strict = pairs.whole.last {
            mark("CheckList, per mille", 1000 * strict.falseHits / max(1, strict.different), atMost: 20)
        }
    }

    mutating func stream(_ name: String, _ tallies: [Evaluation.Tally], design: String, atMost most: Int) {
        print("\n\(name), \(tallies.first?.pairs ?? 0) questions, each against all earlier ones (\(design))")
        for (judge, tally) in zip(judges, tallies) {
            let hits = pad("\(tally.hits) (\(percent(tally.hits, tally.pairs)))", 18)
            print("  \(pad(judge.name, 16)) hits \(hits) false \(tally.falseHits) (\(percent(tally.falseHits, tally.hits)))")
        }
        if let strict = tallies.last { mark("\(name), strict", strict.falseHits, atMost: most) }
    }

    private mutating func mark(_ name: String, _ value: Int, atMost most: Int) {
        if value > most { failures.append("\(name): \(value) false or missed, at most \(most) are allowed") }
    }
}
