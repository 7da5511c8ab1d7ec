using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Signalbox.Inference.Gguf;

/// <summary>The key/value pairs of a file. A key of another type than asked for counts as absent; integers of any width convert.</summary>
/// <param name="bytes">All values back to back.</param>
/// <param name="entries">Where each is; checked: every one has the bytes that its type and count need.</param>
internal sealed class GgufMetadata(byte[] bytes, Dictionary<string, GgufMetadata.Entry> entries)
{
    public IEnumerable<string> Keys => entries.Keys;

    /// <summary>A value as the file has it.</summary>
    public bool TryGetValue(string key, out GgufValue value)
    {
        var found = entries.TryGetValue(key, out var entry);
        value = found ? new GgufValue(entry.Type, entry.Count, bytes.AsMemory(entry.Offset, entry.Length)) : default;
        return found;
    }

    public bool TryGetString(string key, [NotNullWhen(true)] out string? value)
    {
        value = Single(key, GgufValueType.String, out var single) ? Encoding.UTF8.GetString(single[sizeof(ulong)..]) : null;
        return value is not null;
    }

    public bool TryGetInt(string key, out long value)
    {
        value = 0;
        return TryGetValue(key, out var found) && !found.IsArray && TryInteger(found.Type, found.Bytes.Span, out value);
    }

    public bool TryGetFloat(string key, out float value)
    {
        value = 0;
        return TryGetValue(key, out var found) && !found.IsArray && TryFloat(found.Type, found.Bytes.Span, out value);
    }

    public bool TryGetBool(string key, out bool value)
    {
        value = Single(key, GgufValueType.Bool, out var single) && single[0] != 0;
        return !single.IsEmpty;
    }

    /// <summary>An array of integers of any width.</summary>
    public bool TryGetInts(string key, [NotNullWhen(true)] out int[]? integers)
    {
        integers = null;
        if (!Elements(key, out var type, out var count, out var elements) || !IsInteger(type))
        {
            return false;
        }

        var width = GgufValueTypes.Bytes(type);
        var result = new int[count];
        for (var i = 0; i < result.Length; i++)
        {
            if (!TryInteger(type, elements[(i * width)..], out var value) || value is < int.MinValue or > int.MaxValue)
            {
                return false;
            }

            result[i] = (int)value;
        }

        integers = result;
        return true;
    }

    public bool TryGetFloats(string key, [NotNullWhen(true)] out float[]? floats)
    {
        floats = null;
        if (!Elements(key, out var type, out var count, out var elements) || type is not (GgufValueType.Float32 or GgufValueType.Float64))
        {
            return false;
        }

        var width = GgufValueTypes.Bytes(type);
        floats = new float[count];
        for (var i = 0; i < floats.Length; i++)
        {
            TryFloat(type, elements[(i * width)..], out floats[i]);
        }

        return true;
    }

    /// <summary>An array of strings as raw bytes, because tokens need not be valid UTF-8.</summary>
    public bool TryGetStrings(string key, [NotNullWhen(true)] out byte[][]? strings)
    {
        strings = null;
        if (!Elements(key, out var type, out var count, out var elements) || type != GgufValueType.String)
        {
            return false;
        }

        strings = new byte[count][];
        for (var i = 0; i < strings.Length; i++)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(elements);
            strings[i] = elements.Slice(sizeof(ulong), length).ToArray();
            elements = elements[(sizeof(ulong) + length)..];
        }

        return true;
    }

    private bool Single(string key, GgufValueType type, out ReadOnlySpan<byte> single)
    {
        single = TryGetValue(key, out var value) && !value.IsArray && value.Type == type ? value.Bytes.Span : default;
        return !single.IsEmpty;
    }

    private bool Elements(string key, out GgufValueType type, out int count, out ReadOnlySpan<byte> elements)
    {
        var found = TryGetValue(key, out var value) && value.IsArray;
        type = value.Type;
        count = found ? (int)value.Count : 0;
        elements = value.Bytes.Span;
        return found;
    }

    private static bool IsInteger(GgufValueType type) =>
        type is GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.UInt16 or GgufValueType.Int16 or GgufValueType.UInt32 or GgufValueType.Int32
            or GgufValueType.UInt64 or GgufValueType.Int64;

    private static bool TryInteger(GgufValueType type, ReadOnlySpan<byte> from, out long value)
    {
        value = type switch
        {
            GgufValueType.UInt8 => from[0],
            GgufValueType.Int8 => (sbyte)from[0],
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(from),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(from),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(from),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(from),
            GgufValueType.UInt64 or GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(from),
            _ => 0,
        };
        return IsInteger(type) && (type != GgufValueType.UInt64 || value >= 0);
    }

    private static bool TryFloat(GgufValueType type, ReadOnlySpan<byte> from, out float value)
    {
        value = type switch
        {
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(from),
            GgufValueType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(from),
            _ => 0,
        };
        return type is GgufValueType.Float32 or GgufValueType.Float64;
    }

    /// <summary>Where a value is among the bytes; the count is -1 for a single one.</summary>
    internal readonly record struct Entry(GgufValueType Type, int Count, int Offset, int Length);
}
