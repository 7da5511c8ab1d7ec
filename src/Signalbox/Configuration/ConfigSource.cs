namespace Signalbox.Configuration;

/// <summary>The bytes a config comes from, read once, so that a reload can tell whether anything changed.</summary>
internal sealed class ConfigSource
{
    private ConfigSource(string? path, string folder) => (Path, Folder) = (path, folder);

    /// <summary>Full path of the config file; null when there is none and none was asked for.</summary>
    public string? Path { get; }

    public string Folder { get; }

    public byte[]? Json { get; private init; }

    public byte[]? DotEnv { get; private init; }

    /// <summary>Why a file could not be read.</summary>
    public IReadOnlyList<ConfigProblem> Failures { get; private init; } = [];

    /// <summary>Reads the file, or the one that a folder has by default, and the .env file beside it.</summary>
    public static ConfigSource Read(string? path, string folder)
    {
        var usual = System.IO.Path.Combine(folder, ConfigLoader.DefaultFileName);
        var file = path is not null ? System.IO.Path.GetFullPath(path, folder) : File.Exists(usual) ? usual : null;
        var home = file is null ? folder : System.IO.Path.GetDirectoryName(file) ?? folder;
        var failures = new List<ConfigProblem>();
        return new ConfigSource(file, home)
        {
            Json = file is null ? null : TryRead(file, file, failures),
            DotEnv = System.IO.Path.Combine(home, DotEnvFile.Name) is var dotEnv && File.Exists(dotEnv) ? TryRead(dotEnv, DotEnvFile.Name, failures) : null,
            Failures = failures,
        };
    }

    public bool HasSameContentAs(ConfigSource other) => Same(Json, other.Json) && Same(DotEnv, other.DotEnv);

    private static bool Same(byte[]? left, byte[]? right) =>
        left is null || right is null ? left == right : left.AsSpan().SequenceEqual(right);

    private static byte[]? TryRead(string path, string shownAs, List<ConfigProblem> failures)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "there is no such file",
                UnauthorizedAccessException when Directory.Exists(path) => "is a folder; name the file in it",
                UnauthorizedAccessException => "may not be read by this user",
                _ => $"cannot be read ({e.GetType().Name})",
            };
            failures.Add(new(ConfigSeverity.Error, shownAs, why));
            return null;
        }
    }
}
