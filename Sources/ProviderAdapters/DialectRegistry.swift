// SPDX-License-Identifier: Apache-2.0
package import GatewayModel

/// How this provider is spoken to for this operation.
package func dialect(for provider: Provider, operation: Operation) -> any Dialect {
    switch (provider.dialect, operation) {
    // The provider inside the daemon speaks each form natively.
    case (.anthropic, _), (.local, .messages): AnthropicDialect()
    case (.openai, _), (.local, _): OpenAIDialect()
    }
}
