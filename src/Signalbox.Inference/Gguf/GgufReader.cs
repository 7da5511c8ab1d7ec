using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Text;

namespace Signalbox.Inference.Gguf;

/// <summary>
/// Reads metadata and tensor infos out of the bytes of a file, which may hold anything. Whatever is read is checked against the bytes
/// that are there before memory is taken for it. Source: the GGUF specification, version 3 (2 has the same layout).
/// </summary>
internal sealed unsafe class GgufReader(string path, byte* start, long length)
{
    /// <summary>The most keys, and the most tensors: far more than any model has, few enough to hold.</summary>
    public const int MaximumEntries = 65_536;

    /// <summary>The most bytes of metadata. The largest vocabularies take about 20 MB.</summary>
    public const long MaximumMetadataBytes = 1L << 30;

    private const uint Magic = 0x46554747;
    private const int MaximumKeyBytes = 65_535;
    private const int MaximumNameBytes = 63;
    private const uint DefaultAlignment = 32;

    private GgufCursor _cursor = new(start, length);
    private EngineFault? _fault;

    public GgufMetadata Metadata { get; private set; } = new(new Dictionary<string, GgufValue>());

    public GgufTensor[] Tensors { get; private set; } = [];

    /// <summary>Whether the file is sound; otherwise <paramref name="fault"/> says what is wrong with it.</summary>
    public bool TryRead([NotNullWhen(false)] out EngineFault? fault)
    {
        var sound = ReadHeader(out var tensors, out var keys) && ReadMetadata(keys) && CheckParts() && ReadTensors(tensors);
        fault = sound ? null : _fault!;
        return sound;
    }

    private bool ReadHeader(out int tensors, out int keys)
    {
        (tensors, keys) = (0, 0);
        if (!_cursor.TryRead(out uint magic) || magic != Magic)
        {
            return Fail($"{path} is not a GGUF file: it does not begin with \"GGUF\". Give a model in the GGUF format, or convert this one.");
        }

        if (!_cursor.TryRead(out uint version))
        {
            return CutOff("the version");
        }

        if (version is not (2 or 3))
        {
            var what = version != 0 && (version & 0xFFFF) == 0 ? "was written for big-endian machines" : $"has version {version} of the GGUF format";
            return Fail($"{path} {what}; versions 2 and 3, little endian, are supported. Convert the model again with current tools.", EngineFaultKind.Unsupported);
        }

        if (!_cursor.TryRead(out ulong tensorCount) || !_cursor.TryRead(out ulong keyCount))
        {
            return CutOff("the number of tensors and keys");
        }

        if (tensorCount > MaximumEntries || keyCount > MaximumEntries)
        {
            return Damaged($"it claims {tensorCount} tensors and {keyCount} keys, where at most {MaximumEntries} of each are read");
        }

        (tensors, keys) = ((int)tensorCount, (int)keyCount);
        return true;
    }

    private bool ReadMetadata(int count)
    {
        var begin = _cursor.Position;
        var found = new Dictionary<string, (GgufValueType Type, long Count, int Offset, int Length)>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            if (!_cursor.TryReadString(out var keyBytes))
            {
                return CutOff($"key {i}");
            }

            if (keyBytes.Length is 0 or > MaximumKeyBytes)
            {
                return Damaged($"key {i} has {keyBytes.Length} bytes, where 1 to {MaximumKeyBytes} are allowed");
            }

            var key = Encoding.UTF8.GetString(keyBytes);
            if (!ReadValue(key, out var type, out var elements, out var offset))
            {
                return false;
            }

            if (_cursor.Position - begin > MaximumMetadataBytes)
            {
                return Damaged($"its metadata is longer than {MaximumMetadataBytes >> 20} MiB");
            }

            if (!found.TryAdd(key, (type, elements, (int)(offset - begin), (int)(_cursor.Position - offset))))
            {
                return Damaged($"the key \"{Printable(key)}\" is there twice");
            }
        }

