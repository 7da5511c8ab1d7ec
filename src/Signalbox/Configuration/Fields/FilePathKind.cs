using System.Text.Json;

namespace Signalbox.Configuration.Fields;

/// <summary>A path; a relative one starts from the folder of the config, so that a config means the same wherever it is loaded.</summary>
internal sealed class FilePathKind : ConfigKind<string>
{
    private static readonly TextKind<string> Text = new("a path", TextChecks.FilePath, static path => path) { MayBeEmpty = true };

    public override string Expected => Text.Expected;

    public override ReadResult<string> Read(JsonElement json, ConfigPath path, ConfigReading reading)
    {
        var text = Text.Read(json, path, reading);
        return text.HasValue ? ReadResult<string>.Of(Path.GetFullPath(text.Value, reading.Folder)) : text;
    }

    public override void Write(Utf8JsonWriter json, string value, bool hideSecrets) => Text.Write(json, value, hideSecrets);

    public override void WriteSchema(Utf8JsonWriter schema) => Text.WriteSchema(schema);
}
