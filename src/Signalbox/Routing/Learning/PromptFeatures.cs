namespace Signalbox.Routing.Learning;

/// <summary>
/// What the learned classifiers look at: hashed terms (words, beginnings of words, pairs of words, signs) and a few dozen measures of
/// shape that mean the same in every language. Reading is linear in the text and looks at its first and last part only.
/// </summary>
internal ref struct PromptFeatures
{
    public const int HeadCharacters = 8192;
    public const int TailCharacters = 4096;

    /// <summary>The two highest bits of a term say its group.</summary>
    public const int GroupShift = 30;
    public const int Words = 0;
    public const int Pairs = 1;
    public const int Groups = 2;

    private readonly Span<float> _measures;
    private TermSet _terms;

    private PromptFeatures(TermSet terms, Span<float> measures)
    {
        _terms = terms;
        _measures = measures;
    }

    public readonly ReadOnlySpan<uint> Terms => _terms.Terms;

    public readonly int PairCount => _terms.Pairs;

    public readonly int WordCount => _terms.Terms.Length - _terms.Pairs;

    public readonly ReadOnlySpan<float> Measures => _measures;

    /// <summary>Reads a prompt; <paramref name="measures"/> (<see cref="PromptMeasures.Count"/> long) is filled and belongs to the result.</summary>
    public static PromptFeatures Read(ReadOnlySpan<char> text, Span<float> measures)
    {
        var head = text;
        var tail = ReadOnlySpan<char>.Empty;
        if (text.Length > HeadCharacters + TailCharacters)
        {
            head = text[..HeadCharacters];
            tail = text[^TailCharacters..];
        }

        var reader = new PromptReader(new TermSet(head.Length + tail.Length));
        reader.Read(head);
        if (!tail.IsEmpty)
        {
            reader.Read(tail);
        }

        PromptMeasures.Fill(reader.Counts, text.Length, measures);
        return new PromptFeatures(reader.Terms, measures);
    }

    public readonly void Dispose() => _terms.Dispose();
}
