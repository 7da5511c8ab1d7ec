using System.Buffers.Binary;
using System.Text;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Writes the fields of a GGUF file one by one, true or not.</summary>
internal sealed class GgufBytes
{
    private readonly List<byte> _bytes = [];

    public static GgufBytes Header(ulong tensors, ulong keys, uint version = 3) => new GgufBytes().Raw("GGUF"u8).U32(version).U64(tensors).U64(keys);

    public byte[] ToArray() => [.. _bytes];

    public GgufBytes Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public GgufBytes U32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public GgufBytes U64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public GgufBytes Text(string value) => Text(Encoding.UTF8.GetBytes(value));

    public GgufBytes Text(byte[] value) => U64((ulong)value.Length).Raw(value);

    public GgufBytes Key(string key, uint value) => Text(key).U32((uint)GgufValueType.UInt32).U32(value);

    public GgufBytes Key(string key, string value) => Text(key).U32((uint)GgufValueType.String).Text(value);

    public GgufBytes Array(string key, uint type, ulong count) => Text(key).U32((uint)GgufValueType.Array).U32(type).U64(count);

    public GgufBytes Tensor(string name, uint type, ulong offset, params ulong[] sizes)
    {
        Text(name).U32((uint)sizes.Length);
        foreach (var size in sizes)
        {
            U64(size);
        }

        return U32(type).U64(offset);
    }

    public GgufBytes PadTo(int alignment)
    {
        while (_bytes.Count % alignment != 0)
        {
            _bytes.Add(0);
        }

        return this;
    }

    public GgufBytes Zeros(int count) => Raw(new byte[count]);
}
