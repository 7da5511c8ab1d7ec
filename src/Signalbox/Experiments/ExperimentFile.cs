using System.Text.Json;

namespace Signalbox.Experiments;

/// <summary>The experiments in the data folder: one small file, replaced whole, so that nobody ever sees half of it.</summary>
internal sealed class ExperimentFile(string folder)
{
    public const string Name = "experiments.json";

    /// <summary>A larger file is none of ours.</summary>
    private const long MostBytes = 8 << 20;

    private bool _isBlocked;
    private bool _hasFailed;

    private string FullPath => Path.Combine(folder, Name);

    /// <summary>What is there; nothing where there is no file. A damaged one is set aside, and said so.</summary>
    public IReadOnlyList<ExperimentState> Load(Action<string> tell)
    {
        try
        {
            var file = new FileInfo(FullPath);
            if (!file.Exists)
            {
                return [];
            }

            if ((file.Length > MostBytes ? null : ExperimentStateJson.Read(File.ReadAllBytes(FullPath))) is { } states)
            {
                return states;
            }

            var aside = FullPath + ".damaged";
            File.Move(FullPath, aside, overwrite: true);
            tell($"{FullPath} is damaged and was set aside as {aside}; the experiments begin anew");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _isBlocked = true;
            tell($"{FullPath} cannot be read: {e.Message} Experiments are counted from now on and not saved, so that it is not overwritten.");
        }

        return [];
    }

    /// <summary>What is there, and nothing is moved or written: for readers beside a gateway that runs.</summary>
    public static IReadOnlyList<ExperimentState> Peek(string folder, Action<string> tell)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            if (!File.Exists(path))
            {
                return [];
            }

            if (ExperimentStateJson.Read(File.ReadAllBytes(path)) is { } states)
            {
                return states;
            }

            tell($"{path} is damaged. The gateway sets it aside when it starts, and begins anew.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            tell($"{path} cannot be read: {e.Message}");
        }

        return [];
    }

    /// <summary>Replaces the file. False when that failed.</summary>
    public bool Save(IReadOnlyList<ExperimentState> states, Action<string> tell)
    {
        if (_isBlocked)
        {
            return true;
        }

        var temporary = FullPath + ".tmp-" + Environment.ProcessId;
        try
        {
            Directory.CreateDirectory(folder);
            using (var stream = File.Create(temporary))
            {
                using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
                {
                    ExperimentStateJson.Write(json, states);
                }

                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, FullPath, overwrite: true);
            _hasFailed = false;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_hasFailed)
            {
                tell($"experiments cannot be saved to {FullPath}: {e.Message} Make the data folder writable, or choose another with --data.");
            }

            _hasFailed = true;
            return false;
        }
    }
}
