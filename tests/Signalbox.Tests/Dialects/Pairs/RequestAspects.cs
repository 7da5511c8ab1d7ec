using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Pairs;

/// <summary>
/// What a request says, aspect by aspect, as text that can be compared. What is not said and what is said with the meaning that it has
/// by itself (a penalty of 0, one choice, tool choice auto) is the same.
/// </summary>
internal sealed class RequestAspects
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly List<string> _ids = [];
    private readonly List<(string Id, string Text, bool IsError)> _results = [];
    private readonly StringBuilder _texts = new();
    private readonly StringBuilder _order = new();
    private readonly StringBuilder _imageOrder = new();
    private string _run = "";

    public static IReadOnlyDictionary<string, string> Of(DialectRequest request)
    {
        var aspects = new RequestAspects();
        aspects.AddMessages(request);
        aspects.AddOptions(request.Options);
        aspects.AddTools(request.Options);
        aspects.Set("stream", request.Stream);
        return aspects._values;
    }

    private void AddMessages(DialectRequest request)
    {
        var system = new List<string>();
        if (request.Options.Instructions is { Length: > 0 } instructions)
        {
            system.Add(instructions);
        }

        var (images, calls, thoughts) = (new List<string>(), new List<string>(), new StringBuilder());
        foreach (var message in request.Messages)
        {
            if (message.Role == ChatRole.System || message.Role == Vocabulary.Developer)
            {
                system.Add(message.Text);
                continue;
            }

            foreach (var content in message.Contents)
            {
                switch (content)
                {
                    case TextContent text when text.Text.Length > 0: AddText(message.Role, text.Text); break;
                    case TextReasoningContent thought: thoughts.Append(thought.Text); break;
                    case DataContent data: images.Add(data.Uri); AddOrder(_imageOrder, message.Role, "data"); break;
                    case FunctionCallContent call: _ids.Add(call.CallId); calls.Add($"{call.Name} {Canonical(Contents.ArgumentsText(call))}"); AddOrder(message.Role, "call"); break;
                    case FunctionResultContent result: AddResult(result); break;
                    case TextContent: break;
                    default: AddOrder(message.Role, content.GetType().Name); break;
                }
            }
        }

        Set("system", string.Join("\n\n", system));
        Set("texts", _texts);
        Set("order", _order);
        Set("order.images", _imageOrder);
        Set("images", string.Join(' ', images));
        Set("calls", string.Join('\n', calls));
        Set("results", string.Join('\n', InOrderOfCalls(result => Canonical(result.Text))));
        Set("results.is_error", string.Join('\n', InOrderOfCalls(result => result.IsError ? "error" : "")));
        Set("messages.reasoning", thoughts);
    }

    /// <summary>Consecutive messages of a role are one turn: some protocols let nobody speak twice.</summary>
    private void AddText(ChatRole role, string text)
    {
        AddOrder(role, "text");
        if (_run != role.Value)
        {
            _texts.Append(CultureInfo.InvariantCulture, $"\n{role}: ");
            _run = role.Value;
        }

        _texts.Append(text);
    }

    private void AddOrder(ChatRole role, string kind)
    {
        AddOrder(_order, role, kind);
        AddOrder(_imageOrder, role, kind);
    }

    private static void AddOrder(StringBuilder order, ChatRole role, string kind)
    {
        var step = $"{role}.{kind} ";
        if (kind != "text" || !order.ToString().EndsWith(step, StringComparison.Ordinal))
        {
            order.Append(step);
        }
    }

    private void AddResult(FunctionResultContent result)
    {
        _run = "";
        AddOrder(ChatRole.Tool, "result");
        _results.Add((result.CallId, Contents.ResultText(result), Vocabulary.Get<bool?>(result.AdditionalProperties, Vocabulary.IsError) is true));
    }

    /// <summary>Results belong to their calls, in whatever order they come. Ids may be others than before, so that calls count by place.</summary>
    private IEnumerable<string> InOrderOfCalls(Func<(string Id, string Text, bool IsError), string> text) =>
        _results.Select(result => (Place: _ids.IndexOf(result.Id), Text: text(result))).OrderBy(result => result.Place).Where(result => result.Text.Length > 0).Select(result => $"{result.Place} {result.Text}");

    private void AddOptions(ChatOptions options)
    {
        Set("temperature", options.Temperature);
        Set("top_p", options.TopP);
        Set("top_k", options.TopK);
        Set("frequency_penalty", options.FrequencyPenalty is 0 ? null : options.FrequencyPenalty);
        Set("presence_penalty", options.PresencePenalty is 0 ? null : options.PresencePenalty);
        Set("seed", options.Seed);
        Set("max_tokens", options.MaxOutputTokens);
        Set("stop", string.Join('|', options.StopSequences ?? []));
        Set("user", Extra<string>(options, Vocabulary.User));
        Set("n", Extra<int?>(options, Vocabulary.ChoiceCount) is 1 ? null : Extra<int?>(options, Vocabulary.ChoiceCount));
        Set("logprobs", Extra<bool?>(options, Vocabulary.Logprobs) is true ? $"top {Extra<int?>(options, Vocabulary.TopLogprobs) ?? 0}" : null);
        // No thinking and a budget of none are the same.
        Set("reasoning", $"{Extra<string>(options, Vocabulary.Effort)} {Extra<int?>(options, Vocabulary.ThinkingBudget)}".Trim() is var asked && asked is "0" ? "none" : asked);
        var format = options.ResponseFormat as ChatResponseFormatJson;
        Set("format", format is null ? null : format.Schema is { } schema ? Canonical(schema.GetRawText()) : "json");
    }

    private void AddTools(ChatOptions options)
    {
        var tools = options.Tools ?? [];
        Set("tools", string.Join('\n', tools.Select(tool => $"{tool.Name}: {tool.Description}")));
        Set("tools.schema", string.Join('\n', tools.OfType<AIFunctionDeclaration>().Select(tool => Canonical(tool.JsonSchema.GetRawText()))));
        Set("tools.strict", string.Join(' ', tools.OfType<ToolDeclaration>().Where(tool => tool.Strict is true).Select(tool => tool.Name)));
        Set("tool_choice", options.ToolMode switch
        {
            RequiredChatToolMode { RequiredFunctionName: { } name } => "named " + name,
            RequiredChatToolMode => "required",
            NoneChatToolMode => "none",
            _ => null,
        });
        Set("parallel_tool_calls", options.AllowMultipleToolCalls is false && options.ToolMode is not NoneChatToolMode ? "no" : null);
    }

    private static T? Extra<T>(ChatOptions options, string name) => Vocabulary.Get<T>(options.AdditionalProperties, name);

    private void Set(string aspect, object? value)
    {
        if (Convert.ToString(value, CultureInfo.InvariantCulture) is { Length: > 0 } text)
        {
            _values[aspect] = text;
        }
    }

    /// <summary>JSON without regard to blank space and the order of members; other text as it is.</summary>
    private static string Canonical(string text)
    {
        try
        {
            return StreamChecks.Json(json => Write(JsonDocument.Parse(text).RootElement, json));
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static void Write(JsonElement value, Utf8JsonWriter json)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    Write(member.Value, json);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(item, json);
                }

                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
