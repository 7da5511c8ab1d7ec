using System.Text;

namespace Signalbox.Benchmarking.Scoring;

/// <summary>How much of a reference an answer has. Words are compared without case, punctuation and articles, as SQuAD's script does.</summary>
internal static class TextOverlap
{
    /// <summary>Longer answers are cut: the longest common subsequence takes the product of the lengths.</summary>
    private const int MostWords = 2000;

    private static readonly HashSet<string> Articles = ["a", "an", "the"];

    /// <summary>Whether both are the same words in the same order.</summary>
    public static bool IsExact(string answer, string reference) => Words(answer).SequenceEqual(Words(reference));

    /// <summary>Harmonic mean of the shares of words that answer and reference have in common, each word as often as both have it.</summary>
    public static double F1(string answer, string reference)
    {
        var (given, wanted) = (Words(answer), Words(reference));
        if (given.Count == 0 || wanted.Count == 0)
        {
            return given.Count == wanted.Count ? 1 : 0;
        }

        var left = wanted.GroupBy(static word => word).ToDictionary(static group => group.Key, static group => group.Count());
        var common = 0;
        foreach (var word in given)
        {
            if (left.TryGetValue(word, out var count) && count > 0)
            {
                left[word] = count - 1;
                common++;
            }
        }

        return Harmonic(common, given.Count, wanted.Count);
    }

    /// <summary>ROUGE-L with equal weights (Lin 2004): the F measure of the longest common subsequence of words.</summary>
    public static double RougeL(string answer, string reference)
    {
        var (given, wanted) = (Words(answer), Words(reference));
        if (given.Count == 0 || wanted.Count == 0)
        {
            return given.Count == wanted.Count ? 1 : 0;
        }

        return Harmonic(LongestCommon(given, wanted), given.Count, wanted.Count);
    }

    private static double Harmonic(int common, int given, int wanted) => 2.0 * common / (given + wanted);

    private static int LongestCommon(List<string> a, List<string> b)
    {
        var row = new int[b.Count + 1];
        foreach (var word in a)
        {
            var diagonal = 0;
            for (var j = 1; j <= b.Count; j++)
            {
                var above = row[j];
                row[j] = word == b[j - 1] ? diagonal + 1 : Math.Max(above, row[j - 1]);
                diagonal = above;
            }
        }

        return row[b.Count];
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune))
            {
                word.Append(Rune.ToLowerInvariant(rune));
            }
            else if (Rune.IsWhiteSpace(rune) || word.Length > 0)
            {
                // An apostrophe, or the point of a number, does not end a word.
                if (rune.Value is not ('\'' or '\u2019' or '.' or ','))
                {
                    Finish();
                }
            }

            if (words.Count == MostWords)
            {
                return words;
            }
        }

        Finish();
        return words;

        void Finish()
        {
            if (word.Length > 0 && word.ToString() is var found && !Articles.Contains(found))
            {
                words.Add(found);
            }

            word.Clear();
        }
    }
}
