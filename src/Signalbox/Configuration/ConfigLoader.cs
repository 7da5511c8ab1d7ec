using System.Collections;
using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Unicode;
using Signalbox.Configuration.Benchmarks;
using Signalbox.Configuration.Fields;
using Signalbox.Configuration.Versions;

namespace Signalbox.Configuration;

/// <summary>Loads the config: from a file, or without one from what the environment offers.</summary>
public static class ConfigLoader
{
    /// <summary>The file that is read when none is named and the working folder has it.</summary>
    public const string DefaultFileName = "signalbox.json";

    private static readonly JsonDocumentOptions Relaxed = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>
    /// Loads <paramref name="path"/>, or else signalbox.json in the working folder, or else what is in the environment.
    /// A .env file beside it is read first; the environment wins over it, and is not changed.
    /// </summary>
    public static ConfigResult Load(string? path, IReadOnlyDictionary<string, string> environment) =>
        Load(ConfigSource.Read(path, Directory.GetCurrentDirectory()), environment);

    /// <summary>Reads a config from memory. The environment is used as it is given; relative paths start from the working folder.</summary>
    public static ConfigResult Parse(ReadOnlySpan<byte> json, IReadOnlyDictionary<string, string> environment)
    {
        var reading = new ConfigReading(environment);
        return ToResult(Fill(Read(json, reading), environment, reading), reading);
    }

    /// <summary>The environment of this process, as the other methods take it.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return variables;
    }

    internal static ConfigResult Load(ConfigSource source, IReadOnlyDictionary<string, string> environment)
    {
        var problems = new List<ConfigProblem>(source.Failures);
        var filled = DotEnvFile.AddTo(environment, source.DotEnv, problems);
        var reading = new ConfigReading(filled, problems) { Folder = source.Folder };
        var config = source.Path is null ? EnvironmentDiscovery.Discover(filled, reading)
            : source.Json is { } json ? Read(json, reading)
            : null;
        return ToResult(Fill(config, filled, reading), reading) with { Source = source };
    }

    private static SignalboxConfig? Fill(SignalboxConfig? config, IReadOnlyDictionary<string, string> environment, ConfigReading reading) =>
        VersionCheck.WithActive(config, environment, reading) is { } active ? active with { Benchmark = BenchmarkEnvironment.Fill(active.Benchmark, environment, reading) } : null;

    private static ConfigResult ToResult(SignalboxConfig? config, ConfigReading reading) =>
        new(reading.HasErrors ? null : config, reading.Problems);

    private static SignalboxConfig? Read(ReadOnlySpan<byte> json, ConfigReading reading)
    {
        using var document = TryParse(json, reading);
        if (document is null)
        {
            return null;
        }

        var shape = SignalboxConfig.Shape;
        var written = shape.Read(document.RootElement, shape.Defaults, ConfigPath.Root, reading);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var config = written with { Providers = Complete(written.Providers, reading) };
        ConfigValidator.Validate(config, reading);
        return config;
    }

    private static ReadOnlyDictionary<string, ProviderConfig> Complete(IReadOnlyDictionary<string, ProviderConfig> providers, ConfigReading reading)
    {
        var completed = new OrderedDictionary<string, ProviderConfig>(StringComparer.Ordinal);
        foreach (var (name, provider) in providers)
        {
            completed.Add(name, ProviderCompletion.Complete(provider, ConfigPath.Root.Field("providers").Field(name), reading));
        }

        return new(completed);
    }

    private static JsonDocument? TryParse(ReadOnlySpan<byte> json, ConfigReading reading)
    {
        json = json.StartsWith("\uFEFF"u8) ? json[3..] : json;
        if (json.Trim(" \t\r\n"u8).IsEmpty)
        {
            reading.Error(ConfigPath.Root, "the file is empty; the smallest config is {}");
            return null;
        }

        if (!Utf8.IsValid(json))
        {
            reading.Error(ConfigPath.Root, "the file is not UTF-8; save it in that encoding");
            return null;
        }

        try
        {
            return JsonDocument.Parse(json.ToArray(), Relaxed);
        }
        catch (JsonException e)
        {
            // The framework's wording may be trimmed away, and quotes the file.
            reading.Error(ConfigPath.Root, $"not JSON at line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: "
                + "a comma, quote or bracket is missing or too many just before it, or it is nested deeper than 64");
            return null;
        }
    }
}
