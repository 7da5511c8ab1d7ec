using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Inference.ChatTemplates;

/// <summary>A message as templates see it.</summary>
/// <param name="Role">system, user, assistant, tool, or what else the request says.</param>
/// <param name="Content">Its texts, one after the other; null where there are only tool calls.</param>
internal sealed record PromptMessage(string Role, string? Content)
{
    /// <summary>What an assistant thought before its answer.</summary>
    public string? Reasoning { get; init; }

    public IReadOnlyList<FunctionCallContent> ToolCalls { get; init; } = [];

    /// <summary>Of a tool's result: the call that it answers.</summary>
    public string? ToolCallId { get; init; }

    /// <summary>Of a tool's result: the function that was called.</summary>
    public string? Name { get; init; }

    /// <summary>The messages of a request; each tool result becomes a message of its own, as templates expect it.</summary>
    /// <returns>Null and a fault for none at all, or for parts that are no text.</returns>
    public static List<PromptMessage>? Read(IReadOnlyList<ChatMessage> messages, out EngineFault? fault)
    {
        fault = messages.Count > 0 ? null : new EngineFault(EngineFaultKind.InvalidRequest, "There are no messages. Send at least one.");
        var result = new List<PromptMessage>(messages.Count);
        var functions = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < messages.Count && fault is null; i++)
        {
            fault = Add(result, messages[i], i, functions);
        }

        return fault is null ? result : null;
    }

    /// <summary>Puts system messages before the next user message, for templates that have no such role.</summary>
    /// <param name="messages">Any.</param>
    /// <param name="prefix">Before the system message's text.</param>
    /// <param name="suffix">Between it and the user's.</param>
    public static List<PromptMessage> FoldSystem(List<PromptMessage> messages, string prefix, string suffix)
    {
        var folded = new List<PromptMessage>(messages.Count);
        var pending = new StringBuilder();
        foreach (var message in messages)
        {
            if (message.Role == "system")
            {
                pending.Append(prefix).Append(message.Content).Append(suffix);
            }
            else if (message.Role == "user")
            {
                folded.Add(pending.Length == 0 ? message : message with { Content = pending + message.Content });
                pending.Clear();
            }
            else
            {
                folded.Add(message);
            }
        }

        if (pending.Length > 0)
        {
            folded.Add(new PromptMessage("user", pending.ToString()[..^suffix.Length]));
        }

        return folded;
    }

    private static EngineFault? Add(List<PromptMessage> result, ChatMessage message, int index, Dictionary<string, string> functions)
    {
        var text = new StringBuilder();
        var reasoning = new StringBuilder();
        var calls = new List<FunctionCallContent>();
        var results = new List<PromptMessage>();
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case TextContent part:
                    text.Append(part.Text);
                    break;
                case TextReasoningContent thought:
                    reasoning.Append(thought.Text);
                    break;
                case FunctionCallContent call:
                    calls.Add(call);
                    functions[call.CallId] = call.Name;
                    break;
                case FunctionResultContent answer when ResultText(answer.Result) is { } answered:
                    results.Add(new PromptMessage("tool", answered) { ToolCallId = answer.CallId, Name = functions.GetValueOrDefault(answer.CallId) });
                    break;
                case UsageContent:
                    break;
                default:
                    return new EngineFault(
                        EngineFaultKind.Unsupported,
                        $"Message {index + 1} has a part that is no text ({content.GetType().Name}). Models in this process take text only: send its text, or choose a model that takes such parts.");
            }
        }

        if (results.Count == 0 || text.Length > 0 || calls.Count > 0)
        {
            result.Add(new PromptMessage(RoleName(message.Role), text.Length == 0 && calls.Count > 0 ? null : text.ToString())
            {
                Reasoning = reasoning.Length > 0 ? reasoning.ToString() : null,
                ToolCalls = calls,
                Name = message.AuthorName,
            });
        }

        result.AddRange(results);
        return null;
    }

    /// <summary>OpenAI's newer name for the system's role is one that no open model knows.</summary>
    private static string RoleName(ChatRole role)
    {
        var name = role.Value.ToLowerInvariant();
        return name == "developer" ? "system" : name;
    }

    private static string? ResultText(object? result) => result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString(),
        JsonElement json => json.ValueKind == JsonValueKind.Undefined ? "" : json.GetRawText(),
        TextContent part => part.Text,
        IEnumerable<AIContent> parts => parts.All(part => part is TextContent) ? string.Concat(parts.Select(part => ((TextContent)part).Text)) : null,
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => result.ToString(),
    };
}
