using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>The errors of people who type: letters that change places, are missing, come twice, or are those of the next key.</summary>
internal static class TypingErrors
{
    /// <summary>Of all errors: a missing space.</summary>
    public const double MissingSpaceShare = 0.08;

    private const int ShortestWord = 3;
    private const int Kinds = 4;

    private static readonly string[] Rows = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

    /// <summary>A word with one error; a short one stays as it is.</summary>
    public static string Make(string word, ref Xoshiro256 random)
    {
        if (word.Contains('\''))
        {
            return word.Replace("'", "", StringComparison.Ordinal);
        }

        if (word.Length < ShortestWord)
        {
            return word;
        }

        // The first letter is seldom the wrong one.
        var at = 1 + (int)(random.NextDouble() * (word.Length - 1));
        return (int)(random.NextDouble() * Kinds) switch
        {
            0 => at + 1 < word.Length ? $"{word[..at]}{word[at + 1]}{word[at]}{word[(at + 2)..]}" : $"{word[..(at - 1)]}{word[at]}{word[at - 1]}",
            1 => word.Remove(at, 1),
            2 => word.Insert(at, word[at].ToString()),
            _ => Neighbour(word[at], ref random) is { } other ? $"{word[..at]}{other}{word[(at + 1)..]}" : word.Remove(at, 1),
        };
    }

    private static char? Neighbour(char key, ref Xoshiro256 random)
    {
        for (var row = 0; row < Rows.Length; row++)
        {
            var column = Rows[row].IndexOf(key);
            if (column < 0)
            {
                continue;
            }

            var near = new List<char>();
            for (var other = Math.Max(0, row - 1); other <= Math.Min(Rows.Length - 1, row + 1); other++)
            {
                for (var beside = Math.Max(0, column - 1); beside <= Math.Min(Rows[other].Length - 1, column + 1); beside++)
                {
                    if (other != row || beside != column)
                    {
                        near.Add(Rows[other][beside]);
                    }
                }
            }

            return Augmenter.Pick(near, ref random);
        }

        return null;
    }
}
