using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>A section: a record inside a record.</summary>
internal sealed class RecordKind<T>(Func<ConfigShape<T>> shape) : ConfigKind<T>
{
    public override string Expected => "an object";

    public override ConfigShape Inner => shape();

    public override ReadResult<T> Read(JsonElement json, ConfigPath path, ConfigReading reading) =>
        ReadResult<T>.Of(shape().Read(json, shape().Defaults, path, reading));

    public override void Write(Utf8JsonWriter json, T value, bool hideSecrets) => shape().Write(json, value, hideSecrets);

    public override void WriteSchema(Utf8JsonWriter schema) => shape().WriteSchema(schema);
}
