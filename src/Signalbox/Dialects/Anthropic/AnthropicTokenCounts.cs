using System.Text.Json;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Counting the tokens of a request before it is sent: an endpoint beside the chat call.</summary>
internal static class AnthropicTokenCounts
{
    /// <summary>Below the provider's base URL.</summary>
    public const string Path = "/v1/messages/count_tokens";

    /// <summary>The input tokens that the provider counted. Null when <paramref name="problems"/> has an error.</summary>
    public static long? ReadResponse(JsonElement body, ReadProblems problems)
    {
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var count = problems.Long(body, "input_tokens");
        if (count is null)
        {
            problems.Fail("input_tokens", "is required");
        }

        return count;
    }

    /// <summary>Writes the answer for a caller.</summary>
    public static void WriteResponse(long inputTokens, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, inputTokens);
        json.WriteEndObject();
    }
}
