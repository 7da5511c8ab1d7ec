using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Signalbox.Inference.Grammars.Schemas;

/// <summary>A schema inside the document.</summary>
/// <param name="Element">An object or a boolean; anything else has been refused.</param>
/// <param name="Path">JSON pointer with a leading '#'.</param>
internal readonly record struct SchemaNode(JsonElement Element, string Path)
{
    public bool Has(string keyword, out JsonElement value)
    {
        value = default;
        return Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(keyword, out value);
    }

    /// <summary>The part under a keyword.</summary>
    public SchemaNode Under(string keyword, JsonElement part) => new(part, $"{Path}/{Escape(keyword)}");

    public SchemaNode Under(string keyword, string key, JsonElement part) => new(part, $"{Path}/{Escape(keyword)}/{Escape(key)}");

    public SchemaNode Under(string keyword, int index, JsonElement part) => new(part, string.Create(CultureInfo.InvariantCulture, $"{Path}/{Escape(keyword)}/{index}"));

    private static string Escape(string key) => key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

/// <summary>The document that a schema and its references live in, and the first thing that is wrong with it.</summary>
internal sealed class SchemaDocument(JsonElement root)
{
    private const int MaximumBytes = 256 << 10;
    private const int MaximumDepth = 128;
    private const int MaximumWork = 500_000;

    private int _work;

    public SchemaNode Root => new(root, "#");

    /// <summary>The first fault; later ones are often its consequences.</summary>
    public EngineFault? Fault { get; private set; }

    public void Refuse(EngineFaultKind kind, string path, string what) =>
        Fault ??= new EngineFault(kind, $"The JSON schema at {path}: {what}");

    public void Contradiction(string path, string what) => Refuse(EngineFaultKind.InvalidRequest, path, what);

    public void Unsupported(string path, string what) => Refuse(EngineFaultKind.Unsupported, path, what);

    /// <summary>Counts a step of reading; a schema whose parts combine to very many is refused.</summary>
    public void Work(string path)
    {
        if (++_work > MaximumWork)
        {
            Unsupported(path, "its parts combine in too many ways. Use fewer alternatives inside each other.");
        }
    }

    /// <summary>Whether the document is small and sound enough to be read: everything later may read every text in it.</summary>
    public bool IsReadable()
    {
        if (JsonMarshal.GetRawUtf8Value(root).Length > MaximumBytes)
        {
            Refuse(EngineFaultKind.InvalidRequest, "#", $"it has more than {MaximumBytes} bytes. Make it smaller.");
            return false;
        }

        try
        {
            return IsReadable(root, 0);
        }
        catch (InvalidOperationException)
        {
            Refuse(EngineFaultKind.InvalidRequest, "#", "a text in it has a surrogate without its other half, which no answer can write. Correct the escapes.");
            return false;
        }
    }

    /// <summary>The schema that a reference points at; null where there is none.</summary>
    public SchemaNode? Resolve(SchemaNode from, JsonElement reference)
    {
        var path = $"{from.Path}/$ref";
        if (reference.ValueKind != JsonValueKind.String || reference.GetString() is not { } text || !text.StartsWith('#') || (text.Length > 1 && text[1] != '/'))
        {
            Unsupported(path, "only references inside the document, such as \"#/$defs/name\", are followed. Move the definition into the schema.");
            return null;
        }

        var at = root;
        foreach (var part in text.Length < 2 ? [] : Uri.UnescapeDataString(text[2..]).Split('/'))
        {
            var key = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(key, out var member))
            {
                at = member;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                Contradiction(path, $"nothing is at {text}. Correct the reference or add the definition.");
                return null;
            }
        }

        return new SchemaNode(at, text);
    }

    private bool IsReadable(JsonElement element, int depth)
    {
        if (depth > MaximumDepth)
        {
            Refuse(EngineFaultKind.InvalidRequest, "#", $"it is nested more than {MaximumDepth} levels deep. Use references.");
            return false;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    if (member.Name is null || !IsReadable(member.Value, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    if (!IsReadable(item, depth + 1))
                    {
                        return false;
                    }
                }

                return true;
            case JsonValueKind.String:
                return element.GetString() is not null;
            default:
                return element.ValueKind != JsonValueKind.Undefined;
        }
    }
}
