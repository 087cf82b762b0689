// SPDX-License-Identifier: Apache-2.0
import GatewayModel
import JSONBytes

/// `cache`, on any node.
extension PlanCompiler {
    /// As for a call's own `cache_namespace`.
    private static let longestNamespace = 128
    private static let mostVaryingFields = 16

    /// Its short forms are a mode's name alone, `true` for the simple one, and `false` for none.
    mutating func cache(_ value: ConfigValue) throws(GatewayFailure) -> CacheRule? {
        if value.isFalsy { return nil }
        switch value.kind {
        case .true: return CacheRule(mode: .simple)
        case .string:
            let mode = try cacheMode(value)
            return mode == .off ? nil : CacheRule(mode: mode)
        default: break
        }
        let object = try ConfigObject<CacheKey>(value, example: #"{"mode": "simple"}"#)
        warnings.unknown(object.unknown, CacheKey.self)
        var rule = CacheRule(mode: try cacheMode(of: object))
        if let value = object[.maxAge] { rule.maxAgeSeconds = try maxAge(value) }
        if let value = object[.namespace] { rule.namespace = try cacheNamespace(value) }
        if let value = object[.vary] { rule.vary = try varyingFields(value) }
        if let value = object[.toolCalls] { rule.keepsToolCalls = try value.bool() }
        rule.coalesces = try object[.coalesce]?.bool() ?? (rule.mode != .off)
        rule.semantic = try semantic(of: object)
        warnOfUnused(object, rule)
        return rule.mode == .off && !rule.coalesces ? nil : rule
    }

    private func cacheMode(_ value: ConfigValue) throws(GatewayFailure) -> CacheRule.Mode {
        guard let mode = value.document.string(value.node).flatMap(CacheRule.Mode.init(rawValue:)) else {
            throw value.fault("must be simple, semantic, shadow or off.")
        }
        return mode
    }

    private mutating func cacheMode(of object: ConfigObject<CacheKey>) throws(GatewayFailure) -> CacheRule.Mode {
        if let mode = object[.mode] { return try cacheMode(mode) }
        guard let coalesce = object[.coalesce] else { throw object.missing(.mode, "simple, semantic, shadow or off.") }
        if try !coalesce.bool() {
            warnings.add(object.value, "keeps nothing, since it has no mode: \"mode\": \"simple\" beside coalesce keeps answers.")
        }
        return .off
    }

    private mutating func maxAge(_ value: ConfigValue) throws(GatewayFailure) -> Int {
        let seconds = try value.number(-1e15...1e15, "a number of seconds")
        if CacheRule.maxAges.contains(Int(seconds)) { return Int(seconds) }
        let (least, most) = (CacheRule.maxAges.lowerBound, CacheRule.maxAges.upperBound)
        let fallback = CacheRule.defaultMaxAgeSeconds
        warnings.add(value, "is not from \(least) to \(most) seconds: \(fallback) is taken, as Portkey does.")
        return fallback
    }

    private func cacheNamespace(_ value: ConfigValue) throws(GatewayFailure) -> String {
        let text = try value.string()
        guard text.utf8.count <= Self.longestNamespace, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw value.fault("must have at most \(Self.longestNamespace) bytes and no control characters.")
        }
        return text
    }

    private func varyingFields(_ list: ConfigValue) throws(GatewayFailure) -> [VaryingField] {
        var fields: [VaryingField] = []
        for element in try list.elements("a list of fields, as in [\"metadata.team\", \"user\"]") {
            guard let field = VaryingField(try element.string()) else {
                throw element.fault("names no field: it must be user, metadata.KEY, headers.NAME or params.NAME.")
            }
            if fields.contains(field) { continue }
            guard fields.count < Self.mostVaryingFields else {
                throw element.fault("is one field too many: at most \(Self.mostVaryingFields) keep answers apart.")
            }
            fields.append(field)
        }
        return fields
    }

    private mutating func warnOfUnused(_ object: ConfigObject<CacheKey>, _ rule: CacheRule) {
        switch rule.mode {
        case .semantic, .shadow: return
        case .off: for key in [CacheKey.maxAge, .toolCalls] + CacheKey.ofSemantic { warnOfUnused(object[key], rule.mode) }
        case .simple: for key in CacheKey.ofSemantic { warnOfUnused(object[key], rule.mode) }
        }
    }

