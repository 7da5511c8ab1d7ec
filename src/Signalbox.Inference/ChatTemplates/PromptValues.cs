using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Inference.ChatTemplates.Jinja;

namespace Signalbox.Inference.ChatTemplates;

/// <summary>Messages and tools as the values that Hugging Face's libraries give to a template.</summary>
internal static class PromptValues
{
    /// <param name="message">The message.</param>
    /// <param name="traits">How this template wants it.</param>
    public static JinjaMap Message(PromptMessage message, TemplateTraits traits)
    {
        var pairs = new List<KeyValuePair<object?, object?>> { Pair("role", message.Role) };
        var content = message.Content ?? (traits.WantsText ? "" : null);
        pairs.Add(Pair("content", content is not null && traits.WantsParts ? new JinjaList([Map(Pair("type", "text"), Pair("text", content))]) : content));
        if (message.Reasoning is not null)
        {
            pairs.Add(Pair("reasoning_content", message.Reasoning));
        }

        if (message.ToolCalls.Count > 0)
        {
            pairs.Add(Pair("tool_calls", new JinjaList([.. message.ToolCalls.Select(Call)])));
        }

        if (message.ToolCallId is not null)
        {
            pairs.Add(Pair("tool_call_id", message.ToolCallId));
        }

        if (message.Name is not null)
        {
            pairs.Add(Pair("name", message.Name));
        }

        return new JinjaMap(pairs);
    }

    public static JinjaMap Tool(AIFunctionDeclaration tool) => Map(
        Pair("type", "function"),
        Pair("function", Map(Pair("name", tool.Name), Pair("description", tool.Description), Pair("parameters", Json(tool.JsonSchema)))));

    public static object? Json(JsonElement element, bool printsAsJson = false) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        // Each branch is an object by itself: a long would become a double beside one.
        JsonValueKind.Number => element.TryGetInt64(out var integer) ? (object)integer : element.GetDouble(),
        JsonValueKind.Array => new JinjaList([.. element.EnumerateArray().Select(item => Json(item, printsAsJson))]),
        JsonValueKind.Object => new JinjaMap(element.EnumerateObject().Select(property => Pair(property.Name, Json(property.Value, printsAsJson))), printsAsJson),
        _ => null,
    };

    private static JinjaMap Call(FunctionCallContent call)
    {
        var arguments = new JinjaMap((call.Arguments ?? new Dictionary<string, object?>()).Select(pair => Pair(pair.Key, Argument(pair.Value))), printsAsJson: true);
        return Map(Pair("id", call.CallId), Pair("type", "function"), Pair("function", Map(Pair("name", call.Name), Pair("arguments", arguments))));
    }

    private static object? Argument(object? value) => value switch
    {
        null or string or bool or long or double => value,
        JsonElement json => Json(json, printsAsJson: true),
        int number => (long)number,
        float or decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture),
        IEnumerable<KeyValuePair<string, object?>> pairs => new JinjaMap(pairs.Select(pair => Pair(pair.Key, Argument(pair.Value))), printsAsJson: true),
        IEnumerable<object?> items => new JinjaList([.. items.Select(Argument)]),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    private static KeyValuePair<object?, object?> Pair(string key, object? value) => new(key, value);

    private static JinjaMap Map(params ReadOnlySpan<KeyValuePair<object?, object?>> pairs) => new([.. pairs]);
}

/// <summary>How a template wants its messages, found out by trying.</summary>
/// <param name="HasSystemRole">Whether it writes system messages; otherwise they go before the user's.</param>
/// <param name="WantsParts">Whether it takes content as a list of parts only.</param>
/// <param name="WantsText">Whether it takes no message without content, such as one of tool calls alone.</param>
internal readonly record struct TemplateTraits(bool HasSystemRole, bool WantsParts, bool WantsText);
