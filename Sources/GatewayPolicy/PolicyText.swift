// SPDX-License-Identifier: Apache-2.0

/// The parts of a policy as they were given, each one JSON object: what is stored and shown.
package struct PolicyText: Sendable, Equatable {
    package var match: [UInt8]
    package var allow: [UInt8]
    package var deny: [UInt8]
    package var defaults: [UInt8]

    package static let nothing = Array("{}".utf8)

    package init(
        match: [UInt8] = PolicyText.nothing, allow: [UInt8] = PolicyText.nothing, deny: [UInt8] = PolicyText.nothing,
        defaults: [UInt8] = PolicyText.nothing
    ) {
        self.match = match
        self.allow = allow
        self.deny = deny
        self.defaults = defaults
    }
}

/// One thing that is wrong with a policy, and where: `match.uid[0]`.
package struct PolicyFault: Sendable, Equatable {
    package var path: String
    package var message: String

    package init(path: String, message: String) {
        self.path = path
        self.message = message
    }
}

/// All that is wrong with a policy, in the order it was met; never empty.
package struct PolicyFaults: Error, Sendable {
    package var faults: [PolicyFault]
    package init(_ faults: [PolicyFault]) { self.faults = faults }
}

/// The ids of users and groups by name; nil for one that the machine does not have.
package struct PolicyAccounts: Sendable {
    package var userID: @Sendable (String) -> UInt32?
    package var groupID: @Sendable (String) -> UInt32?

    package init(userID: @escaping @Sendable (String) -> UInt32?, groupID: @escaping @Sendable (String) -> UInt32?) {
        self.userID = userID
        self.groupID = groupID
    }
}
