// SPDX-License-Identifier: Apache-2.0
import GatewayModel

/// Our names in the words of OpenTelemetry's conventions for generative AI.
enum GenAINames {
    /// `gen_ai.operation.name` of an RPC method. What the conventions have no word for keeps ours, as they allow.
    static func operation(_ method: String) -> String {
        switch method {
        case "chat.completions.create", "messages.create", "responses.create", "prompts.completions.create": "chat"
        case "completions.create": "text_completion"
        case "embeddings.create": "embeddings"
        case "images.generate": "generate_content"
        default: method
        }
    }

    /// `gen_ai.provider.name` of a provider's id in the catalog.
    static func provider(_ id: String) -> String {
        switch id {
        case "azure-openai": "azure.ai.openai"
        case "azure-ai": "azure.ai.inference"
        case "bedrock": "aws.bedrock"
        case "vertex-ai": "gcp.vertex_ai"
        case "google": "gcp.gemini"
        case "mistral-ai": "mistral_ai"
        case "x-ai": "x_ai"
        case "perplexity-ai": "perplexity"
        case "moonshot": "moonshot_ai"
        default: id
        }
    }
}
