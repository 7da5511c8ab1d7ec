namespace Signalbox.Routing.Learning;

/// <summary>The weights that are part of the library; docs/learned-routing.md is their card.</summary>
internal static class DefaultWeights
{
    private const string Difficulty = "difficulty.weights";

    public static DifficultyPredictor LoadDifficulty()
    {
        using var file = typeof(DefaultWeights).Assembly.GetManifestResourceStream(Difficulty)
            ?? throw new InvalidOperationException($"The build left out the resource {Difficulty}.");
        return DifficultyPredictor.Load(file);
    }
}
