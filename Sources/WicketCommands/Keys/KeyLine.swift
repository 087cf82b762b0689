// SPDX-License-Identifier: Apache-2.0
import WicketClient

/// A virtual key in half a sentence: `anthropic-prod (anthropic at https://api.anthropic.com/v1, fingerprint 3f9a)`.
struct KeyLine {
    let text: String

    init(_ key: WicketValue) {
        let field = { (name: String) in key[name].string?.withoutControls ?? "?" }
        text = "\(field("name")) (\(field("provider")) at \(field("base_url")), fingerprint \(field("fingerprint")))"
    }
}
