using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>Writes signalbox.schema.json from the tables of the records.</summary>
internal static class ConfigSchema
{
    public static byte[] Generate()
    {
        var schema = JsonBytes.Write(indented: true, json =>
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-07/schema#");
            json.WriteString("title", "Signalbox configuration");
            SignalboxConfig.Shape.WriteSchema(json);
            json.WriteEndObject();
        });
        return [.. schema, (byte)'\n'];
    }
}
