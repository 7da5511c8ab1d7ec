using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Signalbox.Inference.Gguf;

/// <summary>Writes a GGUF v3 file: metadata and tensor infos first, then the data of each tensor in the same order.</summary>
internal sealed class GgufWriter
{
    private const uint DefaultAlignment = 32;

    private readonly List<(string Key, GgufValue Value)> _values = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly List<(string Name, TensorType Type, IReadOnlyList<long> Dimensions, long Bytes, Action<Stream> Write)> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private uint _alignment = DefaultAlignment;

    public GgufWriter Set(string key, string value) => Set(key, new GgufValue(GgufValueType.String, -1, Text(Encoding.UTF8.GetBytes(value))));

    public GgufWriter Set(string key, uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Set(key, new GgufValue(GgufValueType.UInt32, -1, bytes));
    }

    public GgufWriter Set(string key, float value)
    {
        var bytes = new byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        return Set(key, new GgufValue(GgufValueType.Float32, -1, bytes));
    }

    public GgufWriter Set(string key, bool value) => Set(key, new GgufValue(GgufValueType.Bool, -1, new[] { value ? (byte)1 : (byte)0 }));

    public GgufWriter Set(string key, IReadOnlyList<string> values) => Set(key, values.Select(Encoding.UTF8.GetBytes).ToArray());

    public GgufWriter Set(string key, IReadOnlyList<byte[]> values) =>
        Set(key, new GgufValue(GgufValueType.String, values.Count, values.SelectMany(Text).ToArray()));

    public GgufWriter Set(string key, IReadOnlyList<int> values) =>
        Set(key, new GgufValue(GgufValueType.Int32, values.Count, MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray()));

    public GgufWriter Set(string key, IReadOnlyList<float> values) =>
        Set(key, new GgufValue(GgufValueType.Float32, values.Count, MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray()));

    /// <summary>Sets a value as another file has it.</summary>
    public GgufWriter Set(string key, GgufValue value)
    {
        if (!_keys.Add(key))
        {
            throw new ArgumentException($"the key {key} is set twice", nameof(key));
        }

        if (key == "general.alignment" && value is { Type: GgufValueType.UInt32, IsArray: false })
        {
            _alignment = BinaryPrimitives.ReadUInt32LittleEndian(value.Bytes.Span);
        }

        _values.Add((key, value));
        return this;
    }

    public bool Has(string key) => _keys.Contains(key);

    /// <summary>Copies every pair of another file, save those already set.</summary>
    /// <param name="from">Of the other file.</param>
    /// <param name="without">How keys begin that are left out; null for none.</param>
    public GgufWriter CopyMetadata(GgufMetadata from, string? without = null)
    {
        foreach (var key in from.Keys)
        {
            if (!_keys.Contains(key) && (without is null || !key.StartsWith(without, StringComparison.Ordinal)) && from.TryGetValue(key, out var value))
            {
                Set(key, value);
            }
        }

        return this;
    }

    /// <param name="name">Less than 64 bytes, unique.</param>
    /// <param name="type">How the values are stored.</param>
    /// <param name="dimensions">Fastest-varying first.</param>
    /// <param name="write">Writes exactly the tensor's bytes when the file is written.</param>
    public GgufWriter Add(string name, TensorType type, IReadOnlyList<long> dimensions, Action<Stream> write)
    {
        if (Encoding.UTF8.GetByteCount(name) is 0 or > 63 || !_names.Add(name))
        {
            throw new ArgumentException($"the tensor name {name} is empty, longer than 63 bytes or taken", nameof(name));
        }

        if (dimensions.Count is 0 or > 4 || dimensions.Any(size => size < 1) || dimensions[0] % TensorTypes.BlockValues(type) != 0)
        {
            throw new ArgumentException($"the sizes [{string.Join(", ", dimensions)}] of {name} do not suit {type}", nameof(dimensions));
        }

        var bytes = dimensions.Skip(1).Aggregate(TensorTypes.RowBytes(type, dimensions[0]), (product, size) => checked(product * size));
        _tensors.Add((name, type, dimensions, bytes, write));
        return this;
    }

    /// <summary>Writes to a temporary file beside <paramref name="path"/> and renames it, so that nothing half done is left.</summary>
    public void WriteTo(string path)
    {
        var temporary = $"{path}.{System.IO.Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 18))
            {
                WriteHeader(stream);
                foreach (var (name, _, _, bytes, write) in _tensors)
                {
                    var begin = stream.Position;
                    write(stream);
                    if (stream.Position - begin != bytes)
                    {
                        throw new InvalidOperationException($"{name} has {bytes} bytes, but {stream.Position - begin} were written");
                    }

                    Pad(stream);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            throw;
        }
    }

    private void WriteHeader(FileStream stream)
    {
        var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(3u);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_values.Count);
        foreach (var (key, value) in _values)
        {
            writer.Write(Text(Encoding.UTF8.GetBytes(key)));
            if (value.IsArray)
            {
                writer.Write((uint)GgufValueType.Array);
            }

            writer.Write((uint)value.Type);
            if (value.IsArray)
            {
                writer.Write((ulong)value.Count);
            }

            writer.Write(value.Bytes.Span);
        }

        var offset = 0L;
        foreach (var (name, type, dimensions, bytes, _) in _tensors)
        {
            writer.Write(Text(Encoding.UTF8.GetBytes(name)));
            writer.Write((uint)dimensions.Count);
            foreach (var size in dimensions)
            {
                writer.Write((ulong)size);
            }

            writer.Write((uint)type);
            writer.Write((ulong)offset);
            offset = (offset + bytes + _alignment - 1) & -(long)_alignment;
        }

        writer.Flush();
        Pad(stream);
    }

    private void Pad(FileStream stream)
    {
        for (var missing = -stream.Position & (_alignment - 1); missing > 0; missing--)
        {
            stream.WriteByte(0);
        }
    }

    private static byte[] Text(byte[] value)
    {
        var bytes = new byte[sizeof(ulong) + value.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)value.Length);
        value.CopyTo(bytes, sizeof(ulong));
        return bytes;
    }
}
