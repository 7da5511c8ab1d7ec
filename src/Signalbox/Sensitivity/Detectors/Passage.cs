namespace Signalbox.Sensitivity.Detectors;

/// <summary>A text with its known words: what a detector looks at when it has found a candidate.</summary>
internal readonly ref struct Passage(ReadOnlySpan<char> text, ReadOnlySpan<WordHit> words)
{
    public ReadOnlySpan<char> Text { get; } = text;

    public ReadOnlySpan<WordHit> Words { get; } = words;

    /// <summary>What the words that end within a reach before a place mean.</summary>
    public WordClass Before(int position, int reach)
    {
        var classes = WordClass.None;
        for (var i = FirstFrom(position) - 1; i >= 0 && Words[i].Start >= position - reach; i--)
        {
            classes |= Words[i].Classes;
        }

        return classes;
    }

    /// <summary>What the words that begin within a reach after a place mean.</summary>
    public WordClass After(int position, int reach)
    {
        var classes = WordClass.None;
        for (var i = FirstFrom(position); i < Words.Length && Words[i].Start < position + reach; i++)
        {
            classes |= Words[i].Classes;
        }

        return classes;
    }

    /// <summary>Index of the first known word that begins at a place or behind it.</summary>
    public int FirstFrom(int position)
    {
        var (low, high) = (0, Words.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Words[middle].Start < position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>The meaning of the known word that is exactly this part of the text.</summary>
    public WordClass Of(int start, int end)
    {
        var i = FirstFrom(start);
        return i < Words.Length && Words[i].Start == start && Words[i].End == end ? Words[i].Classes : WordClass.None;
    }

    public char At(int position) => (uint)position < (uint)Text.Length ? Text[position] : '\0';
}