        // A copy, so that metadata outlives the file and nothing of it is read from a file that changes meanwhile.
        var bytes = new ReadOnlySpan<byte>(start + begin, (int)(_cursor.Position - begin)).ToArray();
        Metadata = new GgufMetadata(found.ToDictionary(
            pair => pair.Key,
            pair => new GgufValue(pair.Value.Type, pair.Value.Count, bytes.AsMemory(pair.Value.Offset, pair.Value.Length)),
            StringComparer.Ordinal));
        return true;
    }

    private bool ReadValue(string key, out GgufValueType type, out long count, out long offset)
    {
        count = -1;
        offset = _cursor.Position;
        if (!_cursor.TryRead(out type))
        {
            return CutOff($"the value of \"{Printable(key)}\"");
        }

        if (type == GgufValueType.Array)
        {
            if (!_cursor.TryRead(out type) || !_cursor.TryRead(out ulong elements))
            {
                return CutOff($"the array \"{Printable(key)}\"");
            }

            // Each element takes at least a byte, so a count beyond the bytes that are left is a lie.
            if (elements > (ulong)_cursor.Remaining)
            {
                return CutOff($"the {elements} elements of \"{Printable(key)}\"");
            }

            count = (long)elements;
        }

        offset = _cursor.Position;
        var width = GgufValueTypes.Bytes(type);
        if (type == GgufValueType.String)
        {
            for (var i = 0L; i < Math.Abs(count); i++)
            {
                if (!_cursor.TryReadString(out _))
                {
                    return CutOff($"the text of \"{Printable(key)}\"");
                }
            }

            return true;
        }

        if (width == 0)
        {
            return Damaged($"\"{Printable(key)}\" has the value type {(uint)type}{(count >= 0 ? " inside an array" : "")}, which the format does not have");
        }

        return _cursor.TrySkip((ulong)Math.Abs(count) * (ulong)width) || CutOff($"the value of \"{Printable(key)}\"");
    }

    private bool CheckParts() =>
        !Metadata.TryGetInt("split.count", out var parts) || parts <= 1
        || Fail($"{path} is one of {parts} parts of a model, and only whole files are read. Join them first, e.g. with `llama-gguf-split --merge`.", EngineFaultKind.Unsupported);

    private bool ReadTensors(int count)
    {
        var alignment = DefaultAlignment;
        if (Metadata.TryGetValue("general.alignment", out var value))
        {
            if (value.IsArray || value.Type != GgufValueType.UInt32 || !Metadata.TryGetInt("general.alignment", out var asked) || !BitOperations.IsPow2(asked))
            {
                return Damaged("\"general.alignment\" is not a power of two of type u32");
            }

            alignment = (uint)asked;
        }

        var infos = new List<(string Name, TensorType Type, long[] Dimensions, long Offset, long Bytes)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var end = 0L;
        for (var i = 0; i < count; i++)
        {
            if (!ReadTensorInfo(i, out var name, out var type, out var dimensions, out var bytes))
            {
                return false;
            }

            if (!names.Add(name))
            {
                return Damaged($"the tensor \"{Printable(name)}\" is there twice");
            }

            if (!_cursor.TryRead(out ulong offset))
            {
                return CutOff($"the tensor \"{Printable(name)}\"");
            }

            if (offset != (ulong)end)
            {
                return Damaged($"the tensor \"{Printable(name)}\" starts at {offset} instead of {end}, where the one before it ends");
            }

            infos.Add((name, type, dimensions, end, bytes));
            end = Pad(end + bytes, alignment);
            if (end > length + alignment)
            {
                return CutOff($"the data of \"{Printable(name)}\"");
            }
        }

        var data = Pad(_cursor.Position, alignment);
        var tensors = new GgufTensor[infos.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            var (name, type, dimensions, offset, bytes) = infos[i];
            if (data + offset > length - bytes)
            {
                return CutOff($"the data of \"{Printable(name)}\"");
            }

            tensors[i] = new GgufTensor(name, type, dimensions, start + data + offset, bytes);
        }

        Tensors = tensors;
        return true;
    }

    private bool ReadTensorInfo(int index, [NotNullWhen(true)] out string? name, out TensorType type, out long[] dimensions, out long bytes)
    {
        (name, type, dimensions, bytes) = (null, default, [1], 0);
        if (!_cursor.TryReadString(out var nameBytes))
        {
            return CutOff($"the name of tensor {index}");
        }

        if (nameBytes.Length is 0 or > MaximumNameBytes)
        {
            return Damaged($"the name of tensor {index} has {nameBytes.Length} bytes, where 1 to {MaximumNameBytes} are allowed");
        }

        name = Encoding.UTF8.GetString(nameBytes);
        if (!_cursor.TryRead(out uint rank))
        {
            return CutOff($"the sizes of \"{Printable(name)}\"");
        }

        if (rank is 0 or > 4)
        {
            return Damaged($"the tensor \"{Printable(name)}\" has {rank} dimensions, where 1 to 4 are allowed");
        }

        dimensions = new long[rank];
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (!_cursor.TryRead(out dimensions[i]))
            {
                return CutOff($"the sizes of \"{Printable(name)}\"");
            }
        }

        return _cursor.TryRead(out type) ? CheckSize(name, type, dimensions, out bytes) : CutOff($"the type of \"{Printable(name)}\"");
    }

    private bool CheckSize(string name, TensorType type, long[] dimensions, out long bytes)
    {
        bytes = 0;
        var blockValues = TensorTypes.BlockValues(type);
        if (blockValues == 0)
        {
            return Fail(
                $"The tensor \"{Printable(name)}\" of {path} has the type {GgufTypeNames.Of((uint)type)}; supported are {GgufTypeNames.Supported}. Take the model in one of these types.",
                EngineFaultKind.Unsupported);
        }

        var values = 1L;
        foreach (var size in dimensions)
        {
            if (size < 1 || size > long.MaxValue / values)
            {
                return Damaged($"the tensor \"{Printable(name)}\" has the impossible sizes [{string.Join(", ", dimensions)}]");
            }

            values *= size;
        }

        if (dimensions[0] % blockValues != 0)
        {
            return Damaged($"the rows of \"{Printable(name)}\" have {dimensions[0]} values, which is not a multiple of the {blockValues} of a {type} block");
        }

        if (values / blockValues > length / TensorTypes.BlockBytes(type))
        {
            return CutOff($"the data of \"{Printable(name)}\"");
        }

        bytes = values / blockValues * TensorTypes.BlockBytes(type);
        return true;
    }

    private static long Pad(long position, uint alignment) => (position + alignment - 1) & -(long)alignment;

    private bool CutOff(string inside) => Fail($"{path} ends inside {inside} after {length} bytes. It was cut off or is damaged: download or convert it again.");

    private bool Damaged(string what) => Fail($"{path} is damaged: {what}. Download or convert it again.");

    private bool Fail(string message, EngineFaultKind kind = EngineFaultKind.InvalidFile)
    {
        _fault = new EngineFault(kind, message);
        return false;
    }

    /// <summary>A name from the file for a message: short, on one line.</summary>
    private static string Printable(string name)
    {
        var shortened = name.Length > 80 ? string.Concat(name.AsSpan(0, 80), "...") : name;
        return string.Create(shortened.Length, shortened, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = char.IsControl(from[i]) ? '?' : from[i];
            }
        });
    }
}
