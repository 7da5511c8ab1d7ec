using System.Text.Json;

namespace Signalbox.Dialects.Gemini;

/// <summary>Counting a prompt's tokens: <c>countTokens</c>, with the contents alone or with a whole request.</summary>
internal static class GeminiTokenCount
{
    public static string Path(string upstream) => GeminiModels.Path(upstream, "countTokens");

    /// <summary>Reads a caller's request. Null when <paramref name="problems"/> has an error.</summary>
    public static DialectRequest? ReadRequest(InboundRequest inbound, ReadProblems problems)
    {
        var field = GeminiFields.Of(inbound.Body, "generateContentRequest");
        if (!GeminiFields.TryGet(inbound.Body, field, out var whole))
        {
            return GeminiRequestReader.Read(inbound, problems);
        }

        problems.Enter(field);
        var request = GeminiRequestReader.Read(inbound with { Body = whole }, problems);
        problems.Leave();
        return request;
    }

    public static void WriteRequest(OutboundRequest outbound, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("generateContentRequest"u8);
        json.WriteString("model"u8, "models/" + GeminiModels.Bare(outbound.Upstream));
        GeminiRequestWriter.WriteFields(outbound, json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The count in a provider's answer; null (and a problem) where there is none.</summary>
    public static int? Read(JsonElement body, ReadProblems problems)
    {
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var count = problems.Int(body, "totalTokens");
        if (count is null)
        {
            problems.Fail("totalTokens", "is required");
        }

        return count;
    }

    public static void Write(int count, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("totalTokens"u8, count);
        json.WriteEndObject();
    }
}
