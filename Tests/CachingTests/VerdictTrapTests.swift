// SPDX-License-Identifier: Apache-2.0
import Caching
import Testing

/// Near the top of what vectors of two texts ever reach.
@Test(arguments: VerdictTraps.different)
func `no answer is shared by questions that look alike and are not`(pair: (String, String)) {
    let (one, other) = pair
    #expect(!SimilarityRules.strict.verdict(one, other, cosine: 0.985).isHit)
    #expect(!SimilarityRules.balanced.verdict(one, other, cosine: 0.985).isHit)
}

@Test(arguments: VerdictTraps.different)
func `which of two texts came first makes no difference`(pair: (String, String)) {
    let (one, other) = pair
    let rules = SimilarityRules.strict
    #expect(rules.verdict(one, other, cosine: 0.985).isHit == rules.verdict(other, one, cosine: 0.985).isHit)
}

@Test(arguments: VerdictTraps.same)
func `an answer is shared by two ways to ask one thing`(pair: (String, String)) {
    let (one, other) = pair
    #expect(
        SimilarityRules.strict.verdict(one, other, cosine: 0.96).isHit,
        "\(SimilarityRules.strict.verdict(one, other, cosine: 0.96))")
    #expect(SimilarityRules.strict.verdict(other, one, cosine: 0.96).isHit)
}

@Test(arguments: VerdictTraps.different + VerdictTraps.same)
func `a text and itself share an answer`(pair: (String, String)) {
    #expect(SimilarityRules.strict.verdict(pair.0, pair.0, cosine: 1) == .hit(.sameWords))
    #expect(SimilarityRules.strict.verdict(pair.1, pair.1, cosine: 1) == .hit(.sameWords))
}
