using System.Text;
using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>The table of a record, as the documentation walks it.</summary>
internal abstract class ConfigShape
{
    public abstract IReadOnlyList<ConfigField> Fields { get; }

    public abstract void WriteSchema(Utf8JsonWriter schema);
}

/// <summary>
/// The table of a record: one row per field. Reading, unknown-field detection, printing, the JSON schema and the tables in
/// docs/configuration.md all come from it, so they cannot disagree.
/// </summary>
internal sealed class ConfigShape<TRecord>(TRecord defaults) : ConfigShape
{
    private readonly List<ConfigField<TRecord>> _fields = [];

    public TRecord Defaults => defaults;

    public override IReadOnlyList<ConfigField> Fields => _fields;

    public ConfigShape<TRecord> Field<TValue>(
        string name,
        ConfigKind<TValue> kind,
        Func<TRecord, TValue?> get,
        Func<TRecord, TValue, TRecord> with,
        string summary,
        bool required = false,
        NotYet<TValue>? notYet = null)
    {
        _fields.Add(new ConfigField<TRecord, TValue>(name, kind, get, with, summary, required, this) { Unbuilt = notYet });
        return this;
    }

    /// <summary>Reads an object over <paramref name="start"/>. Whatever is wrong is on the list afterwards, and what is right is in the record.</summary>
    public TRecord Read(JsonElement json, TRecord start, ConfigPath path, ConfigReading reading)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            reading.Error(path, $"expected an object, found {Words.For(json)}");
            return start;
        }

        var record = start;
        var seen = new bool[_fields.Count];
        var given = new bool[_fields.Count];
        foreach (var property in json.EnumerateObject())
        {
            if (!reading.TryName(property, path, out var name))
            {
                continue;
            }

            var place = path.Field(name);
            var index = IndexOf(name);
            if (index < 0)
            {
                reading.Error(place, $"unknown field {Words.Quote(name)}{Words.Suggest(name, [.. _fields.Select(f => f.Name)])}");
            }
            else if (seen[index])
            {
                reading.Error(place, $"{Words.Quote(name)} is given twice; keep one");
            }
            else
            {
                seen[index] = true;
                given[index] = _fields[index].Read(ref record, property.Value, place, reading) != ReadOutcome.Absent;
            }
        }

        ReportMissing(given, path, reading);
        return record;
    }

    public void Write(Utf8JsonWriter json, TRecord record, bool hideSecrets)
    {
        json.WriteStartObject();
        foreach (var field in _fields)
        {
            field.Write(json, record, hideSecrets);
        }

        json.WriteEndObject();
    }

    /// <summary>The record as JSON without its secrets: what ToString of a config record answers.</summary>
    public string Print(TRecord record) =>
        Encoding.UTF8.GetString(JsonBytes.Write(indented: false, json => Write(json, record, hideSecrets: true)));

    public override void WriteSchema(Utf8JsonWriter schema)
    {
        schema.WriteString("type", "object");
        schema.WriteBoolean("additionalProperties", false);
        if (_fields.Any(f => f.Required))
        {
            schema.WriteStartArray("required");
            foreach (var field in _fields.Where(f => f.Required))
            {
                schema.WriteStringValue(field.Name);
            }

            schema.WriteEndArray();
        }

        schema.WriteStartObject("properties");
        foreach (var field in _fields)
        {
            field.WriteSchema(schema);
        }

        schema.WriteEndObject();
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private void ReportMissing(bool[] given, ConfigPath path, ConfigReading reading)
    {
        for (var i = 0; i < given.Length; i++)
        {
            if (_fields[i].Required && !given[i])
            {
                reading.Error(path.Field(_fields[i].Name), $"is missing; expected {_fields[i].Expected}: {_fields[i].Summary}");
            }
        }
    }
}
