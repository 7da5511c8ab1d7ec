namespace Signalbox.Benchmarking;

/// <summary>
/// Past benchmarks: a file of the data folder with a JSON line for each. When it would grow beyond its limit the oldest lines go.
/// Without a folder only the last one is known, in memory.
/// </summary>
internal sealed class BenchmarkHistory(string? folder, long maxBytes = BenchmarkHistory.DefaultMaxBytes)
{
    public const string FileName = "benchmarks.jsonl";
    public const long DefaultMaxBytes = 4 * 1024 * 1024;

    private readonly Lock _lock = new();
    private byte[]? _last;

    public string? Path { get; } = folder is null ? null : System.IO.Path.Combine(folder, FileName);

    /// <summary>Adds a line; says why it could not be written, null where it was.</summary>
    public string? Add(byte[] line)
    {
        lock (_lock)
        {
            _last = line;
            if (Path is null)
            {
                return null;
            }

            try
            {
                Directory.CreateDirectory(folder!);
                if (File.Exists(Path) && new FileInfo(Path).Length + line.Length + 1 > maxBytes)
                {
                    Shorten(line.Length + 1);
                }

                using var file = new FileStream(Path, FileMode.Append, FileAccess.Write, FileShare.Read);
                file.Write([.. line, (byte)'\n']);
                return null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return $"the benchmark could not be added to {Path}: {e.Message} Choose another folder with --data.";
            }
        }
    }

    /// <summary>The latest line, of this process or another; null where there is none.</summary>
    public byte[]? Last()
    {
        lock (_lock)
        {
            return LastOfFile() ?? _last;
        }
    }

    private byte[]? LastOfFile()
    {
        try
        {
            if (Path is null || !File.Exists(Path))
            {
                return null;
            }

            var bytes = File.ReadAllBytes(Path).AsSpan();

            // A line without its end is one that another process is writing.
            var end = bytes.LastIndexOf((byte)'\n');
            return end < 1 ? null : bytes[(bytes[..end].LastIndexOf((byte)'\n') + 1)..end].ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps the youngest lines that fit into half of the limit, so that not every addition writes the file again.</summary>
    private void Shorten(int coming)
    {
        var bytes = File.ReadAllBytes(Path!);
        var keep = (int)Math.Max(0, Math.Min(bytes.Length, (maxBytes / 2) - coming));
        var from = bytes.Length - keep;
        var start = bytes.AsSpan(from).IndexOf((byte)'\n') is var next && next >= 0 ? from + next + 1 : bytes.Length;
        var temporary = Path + ".new";
        File.WriteAllBytes(temporary, bytes[start..]);
        File.Move(temporary, Path!, overwrite: true);
    }
}
