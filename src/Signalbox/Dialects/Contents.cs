using System.Buffers.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>Makes contents of the vocabulary out of what protocols carry, and back; shared by all dialects.</summary>
internal static class Contents
{
    /// <summary>Inline data given as base64; null (and a problem) when it is not base64.</summary>
    public static DataContent? FromBase64(string base64, string mediaType, ReadProblems problems, string field)
    {
        if (!Base64.IsValid(base64))
        {
            problems.Fail(field, "must be base64");
            return null;
        }

        return FromDataUri($"data:{mediaType};base64,{base64}", problems, field);
    }

    /// <summary>Inline data given as a data URI; null (and a problem) when it is malformed.</summary>
    public static DataContent? FromDataUri(string uri, ReadProblems problems, string field)
    {
        try
        {
            return new DataContent(uri);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            problems.Fail(field, "must be a data URI such as data:image/png;base64,...");
            return null;
        }
    }

    /// <summary>An image, file or sound by address: a data URI or an absolute URL.</summary>
    public static AIContent? FromUrl(string url, string mediaType, ReadProblems problems, string field)
    {
        if (url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return FromDataUri(url, problems, field);
        }

        if (Uri.TryCreate(url, UriKind.Absolute, out var uri))
        {
            return new UriContent(uri, mediaType);
        }

        problems.Fail(field, "must be a URL or a data URI");
        return null;
    }

    /// <summary>A tool call whose arguments came as JSON text. Text that is no JSON object is kept in <see cref="Vocabulary.RawArguments"/> alone.</summary>
    public static FunctionCallContent ToolCall(string callId, string name, string arguments)
    {
        var call = new FunctionCallContent(callId, name, ParseArguments(arguments));
        Vocabulary.Set(call, Vocabulary.RawArguments, arguments);
        return call;
    }

    /// <summary>A tool call whose arguments came as a JSON object.</summary>
    public static FunctionCallContent ToolCall(string callId, string name, JsonElement arguments)
    {
        var isObject = arguments.ValueKind == JsonValueKind.Object;
        return ToolCall(callId, name, isObject ? arguments.GetRawText() : "{}");
    }

    /// <summary>The same call with other arguments, and nothing kept of its own.</summary>
    public static FunctionCallContent WithArguments(FunctionCallContent call, string arguments)
    {
        var other = ToolCall(call.CallId, call.Name, arguments);
        foreach (var (name, value) in call.AdditionalProperties ?? [])
        {
            other.AdditionalProperties!.TryAdd(name, value);
        }

        return other;
    }

    /// <summary>The arguments as JSON text; <c>{}</c> where there are none.</summary>
    public static string ArgumentsText(FunctionCallContent call)
    {
        if (Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.RawArguments) is { } raw)
        {
            return raw.Length == 0 ? "{}" : raw;
        }

        return call.Arguments is { Count: > 0 } arguments ? ToJson(arguments) : "{}";
    }

    /// <summary>Writes the arguments as a JSON object. Text that is no object (a truncated call) becomes <c>{}</c> and is reported.</summary>
    public static void WriteArgumentsObject(FunctionCallContent call, Utf8JsonWriter json, LossReport? losses)
    {
        var text = ArgumentsText(call);
        if (call.Arguments is null && text != "{}" && ParseArguments(text) is null)
        {
            losses?.Add("tool_call.arguments", LossKind.Approximated);
            text = "{}";
        }

        json.WriteRawValue(text, skipInputValidation: true);
    }

    /// <summary>The result of a tool as text; structured results become JSON text.</summary>
    public static string ResultText(FunctionResultContent result) => result.Result switch
    {
        null => "",
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } element => element.GetString() ?? "",
        JsonElement element => element.GetRawText(),
        IEnumerable<AIContent> parts => string.Concat(parts.OfType<TextContent>().Select(static part => part.Text)),
        TextContent text => text.Text,
        var other => JsonSerializer.Serialize(other, AIJsonUtilities.DefaultOptions.GetTypeInfo(other.GetType())),
    };

    private static Dictionary<string, object?>? ParseArguments(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            var arguments = new Dictionary<string, object?>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                arguments[property.Name] = property.Value.Clone();
            }

            return arguments;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // A call cut by the token limit has truncated arguments; the raw text is kept beside it.
            return null;
        }
    }

    private static string ToJson(IDictionary<string, object?> arguments) =>
        JsonSerializer.Serialize(arguments, AIJsonUtilities.DefaultOptions.GetTypeInfo(arguments.GetType()));
}
