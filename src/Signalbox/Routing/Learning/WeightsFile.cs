using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;

namespace Signalbox.Routing.Learning;

/// <summary>The frame of a file of weights: what it is, its version, its checksum, and the packed content.</summary>
internal static class WeightsFile
{
    private const int MaxPacked = 64 << 20;
    private const int HeaderLength = 20;

    public static void Save(Stream output, uint kind, int version, Action<WeightsWriter> write)
    {
        using var packed = new MemoryStream();
        using (var pack = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            write(new WeightsWriter(pack));
        }

        Span<byte> header = stackalloc byte[HeaderLength];
        "SBXW"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], kind);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], (int)packed.Length);
        var content = packed.GetBuffer().AsSpan(0, (int)packed.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum(content));
        output.Write(header);
        output.Write(content);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, or says what is wrong with the file.</summary>
    public static T? TryLoad<T>(Stream input, (uint Kind, int Version, string Name) expected, Func<WeightsReader, T> read, out string? problem)
        where T : class
    {
        try
        {
            var content = ReadContent(input, expected, out problem);
            if (content is null)
            {
                return null;
            }

            using var unpacked = new ZLibStream(new MemoryStream(content), CompressionMode.Decompress);
            return read(new WeightsReader(unpacked));
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            problem = $"the weights are damaged ({e.Message}); train them again with 'signalbox route train'";
            return null;
        }
    }

    private static byte[]? ReadContent(Stream input, (uint Kind, int Version, string Name) expected, out string? problem)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (input.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength || !header.StartsWith("SBXW"u8))
        {
            problem = "this is not a file of Signalbox weights";
            return null;
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != expected.Kind)
        {
            problem = $"these are weights of something else than {expected.Name}";
            return null;
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != expected.Version)
        {
            problem = $"the weights have version {version}, this Signalbox reads version {expected.Version}; train them again with 'signalbox route train'";
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        if (length is < 0 or > MaxPacked)
        {
            throw new InvalidDataException("its length is impossible");
        }

        var content = new byte[length];
        input.ReadExactly(content);
        if (Checksum(content) != BinaryPrimitives.ReadUInt32LittleEndian(header[16..]))
        {
            throw new InvalidDataException("its checksum is wrong");
        }

        problem = null;
        return content;
    }

    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        var hash = 2166136261u;
        foreach (var value in content)
        {
            hash = (hash ^ value) * 16777619u;
        }

        return hash;
    }
}

/// <summary>Writes numbers, arrays and words of weights.</summary>
internal sealed class WeightsWriter(Stream output)
{
    private readonly BinaryWriter _output = new(output, Encoding.UTF8, leaveOpen: true);

    public void Write(int value) => _output.Write(value);

    public void Write(float value) => _output.Write(value);

    public void Write(string value) => _output.Write(value);

    public void Write(ReadOnlySpan<sbyte> values) => _output.Write(MemoryMarshal.AsBytes(values));

    public void Write(float[] values)
    {
        _output.Write(values.Length);
        foreach (var value in values)
        {
            _output.Write(value);
        }
    }
}

/// <summary>Reads them back; nothing is trusted, because a file may come from anywhere.</summary>
internal sealed class WeightsReader(Stream input)
{
    private const int MaxArray = 1 << 20;
    private readonly BinaryReader _input = new(input, Encoding.UTF8);

    public void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidDataException($"{what} is wrong");
        }
    }

    public int ReadInt(int least, int most, string what)
    {
        var value = _input.ReadInt32();
        Require(value >= least && value <= most, what);
        return value;
    }

    public float ReadFloat()
    {
        var value = _input.ReadSingle();
        Require(float.IsFinite(value), "a number");
        return value;
    }

    public string ReadText() => _input.ReadString();

    public sbyte[] ReadBytes(int count)
    {
        var values = new sbyte[count];
        _input.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public float[] ReadFloats(int count, string what)
    {
        var values = ReadFloats(what);
        Require(values.Length == count, what);
        return values;
    }

    public float[] ReadFloats(string what)
    {
        var values = new float[ReadInt(0, MaxArray, what)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = ReadFloat();
        }

        return values;
    }
}
