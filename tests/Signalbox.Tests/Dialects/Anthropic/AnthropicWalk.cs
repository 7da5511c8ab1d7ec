using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Anthropic;

/// <summary>What an answer amounts to.</summary>
internal sealed record AnswerSummary(string Text, string Thinking, string Calls, string Finish, string Usage);

/// <summary>
/// An independent, plain walk over the raw JSON of an answer, and the same summary of what the dialect read. Tool calls are
/// compared as JSON, because a stream has spaces where a complete answer has none.
/// </summary>
internal static class AnthropicWalk
{
    public static void Expect(AnswerSummary expected, AnswerSummary actual, string id) =>
        Assert.True(expected == actual, $"{id}\nexpected {expected}\nactual   {actual}");

    public static AnswerSummary Answer(JsonElement body)
    {
        var pieces = new Pieces();
        foreach (var block in body.GetProperty("content").EnumerateArray())
        {
            switch (block.GetProperty("type").GetString())
            {
                case "text": pieces.Text.Append(block.GetProperty("text").GetString()); break;
                case "thinking": pieces.Thinking.Append(block.GetProperty("thinking").GetString()); break;
                case "tool_use": pieces.AddCall(block, block.GetProperty("input").GetRawText()); break;
            }
        }

        pieces.AddUsage(body.GetProperty("usage"));
        return pieces.Summarise(body.GetProperty("stop_reason").GetString()!);
    }

    public static AnswerSummary Stream(byte[] stream)
    {
        var pieces = new Pieces();
        var open = new Dictionary<int, (JsonElement Start, string Input)>();
        var reason = "";
        foreach (var line in Encoding.UTF8.GetString(stream).Split('\n'))
        {
            if (!line.StartsWith("data:", StringComparison.Ordinal))
            {
                continue;
            }

            var data = JsonDocument.Parse(line[5..]).RootElement;
            var index = data.TryGetProperty("index", out var i) ? i.GetInt32() : -1;
            switch (data.GetProperty("type").GetString())
            {
                case "message_start":
                    pieces.AddUsage(data.GetProperty("message").GetProperty("usage"));
                    break;
                case "content_block_start":
                    open[index] = (data.GetProperty("content_block"), "");
                    break;
                case "content_block_delta":
                    var delta = data.GetProperty("delta");
                    switch (delta.GetProperty("type").GetString())
                    {
                        case "text_delta": pieces.Text.Append(delta.GetProperty("text").GetString()); break;
                        case "thinking_delta": pieces.Thinking.Append(delta.GetProperty("thinking").GetString()); break;
                        case "input_json_delta": open[index] = (open[index].Start, open[index].Input + delta.GetProperty("partial_json").GetString()); break;
                    }

                    break;
                case "content_block_stop" when open[index].Start.GetProperty("type").GetString() == "tool_use":
                    pieces.AddCall(open[index].Start, open[index].Input.Length == 0 ? "{}" : open[index].Input);
                    break;
                case "message_delta":
                    reason = data.GetProperty("delta").GetProperty("stop_reason").GetString()!;
                    pieces.AddUsage(data.GetProperty("usage"));
                    break;
                case "message_stop":
                    return pieces.Summarise(reason);
            }
        }

        throw new InvalidOperationException("no message_stop");
    }

    public static AnswerSummary Summarise(ChatResponse response)
    {
        var contents = response.Messages[0].Contents;
        var calls = contents.OfType<FunctionCallContent>().Select(static c => CallText(c.CallId, c.Name, Contents.ArgumentsText(c)));
        return new AnswerSummary(
            response.Text, string.Concat(contents.OfType<TextReasoningContent>().Select(static r => r.Text)), string.Join(';', calls),
            response.FinishReason!.Value.Value, UsageText(response.Usage!));
    }

    public static AnswerSummary Summarise(Collected answer) => new(
        answer.Text, answer.Reasoning, string.Join(';', answer.Calls.Select(static c => CallText(c.Id, c.Name, c.Arguments))),
        answer.Finish!.Value.Value, UsageText(answer.Usage!));

    /// <summary>A conversation as text, for comparison.</summary>
    public static string Conversation(DialectRequest request)
    {
        var text = new StringBuilder();
        foreach (var message in request.Messages)
        {
            text.Append(message.Role).Append('\n');
            foreach (var content in message.Contents)
            {
                text.Append("  ").Append(ContentText(content)).Append(PropertiesText(content.AdditionalProperties)).Append('\n');
            }
        }

        return text.ToString();
    }

