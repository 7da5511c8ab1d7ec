using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Inference;

namespace Signalbox.Dialects;

/// <summary>
/// Where the vocabulary of Microsoft.Extensions.AI has no property for something that more than one dialect carries, it
/// travels in <c>AdditionalProperties</c> under one of these names.
/// </summary>
internal static class Vocabulary
{
    // On ChatOptions.
    /// <summary>End user's id (string).</summary>
    public const string User = "user";
    /// <summary>Number of alternative answers asked for (int).</summary>
    public const string ChoiceCount = "n";
    /// <summary>Whether log probabilities are asked for (bool).</summary>
    public const string Logprobs = "logprobs";
    /// <summary>How many alternatives per token (int).</summary>
    public const string TopLogprobs = "top_logprobs";
    /// <summary>Whether the JSON schema of the answer is enforced strictly (bool).</summary>
    public const string SchemaStrict = "schema_strict";
    /// <summary>The caller's own effort word: none, minimal, low, medium, high, xhigh, max (string).</summary>
    public const string Effort = "reasoning_effort";
    /// <summary>Budget of thinking tokens (int); 0 = off, -1 = the model decides.</summary>
    public const string ThinkingBudget = "thinking_budget";
    /// <summary>Names of the only tools that a forced choice may take (string[]).</summary>
    public const string AllowedTools = "allowed_tools";

    // On contents, messages and tools.
    /// <summary>Anthropic's cache hint (JsonElement).</summary>
    public const string CacheControl = "cache_control";
    /// <summary>Image detail: low, high, auto (string).</summary>
    public const string Detail = "detail";
    /// <summary>Whether a tool result reports a failure (bool).</summary>
    public const string IsError = "is_error";
    /// <summary>Strict arguments of a tool (bool).</summary>
    public const string Strict = "strict";
    /// <summary>Signature of a thought that belongs to this content (string), as Gemini sends it beside a call or a text.</summary>
    public const string ThoughtSignature = "thought_signature";
    /// <summary>Name of the dialect whose provider made a signature (string); no other provider accepts it.</summary>
    public const string SignedBy = "signed_by";
    /// <summary>A reasoning content without readable text (bool).</summary>
    public const string Redacted = "redacted";
    /// <summary>The item id of the Responses API (string).</summary>
    public const string ItemId = "item_id";
    /// <summary>Arguments of a tool call exactly as they came (string).</summary>
    public const string RawArguments = "arguments";

    /// <summary>Whether the gateway wants to know how sure the answer is (bool); no caller's field.</summary>
    public const string WantsConfidence = LocalProperties.WantsConfidence;

    // On responses and updates.
    /// <summary>How probable it is that the answer is right, 0 to 1 (double), where the model says so itself.</summary>
    public const string Confidence = LocalProperties.Confidence;
    /// <summary>What the model says that the answer is about (string).</summary>
    public const string Topic = LocalProperties.Topic;
    /// <summary>The provider's own word for the end (string).</summary>
    public const string RawFinishReason = "finish_reason";
    /// <summary>The stop sequence that ended the answer (string).</summary>
    public const string StopSequence = "stop_sequence";
    /// <summary>Log probabilities of the answer's tokens (<see cref="TokenLogprob"/> list).</summary>
    public const string TokenLogprobs = "token_logprobs";

    /// <summary><c>UsageDetails.AdditionalCounts</c>: input tokens written to the provider's prompt cache; part of the input count.</summary>
    public const string CacheWriteTokens = "cache_write";
    /// <summary><c>UsageDetails.AdditionalCounts</c>: the part of the cache writes that is kept for an hour.</summary>
    public const string CacheWriteHourTokens = "cache_write_1h";

    /// <summary>Roles that the vocabulary has no constant for.</summary>
    public static readonly ChatRole Developer = new("developer");

    /// <summary>The <c>ErrorContent.ErrorCode</c> of a model's refusal.</summary>
    public const string Refusal = "Refusal";

    /// <summary>Finish reason of a turn that the caller must send back to continue (Anthropic's server tools).</summary>
    public static readonly ChatFinishReason Paused = new("pause_turn");

    public static T? Get<T>(AdditionalPropertiesDictionary? properties, string name) =>
        properties is not null && properties.TryGetValue(name, out var value) && value is T typed ? typed : default;

    public static void Set(AIContent content, string name, object? value)
    {
        if (value is not null)
        {
            (content.AdditionalProperties ??= [])[name] = value;
        }
    }

    public static void Set(ChatOptions options, string name, object? value)
    {
        if (value is not null)
        {
            (options.AdditionalProperties ??= [])[name] = value;
        }
    }
}

/// <summary>One token of the answer with its log probability, and the likeliest alternatives where they were asked for.</summary>
internal sealed record TokenLogprob(string Token, double Logprob, IReadOnlyList<TokenLogprob>? Top = null);

/// <summary>A piece of a tool call in a stream. The first piece of a call has its id and name; arguments are JSON text in fragments.</summary>
internal sealed class ToolCallDelta(int index) : AIContent
{
    /// <summary>Position of the call in the answer, from 0.</summary>
    public int Index { get; } = index;

    /// <summary>The call's id, on its first piece. A reader mints one where the protocol has none.</summary>
    public string? CallId { get; init; }

    /// <summary>The tool's name, on the call's first piece.</summary>
    public string? Name { get; init; }

    /// <summary>The next fragment of the arguments' JSON text.</summary>
    public string? Arguments { get; init; }
}

/// <summary>A content that only its own dialect knows, kept as it came.</summary>
internal sealed class OpaqueContent(string dialect, string type, JsonElement raw) : AIContent
{
    public string Dialect { get; } = dialect;

    /// <summary>The discriminator it came with, e.g. <c>server_tool_use</c>; named in the loss report.</summary>
    public string Type { get; } = type;

    public JsonElement Raw { get; } = raw;
}

/// <summary>A tool that only its own dialect knows (web search, code execution, ...), kept as it came.</summary>
internal sealed class OpaqueTool(string dialect, string type, JsonElement raw) : AITool
{
    public override string Name => type;

    public string Dialect { get; } = dialect;

    public JsonElement Raw { get; } = raw;
}

/// <summary>A function that the caller offers to the model.</summary>
internal sealed class ToolDeclaration(string name, string? description, JsonElement schema) : AIFunctionDeclaration
{
    private static readonly JsonElement NoParameters = JsonDocument.Parse("""{"type":"object","properties":{}}""").RootElement;
    private Dictionary<string, object?>? _properties;

    public override string Name => name;

    public override string Description => description ?? "";

    /// <summary>JSON schema of the arguments; an empty object schema where the caller gave none.</summary>
    public override JsonElement JsonSchema => schema.ValueKind == JsonValueKind.Object ? schema : NoParameters;

    public override IReadOnlyDictionary<string, object?> AdditionalProperties => _properties ?? base.AdditionalProperties;

    public bool? Strict => AdditionalProperties.TryGetValue(Vocabulary.Strict, out var value) ? value as bool? : null;

    /// <summary>Sets an additional property; null is not kept.</summary>
    public ToolDeclaration With(string key, object? value)
    {
        if (value is not null)
        {
            (_properties ??= [])[key] = value;
        }

        return this;
    }
}
