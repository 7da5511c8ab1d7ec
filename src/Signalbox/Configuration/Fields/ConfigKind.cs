using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>One kind of value: how it is read, printed, put into the schema and named in the documentation.</summary>
internal abstract class ConfigKind<T>
{
    /// <summary>What the value is, with its article: "expected {Expected}, found a number".</summary>
    public abstract string Expected { get; }

    /// <summary>The record inside, for kinds that hold one: the documentation gives it a table of its own.</summary>
    public virtual ConfigShape? Inner => null;

    /// <summary>It holds any number of them, by names that the user chooses.</summary>
    public virtual bool HoldsMany => false;

    public abstract ReadResult<T> Read(JsonElement json, ConfigPath path, ConfigReading reading);

    /// <summary>Writes the value as it would stand in a file; secrets are replaced when asked.</summary>
    public abstract void Write(Utf8JsonWriter json, T value, bool hideSecrets);

    /// <summary>Writes the members of a schema object that is already open.</summary>
    public abstract void WriteSchema(Utf8JsonWriter schema);
}

/// <summary>A value type that may be left out.</summary>
internal sealed class OptionalKind<T>(ConfigKind<T> kind) : ConfigKind<T?>
    where T : struct
{
    public override string Expected => kind.Expected;

    public override ReadResult<T?> Read(JsonElement json, ConfigPath path, ConfigReading reading)
    {
        var result = kind.Read(json, path, reading);
        return result.Outcome switch
        {
            ReadOutcome.Value => ReadResult<T?>.Of(result.Value),
            ReadOutcome.Absent => ReadResult<T?>.Absent,
            _ => ReadResult<T?>.Failed,
        };
    }

    public override void Write(Utf8JsonWriter json, T? value, bool hideSecrets) => kind.Write(json, value!.Value, hideSecrets);

    public override void WriteSchema(Utf8JsonWriter schema) => kind.WriteSchema(schema);
}
