// SPDX-License-Identifier: Apache-2.0
import WicketClient
import WicketProtocol

extension WicketClient {
    /// The rows of a list, page after page, or nil when they were printed as JSON: then each page is, as it comes.
    /// - Parameters:
    ///   - member: what the rows are called in a page.
    ///   - params: the method's params for a page.
    func allRows(
        _ method: String, _ member: String, _ console: Console, advice: [String: String] = [:],
        params: (Page) -> WicketValue
    ) async throws -> [WicketValue]? {
        var rows: [WicketValue] = []
        var page = Page(limit: 200)
        repeat {
            let result = try await call(method, params(page), advice: advice)
            if console.json { try console.line(result) } else { rows += result[member].elements }
            page.cursor = result["next_cursor"].string
        } while page.cursor != nil
        return console.json ? nil : rows
    }
}
