namespace Signalbox.Routing.Learning;

/// <summary>A predictor of the user's own, in a file that <c>route train</c> has written.</summary>
internal static class PredictorFile
{
    /// <summary>Loads it, or says what is wrong with it.</summary>
    public static DifficultyPredictor? TryLoad(string path, out string? problem)
    {
        try
        {
            using var file = File.OpenRead(path);
            return DifficultyPredictor.TryLoad(file, out problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"the file {path} cannot be read: {e.Message}";
            return null;
        }
    }

    /// <summary>Loads a file that the validator of the configuration has loaded before; when it has gone since, the shipped weights stand in.</summary>
    public static DifficultyPredictor Load(string path) => TryLoad(path, out _) ?? DifficultyPredictor.Default;
}
