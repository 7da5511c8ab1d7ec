namespace Signalbox.Routing.Profiles;

/// <summary>Names the task of a prompt by cue words in four languages and by the shape of the text. Immutable; safe on any thread.</summary>
internal static class TaskClassifier
{
    /// <summary>What the system prompt and the first question say beside the last one.</summary>
    private const float SystemShare = 0.35f;

    private const float EarlierShare = 0.5f;

    /// <summary>Differences of scores that make one task about three times as likely as another.</summary>
    private const float ScoreScale = 2.5f;

    /// <summary>What is shorter and asks for nothing is small talk.</summary>
    private const int ShortRemark = 50;

    public static (string Task, double Confidence) Classify(in PromptText text, bool isAudio)
    {
        Span<float> scores = stackalloc float[TaskNames.All.Count];
        scores.Clear();
        Score(text.Question, 1, scores);
        AddShape(text.Question, scores);
        if (text.System.Length > 0)
        {
            Score(text.System, SystemShare, scores);
        }

        if (text.Question.Length < PromptText.ShortQuestion && !ReferenceEquals(text.Question, text.FirstQuestion))
        {
            Score(text.FirstQuestion, EarlierShare, scores);
        }

        // Sound that comes without another wish is to be written down; without sound there is nothing to transcribe.
        scores[TaskPlaces.Audio] = isAudio ? scores[TaskPlaces.Audio] + 4 : scores[TaskPlaces.Audio] / 2;
        return Best(scores);
    }

    private static void Score(ReadOnlySpan<char> prompt, float share, Span<float> scores)
    {
        Span<float> own = stackalloc float[scores.Length];
        own.Clear();
        TaskCues.Instance.Score(CueText.Of(prompt, stackalloc char[CueText.Room]), own);
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] += own[i] * share;
        }
    }

    private static void AddShape(ReadOnlySpan<char> prompt, Span<float> scores)
    {
        var shape = PromptShape.Of(prompt);
        scores[TaskPlaces.Code] = (scores[TaskPlaces.Code] * (shape.HasFormulas && !shape.HasCodeFence ? 0.4f : 1)) + (shape.HasCodeFence ? 4 : 0) + (shape.LooksLikeCode && !shape.HasFormulas ? 4 : 0);
        scores[TaskPlaces.Reasoning] += (shape.HasFormulas ? 5 : 0) + (shape is { Numbers: >= 2, QuestionMarks: > 0 } ? (shape.Numbers > 2 ? 5 : 3.5f) : 0);
        scores[TaskPlaces.Classification] += shape.OffersChoice ? 4 : 0;
        scores[TaskPlaces.Questions] += (shape.EndsInQuestion ? 2.5f : 0) + (shape.HasChoices ? 4 : 0) + (shape.Characters >= ShortRemark ? 1.5f : 0);
        scores[TaskPlaces.Chat] += shape.Characters < ShortRemark ? 1.5f : 0.5f;
    }

    private static (string Task, double Confidence) Best(ReadOnlySpan<float> scores)
    {
        var best = TaskPlaces.Chat;
        for (var i = 0; i < scores.Length; i++)
        {
            best = scores[i] > scores[best] ? i : best;
        }

        var sum = 0.0;
        foreach (var score in scores)
        {
            sum += Math.Exp((score - scores[best]) / ScoreScale);
        }

        return (TaskNames.All[best], 1 / sum);
    }
}
