namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>A set of characters as a rule writes it: classes, and ranges by code point.</summary>
internal sealed class CodePointSet
{
    private readonly CharacterClass _classes;
    private readonly bool _inverted;
    private readonly int[] _bounds;

    /// <param name="classes">Every character of these is in the set.</param>
    /// <param name="ranges">First and last characters in turn, e.g. <c>"azAZ__"</c>.</param>
    /// <param name="inverted">Whether the set is of all others instead.</param>
    public CodePointSet(CharacterClass classes, string ranges = "", bool inverted = false)
    {
        _classes = classes;
        _inverted = inverted;
        List<int> bounds = [];
        foreach (var range in ranges.EnumerateRunes().Select(rune => rune.Value).Chunk(2).OrderBy(range => range[0]))
        {
            if (bounds.Count > 0 && range[0] <= bounds[^1])
            {
                bounds[^1] = Math.Max(bounds[^1], range[1]);
            }
            else
            {
                bounds.AddRange(range);
            }
        }

        _bounds = [.. bounds];
    }

    public bool Contains(CodePointText text, int at) =>
        ((text.Classes[at] & _classes) != 0 || InRanges(text.CodePoints[at], text.Classes[at])) != _inverted;

    private bool InRanges(int codePoint, CharacterClass found)
    {
        // White space beyond ASCII is only ever \s: the peers' regular expressions do not see it as itself.
        if (_bounds.Length == 0 || (codePoint > 127 && (found & CharacterClass.Space) != 0))
        {
            return false;
        }

        var (low, high) = (0, _bounds.Length / 2 - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (codePoint < _bounds[middle * 2])
            {
                high = middle - 1;
            }
            else if (codePoint > _bounds[middle * 2 + 1])
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }
}
