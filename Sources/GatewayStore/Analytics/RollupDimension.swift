// SPDX-License-Identifier: Apache-2.0

/// What calls are told apart by in the rollups. Stored by number: a new one goes to the end.
package enum RollupDimension: Int, CaseIterable, Sendable {
    case virtualKey = 1, provider, model, responseModel, policy, uid, unit, config, method, cacheStatus, status, error, stream

    /// As callers name it.
    package var name: String {
        switch self {
        case .virtualKey: "virtual_key"
        case .provider: "provider"
        case .model: "requested_model"
        case .responseModel: "model"
        case .policy: "policy"
        case .uid: "uid"
        case .unit: "unit"
        case .config: "config"
        case .method: "method"
        case .cacheStatus: "cache_status"
        case .status: "status"
        case .error: "error"
        case .stream: "stream"
        }
    }

    /// Whether anybody can make up as many values as he likes.
    var isOpen: Bool {
        switch self {
        case .virtualKey, .model, .responseModel, .policy, .uid, .unit, .config: true
        case .provider, .method, .cacheStatus, .status, .error, .stream: false
        }
    }

    /// The same of the log's rows.
    var expression: String {
        switch self {
        case .virtualKey: "virtual_key"
        case .provider: "provider"
        case .model: "model"
        case .responseModel: "coalesce(response_model, model)"
        case .policy: "policy"
        case .uid: "uid"
        case .unit: "unit"
        case .config: "config"
        case .method: "method"
        case .cacheStatus: "coalesce(cache_status, 'DISABLED')"
        case .status: "status"
        case .error: "error"
        case .stream: "CASE stream WHEN 0 THEN 'false' ELSE 'true' END"
        }
    }
}

/// Which way of telling calls apart a cell belongs to.
struct RollupSeries: Hashable, Comparable, Sendable {
    let number: Int

    static let total = RollupSeries(number: 0)
    static let user = RollupSeries(number: 32)
    /// By all dimensions at once.
    static let combined = RollupSeries(number: 33)
    static let firstMetadata = 64
    static let last = 511

    init(number: Int) { self.number = number }
    init(_ dimension: RollupDimension) { number = dimension.rawValue }

    static func < (one: RollupSeries, other: RollupSeries) -> Bool { one.number < other.number }
}

/// How long the stretches of time are that cells stand for. Hours are added up to days of UTC.
enum RollupStep: Int, Sendable {
    case hour, day

    var milliseconds: Int { self == .hour ? 3_600_000 : 86_400_000 }

    func slot(of milliseconds: Int) -> Int { max(0, milliseconds) / self.milliseconds }
}

/// A cell's key in the database: all cells of a series lie together, in the order of time.
struct RollupCellID: Sendable {
    static let groupBits = 32
    private static let slotBits = 21
    static let lastSlot = 1 << slotBits - 1

    static func pack(_ series: RollupSeries, _ step: RollupStep, slot: Int, group: Int) -> Int {
        let slot = min(max(0, slot), lastSlot)
        return ((series.number << 1 | step.rawValue) << slotBits | slot) << groupBits | group
    }

    /// All cells of these slots.
    static func range(_ series: RollupSeries, _ step: RollupStep, _ slots: Range<Int>) -> Range<Int> {
        pack(series, step, slot: slots.lowerBound, group: 0)..<pack(series, step, slot: slots.upperBound, group: 0)
    }

    static func slot(_ id: Int) -> Int { id >> groupBits & (1 << slotBits - 1) }
    static func group(_ id: Int) -> Int { id & (1 << groupBits - 1) }
}

/// How many groups one stretch of time tells apart; the calls of further ones are added up as `other`.
enum RollupBounds {
    static let other = "(other)"
    static let metadataKeys = 32
    /// Longer values are cut, and so is what a caller asks for.
    static let valueBytes = 128

    static func groups(_ series: RollupSeries, _ step: RollupStep) -> Int {
        switch series {
        case .combined: step == .hour ? 1024 : 4096
        case .user: step == .hour ? 1024 : 8192
        default: step == .hour ? 256 : 512
        }
    }
}
