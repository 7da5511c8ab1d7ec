using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>Turns text into a value. Returns null, or the complaint that follows the quoted text: "is not a duration ...".</summary>
internal delegate string? TextParser<T>(string text, out T value);

/// <summary>A JSON string that stands for a <typeparamref name="T"/>.</summary>
internal sealed class TextKind<T>(string expected, TextParser<T> parse, Func<T, string> format) : ConfigKind<T>
{
    private const string Hidden = "(hidden)";

    /// <summary>Its value is never printed, neither in problems nor by ToString.</summary>
    public bool IsSecret { get; init; }

    /// <summary>An empty string means: not given. Otherwise it is refused.</summary>
    public bool MayBeEmpty { get; init; }

    /// <summary>A regular expression for the schema, without anchors.</summary>
    public string? Pattern { get; init; }

    public override string Expected => expected;

    public override ReadResult<T> Read(JsonElement json, ConfigPath path, ConfigReading reading)
    {
        var text = reading.Text(json, path, expected);
        if (!text.HasValue)
        {
            return text.Outcome == ReadOutcome.Absent ? ReadResult<T>.Absent : ReadResult<T>.Failed;
        }

        var (filled, raw) = text.Value;
        if (filled.Length == 0)
        {
            return MayBeEmpty ? ReadResult<T>.Absent : reading.Fail<T>(path, $"expected {expected}, found an empty string");
        }

        return parse(filled, out var value) is { } complaint
            ? reading.Fail<T>(path, $"{(IsSecret ? "the value" : Words.Quote(raw))} {complaint}")
            : ReadResult<T>.Of(value);
    }

    public override void Write(Utf8JsonWriter json, T value, bool hideSecrets) =>
        json.WriteStringValue(IsSecret && hideSecrets ? Hidden : format(value));

    public override void WriteSchema(Utf8JsonWriter schema)
    {
        schema.WriteString("type", "string");
        if (Pattern is not null)
        {
            // Whatever holds a reference cannot be judged before it is filled.
            schema.WriteString("pattern", $@"^(?:{Pattern})$|\$\{{");
        }
        else if (!MayBeEmpty)
        {
            schema.WriteNumber("minLength", 1);
        }

        if (IsSecret)
        {
            schema.WriteBoolean("writeOnly", true);
        }
    }
}
