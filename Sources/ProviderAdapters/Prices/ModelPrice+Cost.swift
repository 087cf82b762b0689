// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

extension ModelPrice {
    /// What a call cost: exact, and rounded once, at the end, to the nearest nano-dollar (a half goes up).
    ///
    /// Each token is billed once, as one kind: where a provider reports kinds that overlap, or that are more than their total, it
    /// is the first of: written to a cache, sound, image, read from the cache, plain; of output: sound, image, reasoning, plain.
    /// - Parameter requests: what a price for each request is billed for.
    /// - Returns: nil where it cannot be known: what was used has no price, the provider did not say what was used, or it said
    ///   what no amount of money can be.
    package func cost(of usage: Usage, requests: Int = 1, batch inBatch: Bool = false) -> NanoUSD? {
        guard let prices = prices(inputTokens: usage.inputTokens ?? 0, inBatch: inBatch) else { return nil }
        var bill = Bill()
        guard prices.isToldByUsage, bill.add(usage, prices) else { return nil }
        bill.add(max(0, requests), atEach: prices.request ?? 0)
        return bill.total
    }

    /// The most that a call can cost which stays within these bounds, whatever kinds its tokens turn out to be of: `cost(of:)` of
    /// no usage within them is more.
    /// - Returns: nil as of `cost(of:)`.
    package func worstCost(
        inputTokensBound: Int, outputTokensBound: Int, requests: Int = 1, batch inBatch: Bool = false
    ) -> NanoUSD? {
        let input = max(0, inputTokensBound)
        var worst: NanoUSD?
        // In each tier, as much input as is billed by it.
        for (index, above) in ([0] + longContext.map(\.aboveInputTokens)).enumerated() where index == 0 || above < input {
            let end = index < longContext.count ? longContext[index].aboveInputTokens : .max
            guard let prices = prices(inputTokens: index == 0 ? 0 : above + 1, inBatch: inBatch),
                let cost = prices.worstCost(min(input, end), max(0, outputTokensBound), requests)
            else { return nil }
            worst = max(worst ?? cost, cost)
        }
        return worst
    }
}

extension UnitPrices {
    /// Whether a usage says what they are prices of. Where tokens cost nothing beside images, seconds or characters, it does not.
    var isToldByUsage: Bool {
        if [input, plainOutput, audioInput].contains(where: { $0 ?? 0 > 0 }) { return true }
        let isOther = imageMade != nil || imageSent != nil || soundSecond != nil || character != nil
        return !isOther && (billsTokens || request != nil)
    }

    /// Whether tokens of any kind have a price.
    var billsTokens: Bool {
        [input, output, cacheRead, cacheWrite, cacheWriteHour, reasoning, audioInput, audioOutput, imageInput, imageOutput]
            .contains { $0 != nil }
    }

    /// What makes only images or sound may have no price for text.
    fileprivate var plainOutput: Int? { output ?? imageOutput ?? audioOutput }

    /// Where only the price of a five-minute write is known: twice the input, as all ask who keep it for an hour.
    fileprivate var hourWrite: Int? {
        cacheWriteHour ?? cacheWrite.flatMap { write in input.map { max(write, saturatingProduct($0, 2)) } ?? write } ?? input
    }

    fileprivate func worstCost(_ inputTokens: Int, _ outputTokens: Int, _ requests: Int) -> NanoUSD? {
        guard isToldByUsage else { return nil }
        let dearestInput = [input, cacheRead, cacheWrite, hourWrite, audioInput, imageInput].compactMap(\.self).max()
        let dearestOutput = [plainOutput, reasoning, audioOutput, imageOutput].compactMap(\.self).max()
        var bill = Bill()
        bill.add(inputTokens, atThousand: dearestInput ?? 0)
        bill.add(outputTokens, atThousand: dearestOutput ?? 0)
        bill.add(max(0, requests), atEach: request ?? 0)
        return bill.total
    }
}

/// A sum of thousandths of nano-dollars, wide enough for whatever a provider says.
private struct Bill {
    private var thousandths: Int128 = 0

    /// - Returns: false when something was used that has no price, or it is not known what was.
    mutating func add(_ usage: Usage, _ prices: UnitPrices) -> Bool {
        guard prices.billsTokens else { return true }
        guard prices.plainOutput ?? 0 == 0 || usage.outputTokens != nil, prices.input ?? 0 == 0 || usage.inputTokens != nil else {
            return false
        }
        return addInput(usage, prices) && addOutput(usage, prices)
    }

    private mutating func addInput(_ usage: Usage, _ prices: UnitPrices) -> Bool {
        var rest = usage.inputTokens ?? 0
        let written = min(usage.cacheCreationInputTokens ?? 0, rest)
        let forHour = min(usage.cacheCreationHourInputTokens ?? 0, written)
        rest -= written
        let isPriced =
            add(forHour, prices.hourWrite) && add(written - forHour, prices.cacheWrite ?? prices.input)
            && take(usage.audioInputTokens, of: &rest, prices.audioInput ?? prices.input)
            && take(usage.imageInputTokens, of: &rest, prices.imageInput ?? prices.input)
            && take(usage.cacheReadInputTokens, of: &rest, prices.cacheRead ?? prices.input)
        return isPriced && add(rest, prices.input)
    }

    private mutating func addOutput(_ usage: Usage, _ prices: UnitPrices) -> Bool {
        var rest = usage.outputTokens ?? 0
        let isPriced =
            take(usage.audioOutputTokens, of: &rest, prices.audioOutput ?? prices.plainOutput)
            && take(usage.imageOutputTokens, of: &rest, prices.imageOutput ?? prices.plainOutput)
            && take(usage.reasoningOutputTokens, of: &rest, prices.reasoning ?? prices.plainOutput)
        return isPriced && add(rest, prices.plainOutput)
    }

    /// Bills at most as many tokens as are left, and takes them off.
    private mutating func take(_ tokens: Int?, of rest: inout Int, _ price: Int?) -> Bool {
        let taken = min(tokens ?? 0, rest)
        rest -= taken
        return add(taken, price)
    }

    private mutating func add(_ tokens: Int, _ price: Int?) -> Bool {
        guard let price else { return tokens == 0 }
        add(tokens, atThousand: price)
        return true
    }

    mutating func add(_ count: Int, atThousand price: Int) { add(Int128(count) * Int128(price)) }

    mutating func add(_ count: Int, atEach price: Int) {
        let (product, overflow) = (Int128(count) * Int128(price)).multipliedReportingOverflow(by: 1000)
        add(overflow ? .max : product)
    }

    private mutating func add(_ more: Int128) {
        let (sum, overflow) = thousandths.addingReportingOverflow(more)
        thousandths = overflow ? .max : sum
    }

    /// nil when it does not fit.
    var total: NanoUSD? {
        let (whole, rest) = thousandths.quotientAndRemainder(dividingBy: 1000)
        return Int(exactly: rest < 500 ? whole : whole + 1).map(NanoUSD.init)
    }
}

private func saturatingProduct(_ left: Int, _ right: Int) -> Int {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
}
