namespace Signalbox.Routing.Learning;

/// <summary>The features of one prompt, kept for training.</summary>
internal sealed class PromptVector
{
    private PromptVector(uint[] terms, float[] measures)
    {
        Terms = terms;
        Measures = measures;
        (Words, Pairs) = FeatureSpace.CountGroups(terms);
    }

    public uint[] Terms { get; }

    public float[] Measures { get; }

    public int Words { get; }

    public int Pairs { get; }

    public static PromptVector Of(ReadOnlySpan<char> text)
    {
        var measures = new float[PromptMeasures.Count];
        using var features = PromptFeatures.Read(text, measures);
        return new PromptVector(features.Terms.ToArray(), measures);
    }
}
