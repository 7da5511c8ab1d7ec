using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>One of a few words. The words true and false may also be written as JSON's own.</summary>
internal sealed class ChoiceKind<T>(params (string Word, T Value)[] choices) : ConfigKind<T>
{
    public override string Expected => "one of " + string.Join(", ", Names());

    private bool HasBooleans => Find("true", out _);

    public override ReadResult<T> Read(JsonElement json, ConfigPath path, ConfigReading reading)
    {
        if (json.ValueKind is JsonValueKind.True or JsonValueKind.False && Find(json.ValueKind == JsonValueKind.True ? "true" : "false", out var known))
        {
            return ReadResult<T>.Of(known);
        }

        var text = reading.Text(json, path, Expected);
        if (!text.HasValue)
        {
            return text.Outcome == ReadOutcome.Absent ? ReadResult<T>.Absent : ReadResult<T>.Failed;
        }

        return Find(text.Value.Value, out var value)
            ? ReadResult<T>.Of(value)
            : reading.Fail<T>(path, $"unknown word {Words.Quote(text.Value.Raw)}{Words.Suggest(text.Value.Value, Names())}");
    }

    public override void Write(Utf8JsonWriter json, T value, bool hideSecrets)
    {
        var word = Array.Find(choices, c => EqualityComparer<T>.Default.Equals(c.Value, value)).Word;
        if (word is "true" or "false")
        {
            json.WriteBooleanValue(word == "true");
        }
        else
        {
            json.WriteStringValue(word);
        }
    }

    public override void WriteSchema(Utf8JsonWriter schema)
    {
        schema.WriteStartArray("anyOf");
        schema.WriteStartObject();
        schema.WriteStartArray("enum");
        foreach (var word in Names())
        {
            schema.WriteStringValue(word);
        }

        if (HasBooleans)
        {
            schema.WriteBooleanValue(true);
            schema.WriteBooleanValue(false);
        }

        schema.WriteEndArray();
        schema.WriteEndObject();
        schema.WriteStartObject();
        schema.WriteString("type", "string");
        schema.WriteString("pattern", @"\$\{");
        schema.WriteEndObject();
        schema.WriteEndArray();
    }

    private string[] Names() => Array.ConvertAll(choices, choice => choice.Word);

    private bool Find(string word, out T value)
    {
        foreach (var choice in choices)
        {
            if (choice.Word == word)
            {
                value = choice.Value;
                return true;
            }
        }

        value = default!;
        return false;
    }
}
