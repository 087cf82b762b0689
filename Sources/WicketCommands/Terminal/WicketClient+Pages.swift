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
        try await eachPage(method, advice: advice, params: params) { page in
            if console.json { try console.line(page) } else { rows += page[member].elements }
        }
        return console.json ? nil : rows
    }

    /// Calls `body` with each page of a list.
    func eachPage(
        _ method: String, advice: [String: String] = [:], params: (Page) -> WicketValue, _ body: (WicketValue) throws -> Void
    ) async throws {
        var page = Page(limit: 200)
        repeat {
            let result = try await call(method, params(page), advice: advice)
            try body(result)
            page.cursor = result["next_cursor"].string
        } while page.cursor != nil
    }
}
