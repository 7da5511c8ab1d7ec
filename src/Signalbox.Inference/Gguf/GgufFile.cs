using System.Diagnostics.CodeAnalysis;
using System.IO.MemoryMappedFiles;

namespace Signalbox.Inference.Gguf;

/// <summary>
/// A GGUF file (version 2 or 3), mapped into memory and checked: every tensor lies inside the file. Metadata is copied, tensors are read
/// in place. A file that is cut short by another program while it is open ends the process at the next read of a lost page (SIGBUS), as
/// with every mapped file: replace a model by renaming a new file over it, never by writing into it.
/// </summary>
internal sealed unsafe class GgufFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, GgufTensor> _byName;
    private bool _disposed;

    private GgufFile(FileStream stream, string path, long bytes, MemoryMappedFile map, MemoryMappedViewAccessor view, GgufReader read)
    {
        (_stream, Path, FileBytes, _map, _view) = (stream, path, bytes, map, view);
        (Metadata, Tensors) = (read.Metadata, read.Tensors);
        _byName = read.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
    }

    /// <summary>Opens and checks a file. Whatever the file holds, this ends in a value: no crash, no read outside of it.</summary>
    public static bool TryOpen(string path, [NotNullWhen(true)] out GgufFile? file, [NotNullWhen(false)] out EngineFault? fault)
    {
        file = null;
        FileStream? stream = null;
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        if (Directory.Exists(path))
        {
            fault = new EngineFault(EngineFaultKind.InvalidFile, $"{path} is a folder. Give the path of a model in the GGUF format.");
            return false;
        }

        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (!stream.CanSeek || stream.Length == 0)
            {
                fault = new EngineFault(EngineFaultKind.InvalidFile, $"{path} is empty or no ordinary file. Give the path of a model in the GGUF format.");
                return false;
            }

            map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            var bytes = Math.Min(stream.Length, (long)view.SafeMemoryMappedViewHandle.ByteLength);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            var reader = new GgufReader(path, start, bytes);
            if (reader.TryRead(out fault))
            {
                file = new GgufFile(stream, path, bytes, map, view, reader);
                return true;
            }

            Release(map, view);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            view?.Dispose();
            map?.Dispose();
            fault = new EngineFault(EngineFaultKind.InvalidFile, $"{path} cannot be opened: {e.Message} Check the path and the file's permissions.");
            return false;
        }
        finally
        {
            if (file is null)
            {
                stream?.Dispose();
            }
        }
    }

    public string Path { get; }

    public long FileBytes { get; }

    public GgufMetadata Metadata { get; }

    /// <summary>In the file's order.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    public GgufTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Copies bytes of a tensor without the mapping, so that pages that are needed seldom take no memory of this process.</summary>
    /// <param name="source">An address in the mapping.</param>
    /// <param name="target">As many bytes as there are behind it, or fewer.</param>
    public void Read(byte* source, Span<byte> target)
    {
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        var offset = source - start;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(_stream.SafeFileHandle, target, offset);
            if (read == 0)
            {
                throw new IOException($"{Path} was cut short while it was open; load the model again.");
            }

            offset += read;
            target = target[read..];
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            Release(_map, _view);
            _stream.Dispose();
        }
    }

    private static void Release(MemoryMappedFile map, MemoryMappedViewAccessor view)
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }
}
