using System.Text.Json;

namespace Signalbox.Dialects.Gemini;

/// <summary>Log probabilities: one list of chosen tokens, and beside it one list of lists of alternatives.</summary>
internal static class GeminiLogprobs
{
    /// <summary>Reads a <c>logprobsResult</c>; null where it holds nothing.</summary>
    public static List<TokenLogprob>? Read(JsonElement result)
    {
        if (!GeminiFields.TryGet(result, "chosenCandidates", out var chosen) || chosen.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var alternatives = GeminiFields.TryGet(result, "topCandidates", out var top) && top.ValueKind == JsonValueKind.Array ? top : default;
        var tokens = new List<TokenLogprob>(chosen.GetArrayLength());
        var position = 0;
        foreach (var candidate in chosen.EnumerateArray())
        {
            if (ReadToken(candidate) is { } token)
            {
                tokens.Add(token with { Top = ReadTop(alternatives, position) });
            }

            position++;
        }

        return tokens.Count == 0 ? null : tokens;
    }

    public static void Write(IReadOnlyList<TokenLogprob> tokens, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("chosenCandidates"u8);
        var hasTop = false;
        foreach (var token in tokens)
        {
            WriteToken(token, json);
            hasTop |= token.Top is not null;
        }

        json.WriteEndArray();
        if (hasTop)
        {
            json.WriteStartArray("topCandidates"u8);
            foreach (var token in tokens)
            {
                WriteTop(token.Top ?? [], json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteTop(IReadOnlyList<TokenLogprob> top, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("candidates"u8);
        foreach (var token in top)
        {
            WriteToken(token, json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteToken(TokenLogprob token, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("token"u8, token.Token);
        json.WriteNumber("logProbability"u8, token.Logprob);
        json.WriteEndObject();
    }

    private static List<TokenLogprob>? ReadTop(JsonElement alternatives, int position)
    {
        if (alternatives.ValueKind != JsonValueKind.Array || position >= alternatives.GetArrayLength()
            || !GeminiFields.TryGet(alternatives[position], "candidates", out var candidates) || candidates.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var top = new List<TokenLogprob>(candidates.GetArrayLength());
        foreach (var candidate in candidates.EnumerateArray())
        {
            if (ReadToken(candidate) is { } token)
            {
                top.Add(token);
            }
        }

        return top;
    }

    private static TokenLogprob? ReadToken(JsonElement candidate) =>
        GeminiFields.Text(candidate, "token") is { } token && GeminiFields.TryGet(candidate, "logProbability", out var value)
            && value.ValueKind == JsonValueKind.Number ? new TokenLogprob(token, value.GetDouble()) : null;
}
