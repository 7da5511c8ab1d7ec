using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Signalbox.Inference.Gguf;

/// <summary>The key/value pairs of a file. A key of another type than asked for counts as absent; integers of any width convert.</summary>
/// <param name="values">Checked: every value has the bytes that its type and count need.</param>
internal sealed class GgufMetadata(IReadOnlyDictionary<string, GgufValue> values)
{
    public IEnumerable<string> Keys => values.Keys;

    /// <summary>A value as the file has it.</summary>
    public bool TryGetValue(string key, out GgufValue value) => values.TryGetValue(key, out value);

    public bool TryGetString(string key, [NotNullWhen(true)] out string? value)
    {
        value = Single(key, GgufValueType.String, out var bytes) ? Encoding.UTF8.GetString(bytes[sizeof(ulong)..]) : null;
        return value is not null;
    }

    public bool TryGetInt(string key, out long value)
    {
        value = 0;
        return values.TryGetValue(key, out var found) && !found.IsArray && TryInteger(found.Type, found.Bytes.Span, out value);
    }

    public bool TryGetFloat(string key, out float value)
    {
        value = 0;
        return values.TryGetValue(key, out var found) && !found.IsArray && TryFloat(found.Type, found.Bytes.Span, out value);
    }

    public bool TryGetBool(string key, out bool value)
    {
        value = Single(key, GgufValueType.Bool, out var bytes) && bytes[0] != 0;
        return !bytes.IsEmpty;
    }

    /// <summary>An array of integers of any width.</summary>
    public bool TryGetInts(string key, [NotNullWhen(true)] out int[]? integers)
    {
        integers = null;
        if (!Elements(key, out var type, out var count, out var bytes) || !IsInteger(type))
        {
            return false;
        }

        var width = GgufValueTypes.Bytes(type);
        var result = new int[count];
        for (var i = 0; i < result.Length; i++)
        {
            if (!TryInteger(type, bytes[(i * width)..], out var value) || value is < int.MinValue or > int.MaxValue)
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
        if (!Elements(key, out var type, out var count, out var bytes) || type is not (GgufValueType.Float32 or GgufValueType.Float64))
        {
            return false;
        }

        var width = GgufValueTypes.Bytes(type);
        floats = new float[count];
        for (var i = 0; i < floats.Length; i++)
        {
            TryFloat(type, bytes[(i * width)..], out floats[i]);
        }

        return true;
    }

    /// <summary>An array of strings as raw bytes, because tokens need not be valid UTF-8.</summary>
    public bool TryGetStrings(string key, [NotNullWhen(true)] out byte[][]? strings)
    {
        strings = null;
        if (!Elements(key, out var type, out var count, out var bytes) || type != GgufValueType.String)
        {
            return false;
        }

        strings = new byte[count][];
        for (var i = 0; i < strings.Length; i++)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            strings[i] = bytes.Slice(sizeof(ulong), length).ToArray();
            bytes = bytes[(sizeof(ulong) + length)..];
        }

        return true;
    }

    private bool Single(string key, GgufValueType type, out ReadOnlySpan<byte> bytes)
    {
        bytes = values.TryGetValue(key, out var value) && !value.IsArray && value.Type == type ? value.Bytes.Span : default;
        return !bytes.IsEmpty;
    }

    private bool Elements(string key, out GgufValueType type, out int count, out ReadOnlySpan<byte> bytes)
    {
        var found = values.TryGetValue(key, out var value) && value.IsArray;
        type = value.Type;
        count = found ? (int)value.Count : 0;
        bytes = value.Bytes.Span;
        return found;
    }

    private static bool IsInteger(GgufValueType type) =>
        type is GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.UInt16 or GgufValueType.Int16 or GgufValueType.UInt32 or GgufValueType.Int32
            or GgufValueType.UInt64 or GgufValueType.Int64;

    private static bool TryInteger(GgufValueType type, ReadOnlySpan<byte> bytes, out long value)
    {
        value = type switch
        {
            GgufValueType.UInt8 => bytes[0],
            GgufValueType.Int8 => (sbyte)bytes[0],
            GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
            GgufValueType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            GgufValueType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
            GgufValueType.UInt64 or GgufValueType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
            _ => 0,
        };
        return IsInteger(type) && (type != GgufValueType.UInt64 || value >= 0);
    }

    private static bool TryFloat(GgufValueType type, ReadOnlySpan<byte> bytes, out float value)
    {
        value = type switch
        {
            GgufValueType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
            GgufValueType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes),
            _ => 0,
        };
        return type is GgufValueType.Float32 or GgufValueType.Float64;
    }
}
