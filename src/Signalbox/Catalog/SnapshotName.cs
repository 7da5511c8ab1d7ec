namespace Signalbox.Catalog;

/// <summary>
/// Takes the part off a model name that says which snapshot, variant or fine-tune of a version it is: <c>gpt-4o-2024-11-20</c>,
/// <c>claude-sonnet-4-5@20250929</c>, <c>gemini-2.5-flash-001</c>, <c>ft:gpt-4o:acme::1</c>, <c>deepseek-r1:free</c>.
/// </summary>
internal static class SnapshotName
{
    // Longest first: "-2024-11-20" must not be taken for a "-11-20" that follows "-2024". y, m, d stand for digits.
    private static readonly string[] Shapes = ["-yyyy-mm-dd", "-yyyymmdd", "@yyyymmdd", "-mm-yyyy", "-mm-dd", "-yymm", "-mmdd", "-00d"];
    private static readonly string[] Words = ["-preview", "-exp"];

    /// <summary>The name with one such part less; null when there is none.</summary>
    public static string? Shorten(string name)
    {
        const string FineTune = "ft:";
        if (name.StartsWith(FineTune, StringComparison.Ordinal))
        {
            var end = name.IndexOf(':', FineTune.Length);
            return end < 0 ? name[FineTune.Length..] : name[FineTune.Length..end];
        }

        var variant = name.LastIndexOf(':');
        if (variant > 0)
        {
            return name[..variant];
        }

        foreach (var shape in Shapes)
        {
            if (name.Length > shape.Length && Matches(name.AsSpan(name.Length - shape.Length), shape))
            {
                return name[..^shape.Length];
            }
        }

        foreach (var word in Words)
        {
            if (name.Length > word.Length && name.EndsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return name[..^word.Length];
            }
        }

        return null;
    }

    private static bool Matches(ReadOnlySpan<char> tail, string shape)
    {
        int year = 0, month = 0, day = 0;
        for (var i = 0; i < shape.Length; i++)
        {
            var digit = tail[i] - '0';
            if (shape[i] is 'y' or 'm' or 'd' ? digit is < 0 or > 9 : tail[i] != shape[i])
            {
                return false;
            }

            switch (shape[i])
            {
                case 'y': year = (year * 10) + digit; break;
                case 'm': month = (month * 10) + digit; break;
                case 'd': day = (day * 10) + digit; break;
            }
        }

        // The digits must be a date, or "llama3-8b-8192" would be a snapshot of "llama3-8b".
        return (!shape.Contains('y') || year is (>= 20 and < 40) or (>= 2020 and < 2040))
            && (!shape.Contains('m') || month is >= 1 and <= 12)
            && (!shape.Contains('d') || day is >= 1 and <= 31);
    }
}
