using System.Text;
using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>Writes the tables of docs/configuration.md: the fields from the tables of the records, the presets from theirs.</summary>
internal static class ConfigReference
{
    public static string Fields()
    {
        var text = new StringBuilder();
        Write(text, "The file", SignalboxConfig.Shape, "");
        return text.ToString();
    }

    public static string Presets()
    {
        var text = new StringBuilder("| provider | dialect | also | address | variables |\n|---|---|---|---|---|\n");
        foreach (var preset in ProviderDefaults.Presets)
        {
            string[] variables = [.. preset.KeyVariable is { } key ? [key] : Array.Empty<string>(), .. preset.UrlVariables];
            text.Append("| `").Append(preset.Name).Append("` | ").Append(preset.Dialect)
                .Append(" | ").AppendJoin(", ", preset.AlsoDialects)
                .Append(" | ").Append(preset.BaseUrl is { } url ? $"`{url}`" : "your own").Append(preset.Locality == Locality.Local ? ", local" : "")
                .Append(" | ").AppendJoin(", ", variables.Select(v => $"`{v}`")).Append(" |\n");
        }

        return text.Append('\n').ToString();
    }

    private static void Write(StringBuilder text, string title, ConfigShape shape, string prefix)
    {
        text.Append("### ").Append(title).Append("\n\n| field | value | default | meaning |\n|---|---|---|---|\n");
        foreach (var field in shape.Fields)
        {
            text.Append("| `").Append(field.Name).Append("` | ").Append(Escape(field.Expected))
                .Append(" | ").Append(field.Required ? "required" : field.Default is { } value ? $"`{Escape(value)}`" : "")
                .Append(" | ").Append(Escape(field.Summary));
            if (field.NotYet is not null)
            {
                text.Append(" *Not acted on by this version.*");
            }

            text.Append(" |\n");
        }

        text.Append('\n');
        foreach (var field in shape.Fields)
        {
            if (field.Inner is { } inner)
            {
                var path = $"{prefix}{field.Name}{(field.HoldsMany ? ".NAME" : "")}";
                Write(text, $"`{path}`", inner, path + ".");
            }
        }
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
