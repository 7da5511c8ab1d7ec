namespace Signalbox.Routing.Learning;

/// <summary>Where weights come from: part of the library (docs/learned-routing.md is their card), or a file that <c>route train</c> has written.</summary>
internal static class DifficultyWeights
{
    private const string Difficulty = "difficulty.weights";

    public static DifficultyPredictor LoadShipped()
    {
        using var file = typeof(DifficultyWeights).Assembly.GetManifestResourceStream(Difficulty)
            ?? throw new InvalidOperationException($"The build left out the resource {Difficulty}.");
        return DifficultyPredictor.Load(file);
    }

    /// <summary>Loads a user's file, or says what is wrong with it.</summary>
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
    public static DifficultyPredictor LoadOrShipped(string path) => TryLoad(path, out _) ?? DifficultyPredictor.Default;
}
