namespace Signalbox.Routing.Learning;

/// <summary>Which hashed words a training set has, a bit each: how much of a prompt was ever talked about.</summary>
internal sealed class Vocabulary
{
    private const int Bits = 1 << 17;
    private const int LeastPrompts = 2;
    private readonly byte[] _seen;

    private Vocabulary(byte[] seen) => _seen = seen;

    /// <summary>The vocabulary, and the share of known words of each prompt by what the others have.</summary>
    public static (Vocabulary Words, float[] Shares) Fit(IReadOnlyList<PromptVector> prompts)
    {
        var counts = new int[Bits];
        foreach (var prompt in prompts)
        {
            foreach (var term in prompt.Terms)
            {
                counts[FeatureSpace.Bucket(term, Bits)] += term >> PromptFeatures.GroupShift == PromptFeatures.Words ? 1 : 0;
            }
        }

        var seen = new byte[Bits / 8];
        for (var i = 0; i < Bits; i++)
        {
            seen[i / 8] |= (byte)((counts[i] >= LeastPrompts ? 1 : 0) << (i % 8));
        }

        var shares = prompts.Select(prompt => Share(prompt.Terms, term => counts[FeatureSpace.Bucket(term, Bits)] > LeastPrompts)).ToArray();
        return (new Vocabulary(seen), shares);
    }

    /// <summary>The share of a prompt's words that are known; a prompt without words is known.</summary>
    public float KnownShare(ReadOnlySpan<uint> terms)
    {
        var (words, known) = (0, 0);
        foreach (var term in terms)
        {
            if (term >> PromptFeatures.GroupShift == PromptFeatures.Words)
            {
                var bucket = FeatureSpace.Bucket(term, Bits);
                words++;
                known += (_seen[bucket / 8] >> (bucket % 8)) & 1;
            }
        }

        return words == 0 ? 1 : (float)known / words;
    }

    public void Write(WeightsWriter output) => output.Write(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>(_seen));

    public static Vocabulary Read(WeightsReader input) => new((byte[])(Array)input.ReadBytes(Bits / 8));

    private static float Share(uint[] terms, Func<uint, bool> isKnown)
    {
        var words = terms.Count(static term => term >> PromptFeatures.GroupShift == PromptFeatures.Words);
        return words == 0 ? 1 : (float)terms.Count(term => term >> PromptFeatures.GroupShift == PromptFeatures.Words && isKnown(term)) / words;
    }
}
