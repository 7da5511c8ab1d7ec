using System.Text;
using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>One row of a record's table: what the schema and the documentation need to know of a field.</summary>
internal abstract class ConfigField(string name, string summary, bool required)
{
    public string Name => name;

    public string Summary => summary;

    public bool Required => required;

    public abstract string Expected { get; }

    /// <summary>What this version does not do with the field yet, if so.</summary>
    public abstract string? NotYet { get; }

    public abstract ConfigShape? Inner { get; }

    public abstract bool HoldsMany { get; }

    /// <summary>The default as it would be written in a file; null where there is none worth stating.</summary>
    public abstract string? Default { get; }

    /// <summary>Writes the field's schema object.</summary>
    public abstract void WriteSchema(Utf8JsonWriter schema);
}

internal abstract class ConfigField<TRecord>(string name, string summary, bool required) : ConfigField(name, summary, required)
{
    public abstract ReadOutcome Read(ref TRecord record, JsonElement json, ConfigPath path, ConfigReading reading);

    public abstract void Write(Utf8JsonWriter json, TRecord record, bool hideSecrets);
}

/// <summary>Says that a setting is accepted but does nothing in this version, when it is set to something that should.</summary>
internal sealed record NotYet<TValue>(string Message, Func<TValue, bool>? When = null);

internal sealed class ConfigField<TRecord, TValue>(
    string name, ConfigKind<TValue> kind, Func<TRecord, TValue?> get, Func<TRecord, TValue, TRecord> with, string summary, bool required, ConfigShape<TRecord> owner)
    : ConfigField<TRecord>(name, summary, required)
{
    public NotYet<TValue>? Unbuilt { get; init; }

    public override string Expected => kind.Expected;

    public override string? NotYet => Unbuilt?.Message;

    public override ConfigShape? Inner => kind.Inner;

    public override bool HoldsMany => kind.HoldsMany;

    // A field may be null in the file exactly when its default is null.
    private bool IsNullable => !Required && get(owner.Defaults) is null;

    public override string? Default
    {
        get
        {
            // An empty text as default stands for something that only the summary can say.
            if (Required || Inner is not null || get(owner.Defaults) is not { } value || value is "")
            {
                return null;
            }

            return Encoding.UTF8.GetString(JsonBytes.Write(indented: false, json => kind.Write(json, value, hideSecrets: true)));
        }
    }

    public override ReadOutcome Read(ref TRecord record, JsonElement json, ConfigPath path, ConfigReading reading)
    {
        if (json.ValueKind == JsonValueKind.Null && IsNullable)
        {
            return ReadOutcome.Absent;
        }

        var result = kind.Read(json, path, reading);
        if (result.HasValue)
        {
            record = with(record, result.Value);
            if (Unbuilt is not null && Unbuilt.When?.Invoke(result.Value) != false)
            {
                reading.Warn(path, Unbuilt.Message);
            }
        }

        return result.Outcome;
    }

    public override void Write(Utf8JsonWriter json, TRecord record, bool hideSecrets)
    {
        if (get(record) is { } value)
        {
            json.WritePropertyName(Name);
            kind.Write(json, value, hideSecrets);
        }
    }

    public override void WriteSchema(Utf8JsonWriter schema)
    {
        schema.WriteStartObject(Name);
        schema.WriteString("description", NotYet is null ? Summary : $"{Summary} Not acted on by this version.");
        if (IsNullable)
        {
            schema.WriteStartArray("anyOf");
            schema.WriteStartObject();
            kind.WriteSchema(schema);
            schema.WriteEndObject();
            schema.WriteStartObject();
            schema.WriteString("type", "null");
            schema.WriteEndObject();
            schema.WriteEndArray();
        }
        else
        {
            kind.WriteSchema(schema);
        }

        if (Default is { } text)
        {
            schema.WritePropertyName("default");
            schema.WriteRawValue(text);
        }

        schema.WriteEndObject();
    }
}
