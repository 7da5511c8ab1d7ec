using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Providers;

namespace Signalbox.Dialects;

/// <summary>A chat request in the vocabulary, with the little that the vocabulary has no place for.</summary>
internal sealed record DialectRequest
{
    /// <summary>The model as the caller named it.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the caller wants the answer as a stream.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether the caller's stream is to carry usage. Only openai-chat makes it a choice.</summary>
    public bool WantsUsage { get; init; } = true;

    public required List<ChatMessage> Messages { get; init; }

    public required ChatOptions Options { get; init; }

    /// <summary>The field that only a provider of the caller's own protocol understands; null where a translation can carry the request.</summary>
    public string? RelayOnly { get; init; }

    /// <summary>The caller's parsed body; default where the request was made in process.</summary>
    public JsonElement Body { get; init; }
}

/// <summary>What a dialect is given to read a caller's request.</summary>
/// <param name="Body">Parsed body; its strings are valid UTF-16 and its keys unique at every level.</param>
/// <param name="Model">The model, where the protocol has it in the path.</param>
/// <param name="Stream">The stream switch, where the protocol has it in the path.</param>
internal readonly record struct InboundRequest(JsonElement Body, string? Model = null, bool? Stream = null);

/// <summary>What a dialect is given to write a request for a provider.</summary>
internal sealed class OutboundRequest
{
    public required DialectRequest Request { get; init; }

    /// <summary>The provider's own name of the model.</summary>
    public required string Upstream { get; init; }

    /// <summary>What this model version takes and refuses.</summary>
    public required Catalog.ModelCapabilities Capabilities { get; init; }

    /// <summary>Where the provider departs from its dialect.</summary>
    public ProviderDifferences Differences { get; init; } = ProviderDifferences.None;

    /// <summary>The model's output limit, where it is known (Anthropic requires one).</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Everything that depends on a value and was not carried over. (What a whole field loses is in the field ledger.)</summary>
    public required LossReport Losses { get; init; }

    /// <summary>Set by the writer when the model is sure to refuse the request as it stands; it is then not sent, and the caller is told.</summary>
    public GatewayError? Refusal { get; set; }
}

/// <summary>What a dialect is given to write an answer for a caller.</summary>
internal sealed class AnswerContext
{
    private readonly int? _estimatedInputTokens;

    /// <summary>The gateway's id of the request, from which ids are made where the protocol wants one.</summary>
    public required string RequestId { get; init; }

    /// <summary>The model's name as the caller should see it.</summary>
    public required string Model { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The caller's request; echoed in part by some protocols.</summary>
    public required DialectRequest Request { get; init; }

    /// <summary>Estimated input tokens, for protocols that state them before the provider has counted.</summary>
    public int EstimatedInputTokens
    {
        get => _estimatedInputTokens ?? TokenEstimate.OfRequest(Request);
        init => _estimatedInputTokens = value;
    }
}
