using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;

namespace Signalbox.Routing.Profiles;

/// <summary>What a model must be able to do to serve a request.</summary>
internal sealed record RequestNeeds
{
    /// <summary>What the model has to read.</summary>
    public Modalities Input { get; init; } = Modalities.Text;

    public bool Tools { get; init; }

    /// <summary>Whether the model is forced to call a tool.</summary>
    public bool ForcedTools { get; init; }

    public bool ParallelTools { get; init; }

    /// <summary>Whether the answer is held to a JSON schema.</summary>
    public bool JsonSchema { get; init; }

    /// <summary>Whether the answer is to be JSON of any shape.</summary>
    public bool JsonMode { get; init; }

    /// <summary>Whether thinking is asked for.</summary>
    public bool Reasoning { get; init; }

    /// <summary>Whether the model is to go on with a turn that has begun.</summary>
    public bool Prefill { get; init; }

    public bool Streaming { get; init; }

    public bool Logprobs { get; init; }

    public int? MaxOutputTokens { get; init; }

    /// <summary>The field that only a provider of the caller's own protocol understands; null where there is none.</summary>
    public string? RelayOnly { get; init; }

    public static RequestNeeds Of(DialectRequest request)
    {
        var options = request.Options;
        var hasTools = options.Tools is { Count: > 0 } && options.ToolMode is not NoneChatToolMode;
        var format = options.ResponseFormat as ChatResponseFormatJson;
        return new RequestNeeds
        {
            Input = ModalitiesOf(request.Messages),
            Tools = hasTools,
            ForcedTools = hasTools && options.ToolMode is RequiredChatToolMode,
            ParallelTools = hasTools && options.AllowMultipleToolCalls == true,
            JsonSchema = format?.Schema is not null,
            JsonMode = format is not null && format.Schema is null,
            Reasoning = WantsReasoning(options),
            Prefill = request.Messages is [.., { } last] && last.Role == ChatRole.Assistant && last.Contents.Count > 0,
            Streaming = request.Stream,
            Logprobs = Vocabulary.Get<bool>(options.AdditionalProperties, Vocabulary.Logprobs),
            MaxOutputTokens = options.MaxOutputTokens,
            RelayOnly = request.RelayOnly,
        };
    }

    private static bool WantsReasoning(ChatOptions options)
    {
        if (Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ThinkingBudget) is { } budget)
        {
            return budget != 0;
        }

        if (Vocabulary.Get<string>(options.AdditionalProperties, Vocabulary.Effort) is { } effort)
        {
            return effort is not ("none" or "minimal");
        }

        return options.Reasoning?.Effort is { } asked && asked != ReasoningEffort.None;
    }

    private static Modalities ModalitiesOf(List<ChatMessage> messages)
    {
        var found = Modalities.Text;
        foreach (var message in messages)
        {
            foreach (var content in message.Contents)
            {
                found |= ModalityOf(content);
            }
        }

        return found;
    }

    private static Modalities ModalityOf(AIContent content)
    {
        switch (content)
        {
            case DataContent data: return ModalityOf(data.MediaType);
            case UriContent uri: return ModalityOf(uri.MediaType);
            case HostedFileContent: return Modalities.File;
            case FunctionResultContent { Result: IEnumerable<AIContent> parts }:
                var found = Modalities.None;
                foreach (var part in parts)
                {
                    found |= ModalityOf(part);
                }

                return found;
            default: return Modalities.None;
        }
    }

    private static Modalities ModalityOf(string mediaType) =>
        mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase) ? Modalities.Image
        : mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase) ? Modalities.Audio
        : mediaType.StartsWith("video/", StringComparison.OrdinalIgnoreCase) ? Modalities.Video
        : mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? Modalities.Text
        : Modalities.File;
}