    private mutating func warnOfUnused(_ value: ConfigValue?, _ mode: CacheRule.Mode) {
        if let value { warnings.add(value, "has no effect with the mode \(mode.rawValue).") }
    }
}

/// What the modes semantic and shadow have.
extension PlanCompiler {
    /// More than any model has.
    private static let mostDimensions = 16_384

    private mutating func semantic(of object: ConfigObject<CacheKey>) throws(GatewayFailure) -> SemanticRule {
        var rule = SemanticRule()
        let own = [object[.thresholds], object[.vetoes]].compactMap { $0 }
        if !own.isEmpty { rule.preset = .custom }
        if let value = object[.preset] { rule.preset = try preset(value) }
        if let first = own.first, rule.preset != .custom {
            throw first.fault("belongs to the preset custom, and the preset is \(rule.preset.rawValue): keep one of the two.")
        }
        if let value = object[.thresholds] { rule.thresholds = try thresholds(value) }
        if let value = object[.vetoes] { rule.disabledVetoes = try disabledVetoes(value) }
        let percent = "a number from 0 to 100"
        if let value = object[.verifyPercent] { rule.verifyPercent = try value.number(0...100, percent) }
        if let value = object[.maxFalseHit] { rule.maxFalseHitPercent = try value.number(0...100, percent) }
        if let value = object[.maxTemperature] { rule.maxTemperature = try value.number(0...2, "a number from 0 to 2") }
        if let value = object[.embeddings] { rule.embeddings = try embeddings(value) }
        return rule
    }

    private func preset(_ value: ConfigValue) throws(GatewayFailure) -> SemanticRule.Preset {
        guard let preset = value.document.string(value.node).flatMap(SemanticRule.Preset.init(rawValue:)) else {
            throw value.fault("must be strict, balanced or custom.")
        }
        return preset
    }

    private mutating func thresholds(_ value: ConfigValue) throws(GatewayFailure) -> SemanticRule.Thresholds {
        let object = try ConfigObject<ThresholdKey>(value, example: #"{"same": 0.85, "substitution": 0.99}"#)
        warnings.unknown(object.unknown, ThresholdKey.self)
        func threshold(_ key: ThresholdKey) throws(GatewayFailure) -> Double? {
            guard let value = object[key] else { return nil }
            return try value.number(0.5...1, "a cosine, a number from 0.5 to 1; 1 is never reached but by the same text")
        }
        var thresholds = SemanticRule.Thresholds()
        thresholds.same = try threshold(.same)
        thresholds.restructured = try threshold(.restructured)
        thresholds.insertion = try threshold(.insertion)
        thresholds.substitution = try threshold(.substitution)
        return thresholds
    }

    private mutating func disabledVetoes(_ value: ConfigValue) throws(GatewayFailure) -> Set<String> {
        let object = try ConfigObject<VetoKey>(value, example: #"{"numbers": false}"#)
        // Nobody should believe that a veto is off, or on, because of a letter.
        if let (_, value) = object.unknown.first { throw value.fault("is no veto: they are \(VetoKey.list).") }
        var disabled: Set<String> = []
        for key in VetoKey.allCases {
            if let value = object[key], try !value.bool() { disabled.insert(key.name) }
        }
        return disabled
    }

    private mutating func embeddings(_ value: ConfigValue) throws(GatewayFailure) -> EmbeddingsRule {
        let example: StaticString = #"{"virtual_key": "openai-prod", "model": "text-embedding-3-small"}"#
        let object = try ConfigObject<EmbeddingsKey>(value, example: example)
        warnings.unknown(object.unknown, EmbeddingsKey.self)
        guard let model = try object[.model]?.string() else {
            throw object.missing(.model, "the model that makes vectors of texts.")
        }
        let dimensions = try object[.dimensions]?.int(1...Self.mostDimensions)
        let source: EmbeddingsRule.Source
        switch (object[.virtualKey], object[.provider]) {
        case (let key?, nil): source = .virtualKey(try key.string())
        case (nil, let provider?):
            let name = try provider.string()
            guard name.utf8.first == UInt8(ascii: "@") else {
                source = .provider(name)
                break
            }
            if name.utf8.count == 1 { throw provider.fault("names no virtual key after the @.") }
            source = .virtualKey(String(name.dropFirst()))
        default: throw value.fault("must have either virtual_key or provider, which say who makes the vectors.")
        }
        return EmbeddingsRule(source: source, model: model, dimensions: dimensions)
    }
}