    public static string OptionsText(ChatOptions options)
    {
        var tools = (options.Tools ?? []).Select(static tool => tool switch
        {
            OpaqueTool opaque => Minified(opaque.Raw),
            ToolDeclaration function => $"{function.Name} {function.Description} {Minified(function.JsonSchema)} {string.Join(',', function.AdditionalProperties.Select(static p => p.Key + "=" + ValueText(p.Value)))}",
            _ => tool.Name,
        });
        var choice = options.ToolMode is RequiredChatToolMode required ? "required " + required.RequiredFunctionName : options.ToolMode?.GetType().Name;
        var schema = (options.ResponseFormat as ChatResponseFormatJson)?.Schema is { } element ? Minified(element) : "";
        return $"{options.MaxOutputTokens} {options.Temperature} {options.TopP} {options.TopK} [{string.Join('|', options.StopSequences ?? [])}] {choice} {options.AllowMultipleToolCalls} "
            + $"{options.Reasoning?.Effort} {options.Reasoning?.Output} {schema}{PropertiesText(options.AdditionalProperties)}\n{string.Join('\n', tools)}";
    }

    private static string ContentText(AIContent content) => content switch
    {
        TextContent text => "text " + text.Text,
        TextReasoningContent reasoning => $"reasoning {reasoning.Text} {reasoning.ProtectedData}",
        FunctionCallContent call => "call " + CallText(call.CallId, call.Name, Contents.ArgumentsText(call)),
        FunctionResultContent { Result: List<AIContent> parts } result => $"result {result.CallId} {string.Join(',', parts.Select(ContentText))}",
        FunctionResultContent result => $"result {result.CallId} {result.Result}",
        DataContent data => $"data {data.Name} {data.Uri}",
        UriContent uri => $"uri {uri.MediaType} {uri.Uri}",
        HostedFileContent file => $"file {file.FileId} {file.MediaType} {file.Name}",
        OpaqueContent opaque => $"opaque {opaque.Type} {Minified(opaque.Raw)}",
        _ => content.GetType().Name,
    };

    private static string PropertiesText(AdditionalPropertiesDictionary? properties) =>
        string.Concat((properties ?? []).Where(static p => p.Key != Vocabulary.RawArguments)
            .OrderBy(static p => p.Key, StringComparer.Ordinal).Select(static p => $" {p.Key}={ValueText(p.Value)}"));

    private static object? ValueText(object? value) => value is JsonElement element ? Minified(element) : value;

    private static string CallText(string id, string name, string arguments) => $"{id} {name} {Minified(JsonDocument.Parse(arguments).RootElement)}";

    private static string Minified(JsonElement element) => AnthropicHarness.Written(element.WriteTo).GetRawText();

    private static string UsageText(UsageDetails usage)
    {
        long? Additional(string name) => usage.AdditionalCounts is { } counts && counts.TryGetValue(name, out var value) ? value : null;
        return $"in {usage.InputTokenCount} out {usage.OutputTokenCount} read {usage.CachedInputTokenCount ?? 0} write {Additional(Vocabulary.CacheWriteTokens) ?? 0} "
            + $"hour {Additional(Vocabulary.CacheWriteHourTokens) ?? 0} thought {usage.ReasoningTokenCount}";
    }

    private sealed class Pieces
    {
        private readonly Dictionary<string, long> _usage = [];
        private readonly List<string> _calls = [];

        public StringBuilder Text { get; } = new();

        public StringBuilder Thinking { get; } = new();

        public void AddCall(JsonElement block, string arguments) =>
            _calls.Add(CallText(block.GetProperty("id").GetString()!, block.GetProperty("name").GetString()!, arguments));

        public void AddUsage(JsonElement usage)
        {
            foreach (var count in usage.EnumerateObject())
            {
                if (count.Value.ValueKind == JsonValueKind.Number && count.Value.TryGetInt64(out var number))
                {
                    _usage[count.Name] = number;
                }
                else if (count.Value.ValueKind == JsonValueKind.Object && count.Name is "cache_creation" or "output_tokens_details")
                {
                    AddUsage(count.Value);
                }
            }
        }

        public AnswerSummary Summarise(string reason)
        {
            long Count(string name) => _usage.GetValueOrDefault(name);
            var finish = reason switch
            {
                "end_turn" or "stop_sequence" => "stop",
                "max_tokens" => "length",
                "tool_use" => "tool_calls",
                "refusal" => "content_filter",
                _ => reason,
            };
            var input = Count("input_tokens") + Count("cache_read_input_tokens") + Count("cache_creation_input_tokens");
            var thought = _usage.TryGetValue("thinking_tokens", out var tokens) ? tokens.ToString(System.Globalization.CultureInfo.InvariantCulture) : "";
            return new AnswerSummary(
                Text.ToString(), Thinking.ToString(), string.Join(';', _calls), finish,
                $"in {input} out {Count("output_tokens")} read {Count("cache_read_input_tokens")} write {Count("cache_creation_input_tokens")} hour {Count("ephemeral_1h_input_tokens")} thought {thought}");
        }
    }
}
