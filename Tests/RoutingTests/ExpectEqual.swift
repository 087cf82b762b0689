// SPDX-License-Identifier: Apache-2.0
import Testing

/// For answers of mutating calls, which `#expect` cannot take apart.
func expectEqual<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(actual == expected, comment, sourceLocation: sourceLocation)
}
