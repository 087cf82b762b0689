// SPDX-License-Identifier: Apache-2.0

/// Indices in the order of their last use; a ring through their own places, so that moving one costs six writes.
struct RecencyList: Sendable {
    private struct Link: Sendable {
        var older: Int32
        var newer: Int32
    }

    /// Place 0 is the ring's seam: `older` of it is the newest, `newer` of it is the oldest. Index n stands at place n + 1.
    private var links = [Link(older: 0, newer: 0)]

    /// The least recently used, nil when empty.
    var oldest: Int? { links[0].newer == 0 ? nil : Int(links[0].newer) - 1 }

    /// Adds the next index, as the newest.
    mutating func append() {
        let place = Int32(links.count)
        links.append(Link(older: place, newer: place))
        link(place)
    }

    /// Makes it the newest.
    mutating func touch(_ index: Int) {
        let place = Int32(index + 1)
        guard links[0].older != place else { return }
        let link = links[Int(place)]
        links[Int(link.older)].newer = link.newer
        links[Int(link.newer)].older = link.older
        self.link(place)
    }

    private mutating func link(_ place: Int32) {
        let newest = links[0].older
        links[Int(place)] = Link(older: newest, newer: 0)
        links[Int(newest)].newer = place
        links[0].older = place
    }
}
