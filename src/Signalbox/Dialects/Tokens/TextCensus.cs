namespace Signalbox.Dialects.Tokens;

/// <summary>
/// What makes tokens in some texts, counted once; an estimate for any tokenizer family is then a sum of some fifty products. Text
/// beyond <see cref="ExactCharacters"/> is sampled, so that counting stays cheap whatever the length.
/// </summary>
internal sealed class TextCensus
{
    public const int ExactCharacters = 128 * 1024;

    private const int BlockCharacters = 16 * 1024;
    private const int SampledCharacters = 2 * 1024;
    private const int FeatureCount = (int)TextFeature.Other + 1;
    private const int BytesAtOnce = 1024;

    private readonly double[] _features = new double[FeatureCount];

    /// <summary>Characters seen, the sampled-over ones included.</summary>
    public long Characters { get; private set; }

    public void Add(ReadOnlySpan<char> text)
    {
        var automaton = TextAutomaton.Instance;
        Span<int> entered = stackalloc int[automaton.StateCount];
        entered.Clear();
        var exact = (int)Math.Clamp(ExactCharacters - Characters, 0, text.Length);
        automaton.Count(text[..exact], entered);
        automaton.AddFeatures(entered, 1, _features);
        Characters += text.Length;
        for (var rest = text[exact..]; rest.Length > 0;)
        {
            var block = rest[..Math.Min(BlockCharacters, rest.Length)];
            var sample = block[..Math.Min(SampledCharacters, block.Length)];
            entered.Clear();
            automaton.Count(sample, entered);
            automaton.AddFeatures(entered, (double)block.Length / sample.Length, _features);
            rest = rest[block.Length..];
        }
    }

    /// <summary>Adds a JSON text as it stands in a body; blank space that a provider would not keep is left out.</summary>
    public void AddJson(ReadOnlySpan<byte> utf8)
    {
        Span<char> characters = stackalloc char[BytesAtOnce];
        while (utf8.Length > 0)
        {
            // Never stops inside a character: whole sequences are decoded, the rest waits for the next round.
            var status = System.Text.Unicode.Utf8.ToUtf16(utf8, characters, out var read, out var written);
            Add(characters[..Compact(characters[..written])]);
            if (read == 0 || status is System.Buffers.OperationStatus.InvalidData)
            {
                return;
            }

            utf8 = utf8[read..];
        }
    }

    public double Tokens(TokenizerFamily family) => TokenWeights.Sum(_features, family);

    /// <summary>Drops line breaks and all but the first of several blanks; returns the new length.</summary>
    private static int Compact(Span<char> text)
    {
        var length = 0;
        var wasBlank = false;
        foreach (var c in text)
        {
            var isBlank = c is ' ' or '\n' or '\r' or '\t';
            if (!isBlank || (!wasBlank && c == ' '))
            {
                text[length++] = c;
            }

            wasBlank = isBlank;
        }

        return length;
    }
}
