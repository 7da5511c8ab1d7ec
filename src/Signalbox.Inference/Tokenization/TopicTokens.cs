namespace Signalbox.Inference.Tokenization;

/// <summary>The control tokens that name topics, such as <c>&lt;|topic:atm-fees|&gt;</c>: a model that has them begins its answer with one.</summary>
internal static class TopicTokens
{
    private const string Start = "<|topic:";
    private const string End = "|>";

    /// <summary>The topic that a token names; null for any other token.</summary>
    public static string? TopicOf(Tokenizer tokenizer, int token) =>
        tokenizer.IsControl(token) && tokenizer.NameOf(token) is { } name && name.Length > Start.Length + End.Length
        && name.StartsWith(Start, StringComparison.Ordinal) && name.EndsWith(End, StringComparison.Ordinal)
            ? name[Start.Length..^End.Length]
            : null;

    /// <summary>Every topic of a vocabulary, in the order of its tokens; none for most models.</summary>
    public static IReadOnlyList<string> All(Tokenizer tokenizer)
    {
        var topics = new List<string>();
        for (var token = 0; token < tokenizer.VocabularySize; token++)
        {
            if (TopicOf(tokenizer, token) is { } topic)
            {
                topics.Add(topic);
            }
        }

        return topics;
    }
}
