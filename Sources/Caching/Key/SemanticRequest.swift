// SPDX-License-Identifier: Apache-2.0
package import JSONBytes

/// What the semantic cache compares of a request: the text of its last user message, with those only that are equal in all else.
///
/// The text is without white space at its ends, and each run of it inside is one space. It is not brought to a normal form of
/// Unicode: the standard library has none to offer, the embedder brings text to its own before it reads it, and two spellings of
/// one character that meet a comparison by bytes cost a hit, never a false one.
///
/// Parameters of the sampling are in the partition as they were written: a missing `temperature` is not the default's equal,
/// since defaults differ between providers and models.
package enum SemanticRequest: Sendable, Equatable {
    /// - Parameter partition: a digest of all but the text: the other messages whole, tools, formats, parameters, context.
    case text(String, partition: CacheKey)
    case bypassed(SemanticBypass)

    /// The longest text that is looked at, in bytes: beyond it no embedder of one sentence to a paragraph says much.
    package static var longestText: Int { 2000 }

    /// - Parameters:
    ///   - request: a body of `chat.completions.create` or `messages.create`, as the provider is to be asked.
    ///   - allowsHighTemperature: also with a temperature above 1, by which the caller asks for another answer each time.
    package init(
        document: JSONDocument, request: JSONNode, context: CacheContext, allowsHighTemperature: Bool = false
    ) {
        do throws(SemanticBypass) {
            let reading = SemanticReading(document: document, request: request)
            try reading.checkParameters(context.operation, allowsHighTemperature: allowsHighTemperature)
            let (content, text) = try reading.lastUserText(context.operation)
            self = .text(text, partition: CacheKey.digest("semantic", document, request, context, hole: content))
        } catch {
            self = .bypassed(error)
        }
    }
}

/// Why a request is not looked up by its meaning. The names are stable: callers and logs see them.
package enum SemanticBypass: String, Error, Sendable, CaseIterable {
    /// The operation has no messages.
    case operation
    /// The last message is not a user's, or there is none.
    case noUserMessage = "no_user_message"
    /// The turn holds a picture, sound, file or document, or what is not known to be text.
    case notText = "not_text"
    /// The turn calls a tool or brings a tool's result.
    case tools
    /// More than one choice is asked for.
    case severalChoices = "several_choices"
    case highTemperature = "high_temperature"
    case emptyText = "empty_text"
    case longText = "long_text"
    /// A name occurs twice where it matters, or a value is of the wrong kind: the provider is to say what it makes of it.
    case unclear
}
