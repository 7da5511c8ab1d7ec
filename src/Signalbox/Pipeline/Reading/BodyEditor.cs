using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Signalbox.Dialects.Json;

namespace Signalbox.Pipeline.Reading;

/// <summary>
/// Surgical edits of a caller's JSON body: everything that is not named in an edit goes on byte for byte, so that unknown
/// fields survive and a provider's prompt cache sees the same prefix.
/// </summary>
internal sealed class BodyEditor(ReadOnlyMemory<byte> bytes, JsonElement root)
{
    private readonly List<Edit> _edits = new(4);

    /// <summary>Replaces the value of a top-level property, or adds the property.</summary>
    public void Set(string name, ReadOnlyMemory<byte> json)
    {
        if (root.TryGetProperty(name, out var value))
        {
            var (start, length) = Find(value);
            _edits.Add(new Edit(start, length, json));
            return;
        }

        Add(name, json);
    }

    /// <summary>Replaces the value of a property of a top-level object, or adds the property to it, or adds the object.</summary>
    public void SetInside(string parent, string name, ReadOnlyMemory<byte> json)
    {
        if (!root.TryGetProperty(parent, out var value) || value.ValueKind != JsonValueKind.Object)
        {
            Set(parent, Concat("{\""u8, name, "\":"u8, json.Span, "}"u8));
            return;
        }

        if (value.TryGetProperty(name, out var inner))
        {
            var (start, length) = Find(inner);
            _edits.Add(new Edit(start, length, json));
            return;
        }

        var (open, _) = Find(value);
        var separator = value.EnumerateObject().MoveNext() ? ","u8 : default;
        _edits.Add(new Edit(open + 1, 0, Concat("\""u8, name, "\":"u8, json.Span, separator)));
    }

    /// <summary>Adds text at the end of a string, wherever it stands in the body.</summary>
    public void AppendText(JsonElement text, string more)
    {
        var (start, length) = Find(text);
        _edits.Add(new Edit(start + length - 1, 0, JsonText.Quote(more).AsMemory()[1..^1]));
    }

    /// <summary>Adds an item at the end of an array, wherever it stands in the body.</summary>
    public void AppendItem(JsonElement array, ReadOnlySpan<byte> json)
    {
        var (start, length) = Find(array);
        _edits.Add(new Edit(start + length - 1, 0, array.GetArrayLength() > 0 ? (byte[])[(byte)',', .. json] : json.ToArray()));
    }

    /// <summary>Adds an item at the beginning of an array, wherever it stands in the body.</summary>
    public void PrependItem(JsonElement array, ReadOnlySpan<byte> json)
    {
        var (start, _) = Find(array);
        _edits.Add(new Edit(start + 1, 0, array.GetArrayLength() > 0 ? (byte[])[.. json, (byte)','] : json.ToArray()));
    }

    /// <summary>Removes a top-level property with the comma that belongs to it.</summary>
    public void Remove(string name)
    {
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals(name))
            {
                var span = bytes.Span;
                var (valueStart, valueLength) = Find(property.Value);
                var start = StartOfName(property);
                var end = valueStart + valueLength;
                var next = SkipBlank(span, end);
                if (next < span.Length && span[next] == (byte)',')
                {
                    end = next + 1;
                }
                else
                {
                    start = CommaBefore(span, start);
                }

                _edits.Add(new Edit(start, end - start, default));
                return;
            }
        }
    }

    /// <summary>Gives a top-level property another name.</summary>
    public void Rename(string name, string newName)
    {
        foreach (var property in root.EnumerateObject())
        {
            if (property.NameEquals(name))
            {
                var start = StartOfName(property);
                var length = JsonMarshal.GetRawUtf8PropertyName(property).Length + 2;
                _edits.Add(new Edit(start, length, Concat("\""u8, newName, "\""u8, default, default)));
                return;
            }
        }
    }

    public void WriteTo(IBufferWriter<byte> output)
    {
        // What is put in at a place goes before what is cut out or replaced from there on.
        _edits.Sort(static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Length.CompareTo(b.Length));
        var span = bytes.Span;
        var position = 0;
        foreach (var edit in _edits)
        {
            JsonText.Raw(output, span[position..edit.Start]);
            JsonText.Raw(output, edit.Replacement.Span);
            position = edit.Start + edit.Length;
        }

        JsonText.Raw(output, span[position..]);
    }

    private void Add(string name, ReadOnlyMemory<byte> json)
    {
        var (open, _) = Find(root);
        var separator = root.EnumerateObject().MoveNext() ? ","u8 : default;
        _edits.Add(new Edit(open + 1, 0, Concat("\""u8, name, "\":"u8, json.Span, separator)));
    }

    private (int Start, int Length) Find(JsonElement value)
    {
        var raw = JsonMarshal.GetRawUtf8Value(value);
        bytes.Span.Overlaps(raw, out var offset);
        return (offset, raw.Length);
    }

    private int StartOfName(JsonProperty property)
    {
        bytes.Span.Overlaps(JsonMarshal.GetRawUtf8PropertyName(property), out var offset);
        return offset - 1;
    }

    private static int SkipBlank(ReadOnlySpan<byte> span, int position)
    {
        while (position < span.Length && span[position] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            position++;
        }

        return position;
    }

    private static int CommaBefore(ReadOnlySpan<byte> span, int start)
    {
        var comma = span[..start].LastIndexOf((byte)',');
        var open = span[..start].LastIndexOf((byte)'{');
        return comma > open ? comma : start;
    }

    private static byte[] Concat(ReadOnlySpan<byte> a, string name, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c, ReadOnlySpan<byte> d)
    {
        var buffer = new ArrayBufferWriter<byte>(a.Length + name.Length + b.Length + c.Length + d.Length);
        JsonText.Raw(buffer, a);
        JsonText.Escaped(buffer, name);
        JsonText.Raw(buffer, b);
        JsonText.Raw(buffer, c);
        JsonText.Raw(buffer, d);
        return buffer.WrittenSpan.ToArray();
    }

    private readonly record struct Edit(int Start, int Length, ReadOnlyMemory<byte> Replacement);
}
