namespace Signalbox.Configuration;

/// <summary>Finds the known name that a misspelt one was probably meant to be.</summary>
internal static class NearestName
{
    // Nobody mistypes a name this long in a way that a suggestion would mend.
    private const int LongestName = 64;

    /// <summary>The nearest of <paramref name="known"/>, or null when none is near enough to be worth suggesting.</summary>
    public static string? Find(string given, IEnumerable<string> known)
    {
        if (given.Length is 0 or > LongestName)
        {
            return null;
        }

        string? nearest = null;
        var least = int.MaxValue;
        foreach (var name in known)
        {
            // A third of the letters wrong is still a slip; more is another word.
            var most = Math.Max(1, Math.Max(given.Length, name.Length) / 3);
            if (name.Length <= LongestName && Math.Abs(name.Length - given.Length) <= most
                && Distance(given, name) is var distance && distance <= most && distance < least)
            {
                (nearest, least) = (name, distance);
            }
        }

        return nearest;
    }

    /// <summary>Edit distance with swapped neighbours as one edit; letters that differ only in case cost nothing.</summary>
    internal static int Distance(string left, string right)
    {
        var beforePrevious = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            previous[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replace = previous[j - 1] + (Same(left[i - 1], right[j - 1]) ? 0 : 1);
                current[j] = Math.Min(replace, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
                }
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
