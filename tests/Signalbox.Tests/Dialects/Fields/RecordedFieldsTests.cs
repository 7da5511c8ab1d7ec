using System.Text;
using System.Text.Json;
using Signalbox.Dialects.Fields;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Fields;

/// <summary>Fields that clients really send and providers really answer with, beyond what the schemas publish.</summary>
public sealed class RecordedFieldsTests
{
    // Providers that speak another's protocol add fields without number; only the owner of a protocol says what its answers have.
    private static readonly string[] OwnersOfTheirProtocol = ["openai", "anthropic", "gemini", "vertex-gemini", "ollama"];

    private readonly FieldLedger _ledger = FieldLedger.Load();
    private readonly SortedSet<string> _unknown = new(StringComparer.Ordinal);

    public static TheoryData<string, string, string> Apis => new()
    {
        { "chat", "openai-chat", nameof(FieldOperation.Chat) },
        { "completions", "openai-chat", nameof(FieldOperation.Completion) },
        { "embeddings", "openai-chat", nameof(FieldOperation.Embedding) },
        { "responses", "openai-responses", nameof(FieldOperation.Chat) },
        { "messages", "anthropic-messages", nameof(FieldOperation.Chat) },
        { "rawPredict", "anthropic-messages", nameof(FieldOperation.Chat) },
        { "generateContent", "gemini", nameof(FieldOperation.Chat) },
        { "streamGenerateContent", "gemini", nameof(FieldOperation.Chat) },
        { "embedContent", "gemini", nameof(FieldOperation.Embedding) },
        { "ollama_chat", "ollama", nameof(FieldOperation.Chat) },
        { "ollama_generate", "ollama", nameof(FieldOperation.Completion) },
        { "ollama_embed", "ollama", nameof(FieldOperation.Embedding) },
    };

    [Theory]
    [MemberData(nameof(Apis))]
    public void Every_field_of_a_recorded_request_has_a_verdict(string api, string dialect, string operationName)
    {
        var bodies = Recorded(api).Select(recording => recording.RequestBody).Where(body => body.ValueKind == JsonValueKind.Object).ToList();
        Assert.NotEmpty(bodies);
        foreach (var body in bodies)
        {
            Walk(body, "", new Shape(dialect, FieldDirection.Request, Enum.Parse<FieldOperation>(operationName)));
        }

        Assert.Empty(_unknown);
    }

    [Theory]
    [MemberData(nameof(Apis))]
    public void Every_field_of_a_recorded_answer_has_a_verdict(string api, string dialect, string operationName)
    {
        var operation = Enum.Parse<FieldOperation>(operationName);
        foreach (var recording in Recorded(api).Where(recording => recording.Status == 200 && OwnersOfTheirProtocol.Contains(recording.Provider)))
        {
            if (recording.Streaming)
            {
                foreach (var chunk in Chunks(recording))
                {
                    Walk(chunk, KindOf(chunk, dialect), new Shape(dialect, FieldDirection.Stream, operation));
                }
            }
            else
            {
                Walk(recording.AnswerJson, "", new Shape(dialect, FieldDirection.Response, operation));
            }
        }

        Assert.Empty(_unknown);
    }

    private static IReadOnlyList<Recording> Recorded(string api)
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        return Recordings.Of([api]);
    }

    /// <summary>The JSON of a stream: lines of SSE or NDJSON, or one array.</summary>
    private static IEnumerable<JsonElement> Chunks(Recording recording)
    {
        var text = Encoding.UTF8.GetString(recording.Answer).Trim();
        if (text.StartsWith('['))
        {
            return JsonDocument.Parse(text).RootElement.EnumerateArray();
        }

        var lines = text.Split('\n').Select(line => line.Trim()).Select(line => line.StartsWith("data:", StringComparison.Ordinal) ? line[5..].Trim() : line);
        return lines.Where(line => line.StartsWith('{')).Select(line => JsonDocument.Parse(line).RootElement);
    }

    private static string KindOf(JsonElement chunk, string dialect) =>
        dialect is "openai-responses" or "anthropic-messages" ? $"[type={chunk.GetProperty("type").GetString()}]" : "";

    private void Walk(JsonElement value, string path, Shape shape)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
            {
                var name = string.Concat(property.Name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
                var field = path.Length == 0 ? name : $"{path}.{name}";
                if (_ledger.TargetsOf(shape.Dialect, shape.Operation).Any(target => _ledger.Find(shape.Dialect, shape.Direction, field, target, shape.Operation) is null))
                {
                    _unknown.Add(field);
                }
                else
                {
                    Walk(property.Value, field, shape);
                }
            }
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                var isTyped = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String;
                Walk(item, isTyped ? $"{path}[type={item.GetProperty("type").GetString()}]" : $"{path}[]", shape);
            }
        }
    }

    private sealed record Shape(string Dialect, FieldDirection Direction, FieldOperation Operation);
}
