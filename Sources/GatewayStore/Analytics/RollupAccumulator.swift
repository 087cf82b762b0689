// SPDX-License-Identifier: Apache-2.0
import JSONBytes

/// The cells that some rows of the log make, before they are added to those that are stored.
struct RollupAccumulator {
    struct Key: Hashable {
        var series: RollupSeries
        var slot: Int
        /// See `RollupGroup`.
        var group: String
    }
    private struct Combined: Hashable {
        var hour: Int
        var values: [String?]
    }
    private struct Named: Hashable {
        var hour: Int
        var key: String
        var value: String
    }
    private var combined: [Combined: RollupCell] = [:]
    private var users: [Named: RollupCell] = [:]
    private var metadata: [Named: RollupCell] = [:]
    private(set) var lastID = 0

    mutating func add(_ call: RolledCall) {
        lastID = max(lastID, call.id)
        let hour = RollupStep.hour.slot(of: call.startedAt)
        call.add(to: &combined[Combined(hour: hour, values: call.values), default: RollupCell()])
        if let user = call.user { call.add(to: &users[Named(hour: hour, key: "", value: user), default: RollupCell()]) }
        for (key, value) in call.metadata {
            call.add(to: &metadata[Named(hour: hour, key: key, value: value), default: RollupCell()])
        }
    }

    /// Adds what was said of a call afterwards to the groups that the call is in.
    mutating func add(_ feedback: RollupCell, to call: RolledCall) {
        let hour = RollupStep.hour.slot(of: call.startedAt)
        combined[Combined(hour: hour, values: call.values), default: RollupCell()].merge(feedback)
        if let user = call.user { users[Named(hour: hour, key: "", value: user), default: RollupCell()].merge(feedback) }
        for (key, value) in call.metadata {
            metadata[Named(hour: hour, key: key, value: value), default: RollupCell()].merge(feedback)
        }
    }

    var metadataKeys: Set<String> { Set(metadata.keys.map(\.key)) }

    /// Everything by the hour.
    /// - Parameter series: those of the metadata's keys; keys without one are left out.
    func hours(_ series: [String: RollupSeries]) -> [Key: RollupCell] {
        var cells: [Key: RollupCell] = [:]
        for (key, cell) in combined {
            cells[Key(series: .total, slot: key.hour, group: RollupGroup.total), default: RollupCell()].merge(cell)
            cells[Key(series: .combined, slot: key.hour, group: RollupGroup.text(key.values))] = cell
            for (dimension, value) in zip(RollupDimension.allCases, key.values) {
                let single = Key(series: RollupSeries(dimension), slot: key.hour, group: RollupGroup.text([value]))
                cells[single, default: RollupCell()].merge(cell)
            }
        }
        for (key, cell) in users {
            cells[Key(series: .user, slot: key.hour, group: RollupGroup.text([key.value]))] = cell
        }
        for (key, cell) in metadata {
            guard let series = series[key.key] else { continue }
            cells[Key(series: series, slot: key.hour, group: RollupGroup.text([key.value]))] = cell
        }
        return cells
    }

    static func days(of hours: [Key: RollupCell]) -> [Key: RollupCell] {
        var cells: [Key: RollupCell] = [:]
        for (key, cell) in hours {
            cells[Key(series: key.series, slot: key.slot / 24, group: key.group), default: RollupCell()].merge(cell)
        }
        return cells
    }
}

/// A group's values as the database has them: a list in JSON, null where a call has no value.
enum RollupGroup {
    static let total = "[]"

    static func text(_ values: [String?]) -> String {
        var json = JSONWriter(reserving: 160)
        json.beginArray()
        for value in values {
            if let value { json.string(value) } else { json.null() }
        }
        json.endArray()
        return String(decoding: json.bytes, as: UTF8.self)
    }

    static func values(_ text: String) -> [String?] {
        guard let document = try? JSONDocument(text), document.kind(document.root) == .array else { return [] }
        return document.elements(of: document.root).map { document.string($0) }
    }

    /// What the calls of a group too many are added up as.
    static func other(than text: String, in series: RollupSeries) -> String {
        if series != .combined { return self.text([RollupBounds.other]) }
        return self.text(
            zip(RollupDimension.allCases, values(text)).map { $0.isOpen ? RollupBounds.other : $1 })
    }
}
