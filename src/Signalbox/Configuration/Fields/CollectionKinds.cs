using System.Collections.ObjectModel;
using System.Text.Json;

namespace Signalbox.Configuration.Fields;

internal sealed class ListKind<T>(ConfigKind<T> item, string expected, int least = 0) : ConfigKind<IReadOnlyList<T>>
{
    public override string Expected => expected;

    public override ReadResult<IReadOnlyList<T>> Read(JsonElement json, ConfigPath path, ConfigReading reading)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            return reading.Fail<IReadOnlyList<T>>(path, $"expected {expected}, found {Words.For(json)}");
        }

        var items = new List<T>(json.GetArrayLength());
        var index = 0;
        foreach (var element in json.EnumerateArray())
        {
            var place = path.Item(index++);
            var result = item.Read(element, place, reading);
            if (result.HasValue)
            {
                items.Add(result.Value);
            }
            else if (result.Outcome == ReadOutcome.Absent)
            {
                reading.Error(place, "the reference came out empty, and a list has no place for nothing");
            }
        }

        return index < least
            ? reading.Fail<IReadOnlyList<T>>(path, $"is empty; expected {expected}")
            : ReadResult<IReadOnlyList<T>>.Of(items.AsReadOnly());
    }

    public override void Write(Utf8JsonWriter json, IReadOnlyList<T> value, bool hideSecrets)
    {
        json.WriteStartArray();
        foreach (var element in value)
        {
            item.Write(json, element, hideSecrets);
        }

        json.WriteEndArray();
    }

    public override void WriteSchema(Utf8JsonWriter schema)
    {
        schema.WriteString("type", "array");
        if (least > 0)
        {
            schema.WriteNumber("minItems", least);
        }

        schema.WriteStartObject("items");
        item.WriteSchema(schema);
        schema.WriteEndObject();
    }
}

/// <summary>An object whose field names the user chooses. Keeps the order of the file.</summary>
internal sealed class MapKind<T>(string expected, MapItem<T> item, Func<string, string?> checkName) : ConfigKind<IReadOnlyDictionary<string, T>>
{
    public override string Expected => expected;

    public override ConfigShape? Inner => item.Inner;

    public override bool HoldsMany => true;

    public override ReadResult<IReadOnlyDictionary<string, T>> Read(JsonElement json, ConfigPath path, ConfigReading reading)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return reading.Fail<IReadOnlyDictionary<string, T>>(path, $"expected {expected}, found {Words.For(json)}");
        }

        var items = new OrderedDictionary<string, T>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            if (!reading.TryName(property, path, out var name))
            {
                continue;
            }

            var place = path.Field(name);
            if (!seen.Add(name))
            {
                reading.Error(place, $"{Words.Quote(name)} is given twice; keep one");
                continue;
            }

            if (checkName(name) is { } complaint)
            {
                reading.Error(place, complaint);
            }

            var result = item.Read(name, property.Value, place, reading);
            if (result.HasValue)
            {
                items.Add(name, result.Value);
            }
        }

        return ReadResult<IReadOnlyDictionary<string, T>>.Of(new ReadOnlyDictionary<string, T>(items));
    }

    public override void Write(Utf8JsonWriter json, IReadOnlyDictionary<string, T> value, bool hideSecrets)
    {
        json.WriteStartObject();
        foreach (var (name, element) in value)
        {
            json.WritePropertyName(name);
            item.Write(json, element, hideSecrets);
        }

        json.WriteEndObject();
    }

    public override void WriteSchema(Utf8JsonWriter schema)
    {
        schema.WriteString("type", "object");
        schema.WriteStartObject("additionalProperties");
        item.WriteSchema(schema);
        schema.WriteEndObject();
    }
}

/// <summary>What stands under each name of a map: a plain value, or a record that carries its name.</summary>
internal abstract class MapItem<T>
{
    public virtual ConfigShape? Inner => null;

    public abstract ReadResult<T> Read(string name, JsonElement json, ConfigPath path, ConfigReading reading);

    public abstract void Write(Utf8JsonWriter json, T value, bool hideSecrets);

    public abstract void WriteSchema(Utf8JsonWriter schema);
}

internal sealed class PlainMapItem<T>(ConfigKind<T> kind) : MapItem<T>
{
    public override ReadResult<T> Read(string name, JsonElement json, ConfigPath path, ConfigReading reading) => kind.Read(json, path, reading);

    public override void Write(Utf8JsonWriter json, T value, bool hideSecrets) => kind.Write(json, value, hideSecrets);

    public override void WriteSchema(Utf8JsonWriter schema) => kind.WriteSchema(schema);
}

internal sealed class NamedRecordItem<T>(Func<ConfigShape<T>> shape, Func<string, T> start) : MapItem<T>
{
    public override ConfigShape Inner => shape();

    public override ReadResult<T> Read(string name, JsonElement json, ConfigPath path, ConfigReading reading) =>
        ReadResult<T>.Of(shape().Read(json, start(name), path, reading));

    public override void Write(Utf8JsonWriter json, T value, bool hideSecrets) => shape().Write(json, value, hideSecrets);

    public override void WriteSchema(Utf8JsonWriter schema) => shape().WriteSchema(schema);
}
