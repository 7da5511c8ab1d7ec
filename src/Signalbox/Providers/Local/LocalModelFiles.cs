using System.Collections.ObjectModel;
using Signalbox.Configuration.Local;

namespace Signalbox.Providers.Local;

/// <summary>Which files are models of this process: those of the configuration, those of the folder, and those that Signalbox brings.</summary>
internal static class LocalModelFiles
{
    /// <summary>The folder of models where the configuration names none, in the working folder.</summary>
    public const string DefaultFolder = "models";

    private const string Extension = ".gguf";

    /// <summary>
    /// Name and settings of every model, each with its file; the files need not exist. Of several models of one name the configuration's
    /// wins, then the folder's. An entry that names no file and has none in the folder means the one that Signalbox brings.
    /// </summary>
    public static IReadOnlyList<LocalModelConfig> List(LocalConfig config)
    {
        var folder = Path.GetFullPath(config.Folder ?? DefaultFolder);
        var builtIn = BuiltIn(config.BuiltInFolder);
        var models = new List<LocalModelConfig>();
        foreach (var model in config.Models.Values)
        {
            models.Add(model.File is not null ? model : OfFolder(model, folder, builtIn));
        }

        foreach (var file in FilesOf(folder))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (IsName(name) && !config.Models.ContainsKey(name) && models.TrueForAll(model => model.File != file))
            {
                models.Add(new LocalModelConfig { Name = name, File = file });
            }
        }

        models.AddRange(builtIn.Where(own => models.TrueForAll(model => model.Name != own.Name)));
        return models;
    }

    /// <summary>What Signalbox brings. A file NAME-ADAPTER.gguf beside NAME.gguf is an adapter of that model, under its own file name.</summary>
    private static List<LocalModelConfig> BuiltIn(string folder)
    {
        var models = new List<LocalModelConfig>();
        foreach (var file in FilesOf(folder).OrderBy(static file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var at = models.FindIndex(model => name.StartsWith(model.Name + "-", StringComparison.Ordinal));
            if (at < 0)
            {
                models.Add(new LocalModelConfig { Name = name, File = file, IsBuiltIn = true, Quality = BuiltInModels.Quality, UseCases = BuiltInModels.UseCases });
                continue;
            }

            var adapters = new Dictionary<string, string>(models[at].Adapters, StringComparer.Ordinal) { [name] = file };
            models[at] = models[at] with { Adapters = new ReadOnlyDictionary<string, string>(adapters) };
        }

        return models;
    }

    private static LocalModelConfig OfFolder(LocalModelConfig model, string folder, List<LocalModelConfig> builtIn)
    {
        var file = Path.Combine(folder, model.Name + Extension);
        return builtIn.Find(own => own.Name == model.Name) is { } own && !File.Exists(file)
            ? model with
            {
                File = own.File,
                Adapters = model.Adapters.Count > 0 ? model.Adapters : own.Adapters,
                Quality = model.Quality ?? own.Quality,
                UseCases = model.UseCases.Count > 0 ? model.UseCases : own.UseCases,
            }
            : model with { File = file };
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
