namespace Signalbox.Routing.Profiles;

/// <summary>
/// How hard a prompt is by its length, its shape and its cue words: what stands in where no trained predictor does. Numbers were set by
/// hand so that small talk is below 0.2, plain questions below 0.35 and proofs, puzzles and long tasks with many conditions above 0.7.
/// </summary>
internal static class DifficultyHeuristic
{
    private const double Ease = -2.0;
    private const double PerDoubledLength = 0.42;
    private const double WordsOfAShortPrompt = 8;

    public static double Of(ReadOnlySpan<char> prompt)
    {
        var shape = PromptShape.Of(prompt);
        Span<float> scores = stackalloc float[TaskNames.All.Count];
        scores.Clear();
        TaskCues.Instance.Score(CueText.Of(prompt, stackalloc char[CueText.Room]), scores);
        var z = Ease + (PerDoubledLength * Math.Log2(1 + (shape.EstimatedWords / WordsOfAShortPrompt)));
        z += 0.24 * Math.Min(scores[TaskPlaces.Reasoning], 12);
        z += 0.1 * Math.Min(scores[TaskPlaces.Code], 12);
        z -= 0.1 * Math.Min(scores[TaskPlaces.Chat], 10);
        z += shape.HasFormulas ? 0.9 : 0;
        z += shape.HasCodeFence ? 0.4 : 0;
        z += 0.12 * Math.Min(shape.Numbers, 6);
        z += 0.2 * Math.Clamp(shape.QuestionMarks - 1, 0, 4);
        z += 0.04 * Math.Min(shape.Lines - 1, 15);
        return 1 / (1 + Math.Exp(-z));
    }
}
