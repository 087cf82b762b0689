// SPDX-License-Identifier: Apache-2.0

extension PriceTable {
    /// The rows that `query` wants, from its position on, which is 0 or the `next` of a page before.
    /// - Returns: nil when no row begins there.
    func page(_ query: ModelQuery) -> (rows: [(row: PriceRow, digest: String)], next: Int?)? {
        guard query.position >= 0, query.position <= rows.count, isRowStart(query.position) else { return nil }
        var found: [(row: PriceRow, digest: String)] = []
        var start = rows.lowerBound + query.position
        while start < rows.upperBound {
            let end = lineEnd(from: start)
            let line = bytes(start..<end)
            if let head = PriceRowHead(line), query.wants(head) {
                if found.count == query.limit { return (found, start - rows.lowerBound) }
                if let row = PriceRow(line) { found.append((row, Self.digest(of: line))) }
            }
            start = end + 1
        }
        return (found, nil)
    }

    private func isRowStart(_ position: Int) -> Bool {
        position == 0 || text[rows.lowerBound + position - 1] == .lineEnd
    }
}

/// Which of the priced models are wanted, and how many at once.
package struct ModelQuery: Sendable {
    package var provider: String?
    package var mode: ModelMode?
    /// A part of `provider/model`, in any case.
    package var search: String?
    package var limit: Int
    /// Where the page begins: 0, or `next` of the one before.
    package var position: Int

    package init(limit: Int, position: Int = 0) {
        self.limit = limit
        self.position = position
    }

    fileprivate func wants(_ head: PriceRowHead) -> Bool {
        if let provider, provider != head.provider { return false }
        if let mode, mode.rawValue != head.mode { return false }
        guard let search else { return true }
        return "\(head.provider)/\(head.model)".lowercased().contains(search.lowercased())
    }
}

/// A model of the table, with what it costs here.
package struct ListedModel: Sendable {
    package let provider: String
    package let model: String
    package let price: KnownPrice
}

extension Pricing {
    /// A page of the table's models, by provider and name, each with the price that counts here.
    /// - Returns: nil when no page begins at the query's position. `next` is nil at the end.
    package func models(_ query: ModelQuery) -> (models: [ListedModel], next: Int?)? {
        guard let (rows, next) = table.page(query) else { return nil }
        let models = rows.map { row, digest in
            let own = ownPrice(of: row.model, at: row.provider).map { KnownPrice($0, over: row.price) }
            return ListedModel(
                provider: row.provider, model: row.model,
                price: own ?? KnownPrice(price: row.price, digest: digest, isOwn: false))
        }
        return (models, next)
    }
}
