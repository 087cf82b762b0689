// SPDX-License-Identifier: Apache-2.0
import CLinux
import GatewayPolicy
import Glibc

/// What the configuration needs to know of the process and the machine; handed in, so that a test can be anyone anywhere.
package struct ProcessContext: Sendable {
    package var environment: [String: String]
    package var userID: UInt32
    /// How many processors this process may use.
    package var processors: Int
    /// The id of a group by name, nil when there is none.
    package var groupID: @Sendable (String) -> UInt32?
    /// The same of a user.
    package var userIDNamed: @Sendable (String) -> UInt32?

    package init(
        environment: [String: String], userID: UInt32, processors: Int = 1,
        groupID: @escaping @Sendable (String) -> UInt32? = { _ in nil },
        userIDNamed: @escaping @Sendable (String) -> UInt32? = { _ in nil }
    ) {
        self.environment = environment
        self.userID = userID
        self.processors = processors
        self.groupID = groupID
        self.userIDNamed = userIDNamed
    }

    /// The look-up of names for policies.
    var accounts: PolicyAccounts { PolicyAccounts(userID: userIDNamed, groupID: groupID) }

    /// This process. Read it before any thread starts, since it reads the environment.
    package static var current: ProcessContext {
        ProcessContext(
            environment: currentEnvironment(), userID: geteuid(), processors: Int(wicket_usable_processors()),
            groupID: Accounts.groupID(named:), userIDNamed: Accounts.userID(named:)
        )
    }

    private static func currentEnvironment() -> [String: String] {
        var environment: [String: String] = [:]
        var entry = wicket_environment()
        while let text = entry?.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { environment[String(parts[0])] = String(parts[1]) }
            entry = entry?.advanced(by: 1)
        }
        return environment
    }
}
