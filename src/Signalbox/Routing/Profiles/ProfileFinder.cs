using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Tokens;

namespace Signalbox.Routing.Profiles;

/// <summary>What the values of one profile are found from, in this order: the caller's word, the route's, a classifier's.</summary>
internal sealed record ProfileFinder(DialectRequest Request, CallerHints Caller, RouteHints? Route, ProfilerOptions Options)
{
    /// <summary>Who asks; part of the conversation's key.</summary>
    public string? CallerKey { get; init; }

    public PromptText Text { get; init; }

    public TaskFinding FindTask()
    {
        if (Caller.Task is { } said)
        {
            return new TaskFinding(said, ProfileSource.Caller);
        }

        if (Route?.Task is { } routed)
        {
            return new TaskFinding(routed, ProfileSource.Route);
        }

        var isAudio = (NeedsReader.ModalitiesOf(Request.Messages) & Modalities.Audio) != 0;
        var (task, confidence) = TaskClassifier.Classify(Text, isAudio);
        return new TaskFinding(task, ProfileSource.Classifier, confidence);
    }

    public DifficultyFinding FindDifficulty()
    {
        var thresholds = Options.Complexity;
        if (Caller.Difficulty is { } number)
        {
            return new DifficultyFinding(number, thresholds.WordFor(number), ProfileSource.Caller);
        }

        if (Caller.Complexity is { } word)
        {
            return new DifficultyFinding(thresholds.MiddleOf(word), word, ProfileSource.Caller);
        }

        if (Route?.Difficulty is { } routed)
        {
            return new DifficultyFinding(routed, thresholds.WordFor(routed), ProfileSource.Route);
        }

        if (Route?.Complexity is { } routedWord)
        {
            return new DifficultyFinding(thresholds.MiddleOf(routedWord), routedWord, ProfileSource.Route);
        }

        var difficulty = Math.Clamp(Options.Difficulty(Text.Question), 0, 1);
        return new DifficultyFinding(difficulty, thresholds.WordFor(difficulty), ProfileSource.Classifier);
    }

    public LanguageFinding FindLanguage()
    {
        if (Route?.Language is { } routed)
        {
            return new LanguageFinding(routed, ProfileSource.Route);
        }

        // A short follow-up in a conversation says less than the question that it follows.
        var language = LanguageDetector.Detect(Text.Question);
        language ??= ReferenceEquals(Text.Question, Text.FirstQuestion) ? null : LanguageDetector.Detect(Text.FirstQuestion);
        return new LanguageFinding(language, ProfileSource.Classifier);
    }

    public RequestCensus FindCensus() => RequestCensus.Of(Request);

    public string FindConversationKey() => ConversationKey.Of(Request, CallerKey);

    public ulong FindConversation() => ConversationKey.InProcess(Request, CallerKey);
}
