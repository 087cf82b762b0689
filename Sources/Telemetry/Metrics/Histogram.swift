// SPDX-License-Identifier: Apache-2.0

/// What a histogram counts, and in which steps.
package struct HistogramShape: Sendable, Equatable {
    package let name: String
    /// As OpenTelemetry writes units: `s`, `{token}`.
    package let unit: String
    package let help: String
    /// Upper bounds of the buckets but the last, in the unit of what is recorded.
    package let bounds: [Int]
    /// How many of the recorded units are one `unit`.
    package let scale: Double

    /// Numbers that one histogram takes: a count for each bucket, and the sum.
    var cells: Int { bounds.count + 2 }
    package var scaledBounds: [Double] { bounds.map { Double($0) / scale } }

    /// Adds a value to the histogram whose numbers begin at `start`.
    @inline(__always)
    func record(_ value: Int, in cells: inout [Int], at start: Int) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket += 1 }
        cells[start + bucket] &+= 1
        cells[start + bounds.count + 1] &+= value
    }
}

/// The histograms of the semantic conventions for generative AI, with the buckets that those advise, and one of our own.
/// Durations are recorded in microseconds.
package enum Histograms {
    package static let requestDuration = HistogramShape(
        name: "gen_ai.server.request.duration", unit: "s",
        help: "How long callers waited for the gateway's answer, from the request to its end.", bounds: operationBounds,
        scale: 1_000_000)
    package static let timeToFirstToken = HistogramShape(
        name: "gen_ai.server.time_to_first_token", unit: "s",
        help: "From the request to the first piece of a streamed answer.",
        bounds: [
            1000, 5000, 10_000, 20_000, 40_000, 60_000, 80_000, 100_000, 250_000, 500_000, 750_000, 1_000_000, 2_500_000,
            5_000_000, 7_500_000, 10_000_000,
        ], scale: 1_000_000)
    package static let timePerOutputToken = HistogramShape(
        name: "gen_ai.server.time_per_output_token", unit: "s",
        help: "The pause from one token of a streamed answer to the next, on average.",
        bounds: [
            10_000, 25_000, 50_000, 75_000, 100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 750_000, 1_000_000, 2_500_000,
        ], scale: 1_000_000)
    package static let operationDuration = HistogramShape(
        name: "gen_ai.client.operation.duration", unit: "s", help: "How long each try at a provider took.",
        bounds: operationBounds, scale: 1_000_000)
    package static let tokenUsage = HistogramShape(
        name: "gen_ai.client.token.usage", unit: "{token}",
        help: "Tokens that each try used, as the provider says, else as they were counted here.",
        bounds: (0..<14).map { 1 << (2 * $0) }, scale: 1)
    package static let gatewayDuration = HistogramShape(
        name: "wicket.gateway.duration", unit: "s", help: "What the gateway took itself: a request's time less the providers'.",
        bounds: [25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000, 100_000], scale: 1_000_000)

    private static let operationBounds = (0..<14).map { 10_000 << $0 }
}
