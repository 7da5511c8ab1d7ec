using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Tests.Support;

/// <summary>A request as text, so that two of them can be compared and a difference can be read.</summary>
internal static class RequestText
{
    public static string Of(DialectRequest request)
    {
        var text = new StringBuilder();
        text.Append("stream ").Append(request.Stream).Append('\n');
        foreach (var message in request.Messages)
        {
            text.Append(message.Role).Append(message.AuthorName is { } name ? $" ({name})" : "").Append('\n');
            foreach (var content in message.Contents)
            {
                text.Append("  ").Append(Of(content)).Append('\n');
            }
        }

        Append(text, request.Options);
        return text.ToString();
    }

    public static string Of(AIContent content) => content switch
    {
        TextContent text => "text " + text.Text,
        TextReasoningContent reasoning => "reasoning " + reasoning.Text,
        FunctionCallContent call => $"call {call.CallId} {call.Name} {OneLine(Contents.ArgumentsText(call))}",
        FunctionResultContent { Result: IEnumerable<AIContent> parts } result => $"result {result.CallId} [{string.Join(", ", parts.Select(Of))}]",
        FunctionResultContent result => $"result {result.CallId} {Contents.ResultText(result)}",
        ErrorContent error => $"refusal {error.Message}",
        DataContent data => $"data {data.MediaType} {data.Name} {data.Base64Data}",
        UriContent uri => $"uri {uri.MediaType} {uri.Uri.OriginalString}",
        HostedFileContent file => $"file {file.FileId}",
        OpaqueContent opaque => $"opaque {opaque.Type} {Compact(opaque.Raw)}",
        _ => content.GetType().Name,
    };

    /// <summary>Line ends of indented arguments may become spaces on the way.</summary>
    private static string OneLine(string json) => json.Replace('\n', ' ').Replace('\r', ' ');

    private static string Compact(System.Text.Json.JsonElement json) => StreamChecks.Json(json.WriteTo);

    private static void Append(StringBuilder text, ChatOptions options)
    {
        text.Append($"{options.Temperature} {options.TopP} {options.TopK} {options.FrequencyPenalty} {options.PresencePenalty} {options.Seed}\n");
        text.Append($"max {options.MaxOutputTokens}, parallel {options.AllowMultipleToolCalls}, stop {string.Join('|', options.StopSequences ?? [])}\n");
        text.Append($"choice {(options.ToolMode as RequiredChatToolMode)?.RequiredFunctionName ?? options.ToolMode?.GetType().Name}\n");
        foreach (var tool in options.Tools ?? [])
        {
            text.Append(tool is AIFunctionDeclaration function
                ? $"tool {function.Name} {function.Description} {Compact(function.JsonSchema)} {(tool as ToolDeclaration)?.Strict}\n"
                : $"tool {tool.Name}\n");
        }

        var format = options.ResponseFormat as ChatResponseFormatJson;
        text.Append($"format {format is not null} {(format?.Schema is { } schema ? Compact(schema) : "")}\n");
        foreach (var name in (string[])[Vocabulary.Effort, Vocabulary.ThinkingBudget, Vocabulary.User, Vocabulary.Logprobs, Vocabulary.TopLogprobs])
        {
            text.Append($"{name} {Vocabulary.Get<object>(options.AdditionalProperties, name)}\n");
        }
    }
}
