using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// Results of tools. Gemini wants an object: anything else is wrapped as <c>{"result": ...}</c>, a failure as
/// <c>{"error": ...}</c>, and unwrapped on the way back (<c>output</c> is Google's other word for result).
/// </summary>
internal static class GeminiResults
{
    /// <summary>The value inside a response object, and whether it reports a failure.</summary>
    public static (object? Value, bool IsError) Unwrap(JsonElement response)
    {
        if (response.ValueKind != JsonValueKind.Object)
        {
            return ("", false);
        }

        if (!IsWrapped(response, out var inner, out var isError))
        {
            return (response, false);
        }

        return (inner.ValueKind == JsonValueKind.String ? inner.GetString() : inner, isError);
    }

    /// <summary>A result of several parts: the text first, unless there is none.</summary>
    public static List<AIContent> WithText(object? value, List<AIContent> media)
    {
        var text = value switch
        {
            string given => given,
            JsonElement { ValueKind: JsonValueKind.Object } element when !element.EnumerateObject().MoveNext() => "",
            JsonElement element => element.GetRawText(),
            _ => "",
        };
        if (text.Length > 0)
        {
            media.Insert(0, new TextContent(text));
        }

        return media;
    }

    /// <summary>Writes the value of <c>response</c>.</summary>
    public static void Write(FunctionResultContent result, Utf8JsonWriter json)
    {
        var isError = Vocabulary.Get<bool?>(result.AdditionalProperties, Vocabulary.IsError) is true;
        var structured = Structured(result.Result);
        if (!isError && structured is { ValueKind: JsonValueKind.Object } whole && !IsWrapped(whole, out _, out _))
        {
            whole.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        if (structured is { } value)
        {
            json.WritePropertyName(isError ? "error"u8 : "result"u8);
            value.WriteTo(json);
        }
        else if (Contents.ResultText(result) is { } text && (text.Length > 0 || result.Result is not IEnumerable<AIContent>))
        {
            json.WriteString(isError ? "error"u8 : "result"u8, text);
        }

        json.WriteEndObject();
    }

    /// <summary>The images and files of a result.</summary>
    public static IEnumerable<AIContent> MediaOf(FunctionResultContent result) =>
        result.Result is IEnumerable<AIContent> parts ? parts.Where(static part => part is DataContent or UriContent or HostedFileContent) : [];

    /// <summary>A result that is JSON and no text; values of in-process tools become JSON first.</summary>
    private static JsonElement? Structured(object? result) => result switch
    {
        null or string or IEnumerable<AIContent> or TextContent or JsonElement { ValueKind: JsonValueKind.String or JsonValueKind.Undefined } => null,
        JsonElement element => element,
        _ => JsonSerializer.SerializeToElement(result, AIJsonUtilities.DefaultOptions.GetTypeInfo(result.GetType())),
    };

    private static bool IsWrapped(JsonElement response, out JsonElement inner, out bool isError)
    {
        inner = default;
        isError = false;
        var properties = response.EnumerateObject();
        if (!properties.MoveNext())
        {
            return false;
        }

        var only = properties.Current;
        isError = only.NameEquals("error"u8);
        inner = only.Value;
        return !properties.MoveNext() && (isError || only.NameEquals("result"u8) || only.NameEquals("output"u8));
    }
}
