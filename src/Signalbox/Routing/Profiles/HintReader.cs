using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Configuration.Fields;
using Signalbox.Dialects;

namespace Signalbox.Routing.Profiles;

/// <summary>
/// Reads what a caller said: <c>x-signalbox-*</c> headers, the body's <c>signalbox</c> object, or <c>ChatOptions</c> in process.
/// Where header and body both say something, the header wins; of two sensitivities the higher wins.
/// </summary>
internal static class HintReader
{
    /// <summary>Reads headers and body; null and an error that names the field where a value is wrong.</summary>
    /// <param name="headers">All headers that start with <c>x-signalbox-</c>, in any case. Others are passed over.</param>
    /// <param name="body">The caller's parsed body, or default.</param>
    /// <param name="words">The words that are allowed now.</param>
    /// <param name="error">The first problem.</param>
    public static CallerHints? Read(IReadOnlyList<KeyValuePair<string, string>> headers, JsonElement body, HintWords words, out GatewayError? error)
    {
        error = null;
        var hasObject = body.ValueKind == JsonValueKind.Object && body.TryGetProperty(HintWords.BodyObject, out _);
        if (!hasObject && headers.Count == 0)
        {
            return CallerHints.None;
        }

        var draft = new HintDraft(words);
        if (hasObject)
        {
            ReadObject(body.GetProperty(HintWords.BodyObject), draft);
        }

        ReadHeaders(headers, words, draft);
        error = draft.Error;
        return error is null ? draft.Hints : null;
    }

    /// <summary>Reads the same words from <c>AdditionalProperties["signalbox.task"]</c> and its like.</summary>
    public static CallerHints? Read(ChatOptions options, HintWords words, out GatewayError? error)
    {
        error = null;
        if (options.AdditionalProperties is not { Count: > 0 } properties)
        {
            return CallerHints.None;
        }

        HintDraft? draft = null;
        foreach (var (key, value) in properties)
        {
            if (key.StartsWith(HintWords.BodyObject + ".", StringComparison.Ordinal))
            {
                ReadProperty(key, value, draft ??= new HintDraft(words));
            }
        }

        error = draft?.Error;
        return error is null ? draft?.Hints ?? CallerHints.None : null;
    }

    private static void ReadObject(JsonElement given, HintDraft draft)
    {
        if (given.ValueKind != JsonValueKind.Object)
        {
            draft.Fail(HintWords.BodyObject, $"must be an object, not {Words.For(given)}.");
            return;
        }

        foreach (var property in given.EnumerateObject())
        {
            ReadJson(property.Name, property.Value, $"{HintWords.BodyObject}.{Words.Shorten(property.Name)}", draft);
        }
    }

    private static void ReadJson(string name, JsonElement value, string field, HintDraft draft)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null when HintWords.Names.Contains(name): break;
            case JsonValueKind.String: draft.Set(name, value.GetString()!, field); break;
            case JsonValueKind.Number: draft.Set(name, value.GetRawText(), field); break;
            case JsonValueKind.Object when name == "tags":
                foreach (var tag in value.EnumerateObject())
                {
                    ReadTag(tag, field, draft);
                }

                break;
            default:
                if (!HintWords.Names.Contains(name))
                {
                    draft.Unknown(name, field);
                }

                draft.Fail(field, name == "tags" ? "must be an object of strings, or name=value,..." : $"must be a string or a number, not {Words.For(value)}.");
                break;
        }
    }

    private static void ReadTag(JsonProperty tag, string field, HintDraft draft)
    {
        var value = tag.Value;
        switch (value.ValueKind)
        {
            case JsonValueKind.String: draft.SetTag(tag.Name, value.GetString()!, field); break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False: draft.SetTag(tag.Name, value.GetRawText(), field); break;
            default: draft.Fail(field, $"must have text, numbers, true or false as values, not {Words.For(value)}."); break;
        }
    }

    private static void ReadHeaders(IReadOnlyList<KeyValuePair<string, string>> headers, HintWords words, HintDraft draft)
    {
        var seen = 0;
        for (var i = 0; i < headers.Count; i++)
        {
            var (header, value) = headers[i];
            if (!header.StartsWith(HintWords.HeaderPrefix, StringComparison.OrdinalIgnoreCase) || IsReadElsewhere(header, words))
            {
                continue;
            }

            var at = IndexOf(header);
            if (at < 0)
            {
                draft.Unknown(header[HintWords.HeaderPrefix.Length..].ToLowerInvariant().Replace('-', '_'), header.ToLowerInvariant());
                return;
            }

            var (name, field) = (HintWords.Names[at], HintWords.HeaderOf(HintWords.Names[at]));
            if ((seen & (1 << at)) != 0 && name is not ("tags" or "sensitivity"))
            {
                draft.Fail(field, "is given twice. Send it once.");
                return;
            }

            seen |= 1 << at;
            draft.Set(name, value, field);
        }
    }

    private static void ReadProperty(string key, object? value, HintDraft draft)
    {
        var name = key[(HintWords.BodyObject.Length + 1)..];
        switch (value)
        {
            case null: break;
            case string text: draft.Set(name, text, key); break;
            case JsonElement json: ReadJson(name, json, key, draft); break;
            case IEnumerable<KeyValuePair<string, string>> tags when name == "tags":
                foreach (var (tag, text) in tags)
                {
                    draft.SetTag(tag, text, key);
                }

                break;
            case TimeSpan time when name == "max_latency_ms": draft.Set(name, time.TotalMilliseconds.ToString("R", CultureInfo.InvariantCulture), key); break;
            case IFormattable number: draft.Set(name, number.ToString(null, CultureInfo.InvariantCulture), key); break;
            default: draft.Fail(key, "must be a string or a number."); break;
        }
    }

    /// <summary>Position of a header's name among the hints; -1 when it is none of them.</summary>
    private static int IndexOf(string header)
    {
        var given = header.AsSpan(HintWords.HeaderPrefix.Length);
        for (var i = 0; i < HintWords.Names.Count; i++)
        {
            var name = HintWords.Names[i];
            var j = 0;
            while (j < name.Length && j < given.Length && (name[j] == '_' ? given[j] == '-' : char.ToLowerInvariant(given[j]) == name[j]))
            {
                j++;
            }

            if (j == name.Length && j == given.Length)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsReadElsewhere(string header, HintWords words)
    {
        foreach (var other in words.OtherHeaders)
        {
            if (header.Equals(other, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
