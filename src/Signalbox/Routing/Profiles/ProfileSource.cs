namespace Signalbox.Routing.Profiles;

/// <summary>Where a value of the profile came from.</summary>
internal enum ProfileSource
{
    Classifier,
    Route,
    Caller,
}

/// <summary>What a request is about.</summary>
/// <param name="Task">One of <see cref="TaskNames"/>, or a route's own word.</param>
/// <param name="Source">Who named it.</param>
/// <param name="Confidence">How sure the classifier is, 0..1; 1 where somebody said it.</param>
internal sealed record TaskFinding(string Task, ProfileSource Source, double Confidence = 1);

/// <summary>How hard a request is.</summary>
/// <param name="Difficulty">0..1.</param>
/// <param name="Complexity">The same as a word.</param>
/// <param name="Source">Who said it.</param>
internal sealed record DifficultyFinding(double Difficulty, Complexity Complexity, ProfileSource Source);

/// <summary>What language a request is written in.</summary>
/// <param name="Language">ISO 639-1; null where it is not sure.</param>
/// <param name="Source">Who said it.</param>
internal sealed record LanguageFinding(string? Language, ProfileSource Source);
