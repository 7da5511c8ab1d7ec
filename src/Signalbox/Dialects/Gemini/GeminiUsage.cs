using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// Token counts as Gemini states them. Thoughts are counted beside the answer and tool prompts beside the prompt; the
/// vocabulary's totals include both. A count that is absent is unknown, not 0.
/// </summary>
internal readonly record struct GeminiUsage(long? Prompt, long? ToolPrompt, long? Cached, long? Answer, long? Thoughts, long? Total)
{
    /// <summary>Reads the object that the reader stands on; a null or another value states nothing.</summary>
    public static GeminiUsage Read(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return default;
        }

        long? prompt = null, toolPrompt = null, cached = null, answer = null, thoughts = null, total = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("promptTokenCount"u8))
            {
                prompt = Count(ref json);
            }
            else if (json.ValueTextEquals("candidatesTokenCount"u8))
            {
                answer = Count(ref json);
            }
            else if (json.ValueTextEquals("totalTokenCount"u8))
            {
                total = Count(ref json);
            }
            else if (json.ValueTextEquals("thoughtsTokenCount"u8))
            {
                thoughts = Count(ref json);
            }
            else if (json.ValueTextEquals("cachedContentTokenCount"u8))
            {
                cached = Count(ref json);
            }
            else if (json.ValueTextEquals("toolUsePromptTokenCount"u8))
            {
                toolPrompt = Count(ref json);
            }
            else
            {
                json.Read();
                json.Skip();
            }
        }

        return new GeminiUsage(prompt, toolPrompt, cached, answer, thoughts, total);
    }

    public static GeminiUsage Read(JsonElement usage)
    {
        var json = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(usage));
        json.Read();
        return Read(ref json);
    }

    /// <summary>The counts in the vocabulary's terms; null where nothing is stated (Vertex names only its traffic type at first).</summary>
    public UsageDetails? ToDetails() => Prompt is null && Answer is null && Thoughts is null && Total is null ? null : new UsageDetails
    {
        InputTokenCount = Prompt + (ToolPrompt ?? 0),
        CachedInputTokenCount = Cached,
        OutputTokenCount = Answer is null && Thoughts is null ? null : (Answer ?? 0) + (Thoughts ?? 0),
        ReasoningTokenCount = Thoughts,
        TotalTokenCount = Total,
    };

    /// <summary>Writes counts for a caller.</summary>
    public static void Write(UsageDetails usage, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteCount("promptTokenCount", usage.InputTokenCount, json);
        WriteCount("cachedContentTokenCount", usage.CachedInputTokenCount, json);
        WriteCount("candidatesTokenCount", usage.OutputTokenCount is { } output ? Math.Max(0, output - (usage.ReasoningTokenCount ?? 0)) : null, json);
        WriteCount("thoughtsTokenCount", usage.ReasoningTokenCount, json);
        WriteCount("totalTokenCount", usage.TotalTokenCount ?? (usage.InputTokenCount + usage.OutputTokenCount), json);
        json.WriteEndObject();
    }

    private static void WriteCount(string name, long? count, Utf8JsonWriter json)
    {
        if (count is { } known)
        {
            json.WriteNumber(name, known);
        }
    }

    private static long? Count(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var count))
        {
            return count;
        }

        json.Skip();
        return null;
    }
}
