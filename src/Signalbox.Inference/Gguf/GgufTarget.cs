using System.Diagnostics.CodeAnalysis;

namespace Signalbox.Inference.Gguf;

/// <summary>A place to write a model to. The file is written beside it and renamed over it, so only an ordinary file will do.</summary>
internal static class GgufTarget
{
    private static readonly string[] Devices = ["/dev/", "/proc/", "/sys/"];

    /// <summary>Why nothing can be written there; null where it can, as far as is known before it is tried.</summary>
    public static EngineFault? Refuse(string path)
    {
        var target = new FileInfo(path);
        var problem = target.LinkTarget is not null || Directory.Exists(path) || Devices.Any(target.FullName.StartsWith)
            ? $"{path} is a folder, a link or a device: name an ordinary file to write to."
            : target.Directory is { Exists: false } folder ? $"{path} cannot be written: there is no folder {folder.FullName}. Make it, or name another place."
            : null;
        return problem is null ? null : new EngineFault(EngineFaultKind.InvalidRequest, problem);
    }

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
}
