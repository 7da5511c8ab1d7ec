using System.Globalization;
using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>A number within bounds. Reading and writing differ per type, so they come in as functions.</summary>
internal sealed class NumberKind<T>(string expected, T least, T most, TryGetNumber<T> get, Action<Utf8JsonWriter, T> write)
    : ConfigKind<T>
    where T : struct, IComparable<T>, IFormattable
{
    /// <summary>The schema's word for it.</summary>
    public required string SchemaType { get; init; }

    /// <summary>The upper bound is a limit of ours and not only of the type, so it is worth showing.</summary>
    public bool ShowsMost { get; init; }

    public override string Expected => ShowsMost
        ? $"{expected} from {Format(least)} to {Format(most)}"
        : $"{expected}, {Format(least)} or more";

    public override ReadResult<T> Read(JsonElement json, ConfigPath path, ConfigReading reading)
    {
        if (json.ValueKind != JsonValueKind.Number)
        {
            return reading.Fail<T>(path, $"expected {Expected}, found {Words.For(json)}");
        }

        return get(json, out var value) && value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0
            ? ReadResult<T>.Of(value)
            : reading.Fail<T>(path, $"expected {Expected}, found {Words.Shorten(json.GetRawText())}");
    }

    public override void Write(Utf8JsonWriter json, T value, bool hideSecrets) => write(json, value);

    public override void WriteSchema(Utf8JsonWriter schema)
    {
        schema.WriteString("type", SchemaType);
        schema.WritePropertyName("minimum");
        write(schema, least);
        if (ShowsMost)
        {
            schema.WritePropertyName("maximum");
            write(schema, most);
        }
    }

    private static string Format(T value) => value.ToString(null, CultureInfo.InvariantCulture);
}

internal delegate bool TryGetNumber<T>(JsonElement json, out T value);

internal sealed class BooleanKind : ConfigKind<bool>
{
    public override string Expected => "true or false";

    public override ReadResult<bool> Read(JsonElement json, ConfigPath path, ConfigReading reading) =>
        json.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? ReadResult<bool>.Of(json.ValueKind == JsonValueKind.True)
            : reading.Fail<bool>(path, $"expected {Expected}, found {Words.For(json)}");

    public override void Write(Utf8JsonWriter json, bool value, bool hideSecrets) => json.WriteBooleanValue(value);

    public override void WriteSchema(Utf8JsonWriter schema) => schema.WriteString("type", "boolean");
}
