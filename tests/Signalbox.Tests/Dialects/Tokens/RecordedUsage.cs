using System.Text;
using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Tokens;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Tokens;

/// <summary>A recorded request with the input tokens that its provider stated.</summary>
internal sealed record RecordedUsage(string Id, string Model, TokenizerFamily Family, DialectRequest Request, int Tokens)
{
    public int Estimate => RequestCensus.Of(Request).Tokens(Family);

    /// <summary>Whether there is nothing but messages in the request, and no template of which much is known to be hidden.</summary>
    public bool IsPlainText => RequestCensus.Of(Request) is { Tools: 0, ToolTurns: 0, FormatText.Characters: 0 };

    /// <summary>What a token every four characters, and four a message, would say.</summary>
    public int FourCharactersRule
    {
        get
        {
            var census = RequestCensus.Of(Request);
            return (int)((census.Text.Characters + census.ToolText.Characters + census.PastReasoning.Characters + census.FormatText.Characters + 3) / 4) + (4 * census.Messages);
        }
    }

    private static readonly Dictionary<string, string> DialectOfApi = new()
    {
        ["chat"] = "openai-chat", ["responses"] = "openai-responses", ["messages"] = "anthropic-messages", ["rawPredict"] = "anthropic-messages",
        ["generateContent"] = "gemini", ["streamGenerateContent"] = "gemini", ["ollama_chat"] = "ollama",
    };

    /// <summary>What providers add that no request shows: their own searches, cached or stored conversations, media that the recording cut.</summary>
    private static readonly string[] NotInTheRequest = ["web_search", "google_search", "googleSearch", "previous_response_id", "\"type\":\"mcp\"", "\"url\"", "image", "audio", "inlineData", "inline_data", "file"];

    public static IReadOnlyList<RecordedUsage> All()
    {
        var found = new List<RecordedUsage>();
        foreach (var recording in Recordings.Of([.. DialectOfApi.Keys]))
        {
            if (recording.RequestBody.ValueKind != JsonValueKind.Object || recording.Status != 200)
            {
                continue;
            }

            var text = recording.RequestBody.GetRawText();
            var tokens = StatedTokens(Encoding.UTF8.GetString(recording.Answer));
            if (tokens is null || IsCut(recording.RequestBody) || NotInTheRequest.Any(word => text.Contains(word, StringComparison.Ordinal)))
            {
                continue;
            }

            var dialect = DialectSet.Find(DialectOfApi[recording.Api])!;
            var problems = new ReadProblems();
            var model = recording.RequestBody.TryGetProperty("model", out var named) ? named.GetString()! : recording.Path;
            var request = dialect.ReadRequest(dialect.HasModelInBody ? new InboundRequest(recording.RequestBody, model) : new InboundRequest(recording.RequestBody, model, false), problems);
            if (request is not null && problems.Error is null)
            {
                found.Add(new RecordedUsage(recording.Id, model, TokenizerFamilies.OfModel(model), request, tokens.Value));
            }
        }

        return found;
    }

    /// <summary>The first count in an answer or its stream; null where there is none or where a part of the input was cached apart from it.</summary>
    private static int? StatedTokens(string answer)
    {
        foreach (var line in answer.Split('\n'))
        {
            var json = line.StartsWith("data:", StringComparison.Ordinal) ? line[5..].Trim() : line.Trim();
            if (Find(answer.StartsWith('{') && !line.StartsWith('{') ? answer : json) is { } tokens)
            {
                return tokens > 0 ? tokens : null;
            }
        }

        return Find(answer);
    }

    private static int? Find(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Find(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? Find(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var name in (string[])["prompt_tokens", "input_tokens", "promptTokenCount", "prompt_eval_count"])
        {
            if (element.TryGetProperty(name, out var count) && count.ValueKind == JsonValueKind.Number && count.GetInt32() > 0)
            {
                return count.GetInt32() + Extra(element, "cache_read_input_tokens") + Extra(element, "cache_creation_input_tokens");
            }
        }

        foreach (var property in element.EnumerateObject())
        {
            if (property.Name is "usage" or "usageMetadata" or "message" or "response" && Find(property.Value) is { } tokens)
            {
                return tokens;
            }
        }

        return null;
    }

    /// <summary>The recordings cut longer texts to 2,000 characters.</summary>
    private static bool IsCut(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => json.GetString()!.Length >= 2000,
        JsonValueKind.Array => json.EnumerateArray().Any(IsCut),
        JsonValueKind.Object => json.EnumerateObject().Any(static property => IsCut(property.Value)),
        _ => false,
    };

    private static int Extra(JsonElement usage, string name) => usage.TryGetProperty(name, out var count) && count.ValueKind == JsonValueKind.Number ? count.GetInt32() : 0;
}
