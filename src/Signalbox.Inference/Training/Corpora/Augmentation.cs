namespace Signalbox.Inference.Training.Corpora;

/// <summary>How questions change each time they are used, so that a model does not learn them by heart. All shares are from 0 to 1; 0 leaves it out.</summary>
internal sealed record Augmentation
{
    public static Augmentation None { get; } = new();

    /// <summary>Questions that get typing errors.</summary>
    public double Mistyped { get; init; }

    /// <summary>Of a mistyped question: words that get one.</summary>
    public double TyposPerWord { get; init; } = 0.15;

    /// <summary>Words that are left out, of questions with more than three.</summary>
    public double DroppedWords { get; init; }

    /// <summary>Questions that lose their punctuation.</summary>
    public double NoPunctuation { get; init; }

    /// <summary>Questions before which a greeting stands.</summary>
    public double Greetings { get; init; }

    public IReadOnlyList<string> GreetingTexts { get; init; } = [];

    /// <summary>Questions after which a closing stands.</summary>
    public double Closings { get; init; }

    public IReadOnlyList<string> ClosingTexts { get; init; } = [];

    /// <summary>Places with a synonym that is used instead.</summary>
    public double Synonyms { get; init; }

    /// <summary>Words or phrases in lower case that can stand for each other.</summary>
    public IReadOnlyList<IReadOnlyList<string>> SynonymGroups { get; init; } = [];

    /// <summary>Questions before which one or two other exchanges stand.</summary>
    public double EarlierExchanges { get; init; }

    /// <summary>Merges of a question's words that are left out at each step.</summary>
    public double BpeDropout { get; init; }

    /// <summary>
    /// Examples of which only the first tokens of the answer are learned, where a topic has as many as the median one. Of others more or fewer are cut, so
    /// that all answers are learned whole about equally often; examples without a topic are cut at this share.
    /// </summary>
    public double CutAnswers { get; init; }

    /// <summary>Tokens that are left of a cut answer.</summary>
    public int CutAnswersAfter { get; init; } = 8;
}
