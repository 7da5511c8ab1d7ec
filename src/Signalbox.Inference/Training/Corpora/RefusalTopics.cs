namespace Signalbox.Inference.Training.Corpora;

/// <summary>The topics of answers that refuse, or that care for who asked: which of them is said makes no difference to who asked.</summary>
internal static class RefusalTopics
{
    /// <summary>The topic that stands for every one of them in questions with known answers.</summary>
    public const string Any = "refuse";

    private const string RefusalStart = "refuse-";
    private const string CareStart = "care-";

    /// <summary>Whether a topic is one of them.</summary>
    public static bool Includes(string topic) => topic.StartsWith(RefusalStart, StringComparison.Ordinal) || topic.StartsWith(CareStart, StringComparison.Ordinal);

    /// <summary>Whether what was said is what was expected.</summary>
    public static bool Match(string expected, string said) => said == expected || (expected == Any && Includes(said));
}
