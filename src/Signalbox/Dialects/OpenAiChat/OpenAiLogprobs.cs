using System.Text;
using System.Text.Json;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Log probabilities as chat completions and the Responses API write them.</summary>
internal static class OpenAiLogprobs
{
    /// <summary>Reads <c>{content: [...]}</c>; null where there are none.</summary>
    public static List<TokenLogprob>? Read(JsonElement logprobs) =>
        logprobs.ValueKind == JsonValueKind.Object && logprobs.TryGetProperty("content", out var content) ? ReadList(content) : null;

    /// <summary>Reads a list of tokens; null where it is none.</summary>
    public static List<TokenLogprob>? ReadList(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            return null;
        }

        var tokens = new List<TokenLogprob>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("token", out var token) && token.ValueKind == JsonValueKind.String
                && item.TryGetProperty("logprob", out var logprob) && logprob.ValueKind == JsonValueKind.Number)
            {
                var top = item.TryGetProperty("top_logprobs", out var alternatives) ? ReadList(alternatives) : null;
                tokens.Add(new TokenLogprob(token.GetString()!, logprob.GetDouble(), top));
            }
        }

        return tokens;
    }

    public static void WriteList(IReadOnlyList<TokenLogprob> tokens, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var token in tokens)
        {
            WriteToken(token, json);
            json.WriteStartArray("top_logprobs"u8);
            foreach (var alternative in token.Top ?? [])
            {
                WriteToken(alternative, json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteToken(TokenLogprob token, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("token"u8, token.Token);
        json.WriteNumber("logprob"u8, token.Logprob);
        json.WriteStartArray("bytes"u8);
        foreach (var b in Encoding.UTF8.GetBytes(token.Token))
        {
            json.WriteNumberValue(b);
        }

        json.WriteEndArray();
    }
}
