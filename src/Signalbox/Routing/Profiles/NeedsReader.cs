using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Profiles;

/// <summary>Reads off a request what a model must be able to do to serve it.</summary>
internal static class NeedsReader
{
    public static RequestNeeds NeedsOf(DialectRequest request)
    {
        var options = request.Options;
        var needs = RequestNeeds.None;
        if (options.Tools is { Count: > 0 } && options.ToolMode is not NoneChatToolMode)
        {
            needs |= options.ToolMode is RequiredChatToolMode ? RequestNeeds.Tools | RequestNeeds.ForcedTools : RequestNeeds.Tools;
        }

        needs |= options.ResponseFormat is ChatResponseFormatJson { Schema: not null } ? RequestNeeds.JsonSchema : RequestNeeds.None;
        needs |= request.Messages is [.., { } last] && last.Role == ChatRole.Assistant && last.Contents.Count > 0 ? RequestNeeds.Prefill : RequestNeeds.None;
        needs |= WantsReasoning(options) ? RequestNeeds.Reasoning : RequestNeeds.None;
        return needs;
    }

    /// <summary>What the model has to read.</summary>
    public static Modalities ModalitiesOf(List<ChatMessage> messages)
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

    private static bool WantsReasoning(ChatOptions options)
    {
        if (options.AdditionalProperties?.TryGetValue(Vocabulary.ThinkingBudget, out var budget) == true && budget is int tokens)
        {
            return tokens != 0;
        }

        if (Vocabulary.Get<string>(options.AdditionalProperties, Vocabulary.Effort) is { } effort)
        {
            return effort is not ("none" or "minimal");
        }

        return options.Reasoning?.Effort is { } asked && asked != ReasoningEffort.None;
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
