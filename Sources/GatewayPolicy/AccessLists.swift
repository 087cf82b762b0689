// SPDX-License-Identifier: Apache-2.0

/// What a policy allows or denies the use of.
package enum AccessSubject: String, Sendable, CaseIterable {
    case methods
    case virtualKeys = "virtual_keys"
    case providers, models, configs

    /// As a message calls one of them.
    package var noun: String {
        switch self {
        case .methods: "method"
        case .virtualKeys: "virtual key"
        case .providers: "provider"
        case .models: "model"
        case .configs: "config"
        }
    }

    /// What stands in a list for what has no name of its own.
    package var standIn: String? {
        switch self {
        case .virtualKeys: AccessPolicy.ownKey
        case .configs: AccessPolicy.inlineConfig
        case .methods, .providers, .models: nil
        }
    }
}

/// `allow` or `deny` of a policy: a list of patterns for each subject, nil where there is none.
package struct AccessLists: Sendable, Equatable {
    package var methods: [NamePattern]?
    package var virtualKeys: [NamePattern]?
    package var providers: [NamePattern]?
    package var models: [NamePattern]?
    package var configs: [NamePattern]?

    package init() {}

    /// Lists that name nothing: to allow only these is to allow nothing.
    static var empty: AccessLists {
        var lists = AccessLists()
        for subject in AccessSubject.allCases { lists[subject] = [] }
        return lists
    }

    package subscript(subject: AccessSubject) -> [NamePattern]? {
        get {
            switch subject {
            case .methods: methods
            case .virtualKeys: virtualKeys
            case .providers: providers
            case .models: models
            case .configs: configs
            }
        }
        set {
            switch subject {
            case .methods: methods = newValue
            case .virtualKeys: virtualKeys = newValue
            case .providers: providers = newValue
            case .models: models = newValue
            case .configs: configs = newValue
            }
        }
    }
}
