using System.Diagnostics.CodeAnalysis;

namespace Signalbox.Inference.Gguf;

/// <summary>A place to write a model to. The file is written beside it and renamed over it, so only an ordinary file will do, and only a model is replaced.</summary>
internal static class GgufTarget
{
    private const int MostLinks = 40;

    private static readonly string[] Devices = ["/dev/", "/proc/", "/sys/"];

    /// <summary>Why nothing can be written there; null where it can, as far as is known before it is tried.</summary>
    public static EngineFault? Refuse(string path)
    {
        if (path.Length == 0)
        {
            return new EngineFault(EngineFaultKind.InvalidRequest, "The path to write to is empty: name a file.");
        }

        var target = new FileInfo(path);
        var problem = target.LinkTarget is not null || Directory.Exists(path) || Devices.Any(target.FullName.StartsWith)
            ? $"{path} is a folder, a link or a device: name an ordinary file to write to."
            : target.Directory is { Exists: false } folder ? $"{path} cannot be written: there is no folder {folder.FullName}. Make it, or name another place."
            : target is { Exists: true, Length: > 0 } && !IsModel(path) ? $"{path} is there and is no GGUF file: it would be lost. Move it away, or name another file to write to."
            : null;
        return problem is null ? null : new EngineFault(EngineFaultKind.InvalidRequest, problem);
    }

    /// <summary>
    /// Whether both paths are one file, through whatever links. A hard link is another file here: what is written is renamed over one of the names, and the
    /// other keeps what was there.
    /// </summary>
    public static bool IsSame(string one, string other) => Resolve(one, 0) == Resolve(other, 0);

    /// <summary>Writes the file whole, or leaves what was there.</summary>
    public static bool TryWrite(GgufWriter writer, string path, [NotNullWhen(false)] out EngineFault? fault)
    {
        try
        {
            writer.WriteTo(path);
            fault = null;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A place that does not suit is the caller's to mend, a full disk the machine's.
            var kind = e is DirectoryNotFoundException or UnauthorizedAccessException ? EngineFaultKind.InvalidRequest : EngineFaultKind.Overloaded;
            fault = new EngineFault(kind, $"{path} cannot be written: {e.Message} Nothing was left behind; choose a folder with room for the model.");
            return false;
        }
    }

    private static bool IsModel(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> start = stackalloc byte[4];
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("GGUF"u8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The path without links. Each starts the walk again, so that links in its own target are found too.</summary>
    private static string Resolve(string path, int links)
    {
        var full = Path.GetFullPath(path);
        var resolved = Path.GetPathRoot(full)!;
        var parts = full[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            var next = Path.Combine(resolved, parts[i]);
            if (links < MostLinks && new FileInfo(next).LinkTarget is { } target)
            {
                return Resolve(Path.Combine([resolved, target, .. parts[(i + 1)..]]), links + 1);
            }

            resolved = next;
        }

        return resolved;
    }
}
