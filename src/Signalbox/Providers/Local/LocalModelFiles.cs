using Signalbox.Configuration.Local;

namespace Signalbox.Providers.Local;

/// <summary>Which files are models of this process: those of the configuration, and those of the folder.</summary>
internal static class LocalModelFiles
{
    private const string DefaultFolder = "models";
    private const string Extension = ".gguf";

    /// <summary>Name and settings of every model, each with its file; the files need not exist.</summary>
    public static IReadOnlyList<LocalModelConfig> List(LocalConfig config)
    {
        var folder = Path.GetFullPath(config.Folder ?? DefaultFolder);
        var models = new List<LocalModelConfig>();
        foreach (var model in config.Models.Values)
        {
            models.Add(model with { File = model.File ?? Path.Combine(folder, model.Name + Extension) });
        }

        foreach (var file in FilesOf(folder))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (IsName(name) && !config.Models.ContainsKey(name) && models.TrueForAll(model => model.File != file))
            {
                models.Add(new LocalModelConfig { Name = name, File = file });
            }
        }

        return models;
    }

    private static IEnumerable<string> FilesOf(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal) : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that cannot be read has no models.
            return [];
        }
    }

    private static bool IsName(string name) => name.Length > 0 && name.All(static c => c is > ' ' and <= '~');
}
