using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Tests.Dialects.Gemini;

/// <summary>A request or an answer as text, so that two of them can be compared and a difference can be read.</summary>
internal static class GeminiDescription
{
    public static string Of(DialectRequest request)
    {
        var text = new StringBuilder();
        foreach (var message in request.Messages)
        {
            text.Append(message.Role.Value).Append(':').AppendLine();
            foreach (var content in message.Contents)
            {
                text.Append("  ").AppendLine(Of(content));
            }
        }

        Append(text, request.Options);
        return text.ToString();
    }

    public static string Of(AIContent content)
    {
        var body = content switch
        {
            TextContent t => $"text {t.Text}",
            TextReasoningContent r => $"thought {r.Text} {r.ProtectedData}",
            FunctionCallContent c => $"call {c.CallId} {c.Name} {Canonical(Contents.ArgumentsText(c))}",
            FunctionResultContent r => $"result {r.CallId} {Of(r.Result)}",
            DataContent d => $"data {d.MediaType} {d.Base64Data}",
            UriContent u => $"uri {u.MediaType} {u.Uri}",
            HostedFileContent h => $"file {h.MediaType} {h.FileId}",
            OpaqueContent o => $"opaque {o.Dialect} {o.Type} {Canonical(o.Raw.GetRawText())}",
            ErrorContent e => $"refusal {e.Message}",
            _ => content.GetType().Name,
        };
        return body + Properties(content.AdditionalProperties);
    }

    /// <summary>JSON with sorted keys and no blanks.</summary>
    public static string Canonical(string json) => Canonical(JsonDocument.Parse(json).RootElement);

    public static string Canonical(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", element.EnumerateObject().OrderBy(static p => p.Name, StringComparer.Ordinal)
            .Select(static p => JsonSerializer.Serialize(p.Name, JsonSerializerOptions.Default.GetTypeInfo(typeof(string))) + ":" + Canonical(p.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(",", element.EnumerateArray().Select(Canonical)) + "]",
        JsonValueKind.String => JsonSerializer.Serialize(element.GetString()!, JsonSerializerOptions.Default.GetTypeInfo(typeof(string))),
        _ => element.GetRawText(),
    };

    private static string Of(object? result) => result switch
    {
        null => "null",
        JsonElement element => "json " + Canonical(element),
        IEnumerable<AIContent> parts => "parts " + string.Join(" + ", parts.Select(Of)),
        _ => "text " + result,
    };

    private static void Append(StringBuilder text, ChatOptions options)
    {
        text.AppendLine(string.Create(CultureInfo.InvariantCulture,
            $"t={options.Temperature} p={options.TopP} k={options.TopK} max={options.MaxOutputTokens} pp={options.PresencePenalty} fp={options.FrequencyPenalty} seed={options.Seed}"));
        text.AppendLine($"stop={string.Join('|', options.StopSequences ?? [])} parallel={options.AllowMultipleToolCalls}");
        text.AppendLine($"format={(options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } ? Canonical(schema) : options.ResponseFormat?.GetType().Name)}");
        text.AppendLine($"reasoning={options.Reasoning?.Effort} {options.Reasoning?.Output}");
        text.AppendLine($"choice={options.ToolMode?.GetType().Name} {(options.ToolMode as RequiredChatToolMode)?.RequiredFunctionName}");
        foreach (var tool in options.Tools ?? [])
        {
            text.AppendLine(tool switch
            {
                AIFunctionDeclaration function => $"tool {function.Name} {function.Description} {Canonical(function.JsonSchema)}",
                OpaqueTool opaque => $"tool {opaque.Dialect} {opaque.Name} {Canonical(opaque.Raw)}",
                _ => tool.Name,
            });
        }

        text.AppendLine(Properties(options.AdditionalProperties));
    }

    private static string Properties(AdditionalPropertiesDictionary? properties) =>
        properties is null ? "" : string.Concat(properties.Where(static p => p.Key != Vocabulary.RawArguments)
            .OrderBy(static p => p.Key, StringComparer.Ordinal)
            .Select(static p => $" [{p.Key}={(p.Value is string[] list ? string.Join('|', list) : p.Value)}]"));
}
