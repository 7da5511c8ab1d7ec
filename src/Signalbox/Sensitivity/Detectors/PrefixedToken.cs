using System.Collections.Frozen;

namespace Signalbox.Sensitivity.Detectors;

/// <summary>
/// Keys as providers issue them: a short prefix, a separator, perhaps more segments, and a long tail of mixed case that looks drawn
/// at random; or four capitals and sixteen capitals and digits. Nothing beside them has to call them a secret.
/// </summary>
internal static class PrefixedToken
{
    private const int LongestWay = 40;
    private const int LongestTail = 200;
    private const int ShortestTail = 20;
    private const int LongestPrefix = 6;
    private const int ShortestRun = 10;
    private const int CodeLength = 20;

    /// <summary>Prefixes of ids: they name a thing and open nothing.</summary>
    private static readonly FrozenSet<string> Ids = new[]
    {
        "msg", "req", "resp", "rs", "res", "file", "call", "fc", "ctc", "toolu", "tool", "srv", "chatcmpl", "cmpl", "run", "step", "thread", "asst", "item", "batch",
        "gen", "evt", "event", "id", "uid", "uuid", "user", "usr", "org", "proj", "ws", "sess", "conv", "cntr", "tco", "vs", "vsfc", "ft", "ftjob", "job", "task",
        "img", "ig", "ci", "mcp", "mcpl", "mcpr", "mcpa", "sig", "sha", "hash", "etag", "trace", "span", "ray", "cus", "acct", "in", "ch", "pi", "doc", "page", "node", "obj",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> IdLookup = Ids.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The key around the word of letters and digits from <paramref name="start"/> to <paramref name="end"/>; false where there is none.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, int start, int end, out int begin, out int stop)
    {
        (begin, stop) = (start, end);
        if (IsCapitalCode(text[start..end]) && !IsJoined(text, start - 1) && !IsJoined(text, end))
        {
            return true;
        }

        return TryFindPrefix(text, start, out begin) && TryFindTail(text, start, end, out stop) && LooksRandom(text[start..stop]);
    }

    // The way back from the first word with a digit: letters and separators, of which the first two to six letters are the prefix.
    private static bool TryFindPrefix(ReadOnlySpan<char> text, int start, out int begin)
    {
        begin = start;
        while (begin > 0 && start - begin < LongestWay && IsWay(text[begin - 1]))
        {
            begin--;
        }

        var way = text[begin..start];
        if (way.IsEmpty || way[^1] is not ('-' or '_') || (begin > 0 && char.IsLetterOrDigit(text[begin - 1])))
        {
            return false;
        }

        var length = way.IndexOfAny('-', '_');
        return length is >= 2 and <= LongestPrefix && !IdLookup.Contains(way[..length]) && IsOfOneCase(way[..length]);
    }

    // A prefix is a word; a blob of base64 that happens to have a separator near its beginning mixes cases there too.
    private static bool IsOfOneCase(ReadOnlySpan<char> prefix) => !prefix.ContainsAnyExceptInRange('a', 'z') || !prefix.ContainsAnyExceptInRange('A', 'Z');

    private static bool TryFindTail(ReadOnlySpan<char> text, int start, int end, out int stop)
    {
        stop = end;
        while (stop < text.Length && stop - start <= LongestTail && (char.IsAsciiLetterOrDigit(text[stop]) || text[stop] is '-' or '_'))
        {
            stop++;
        }

        while (stop > start && text[stop - 1] is '-' or '_')
        {
            stop--;
        }

        return stop - start is >= ShortestTail and <= LongestTail;
    }

    // Names have words in them and numbers have none: a random tail changes between capitals, small letters and digits all the time.
    private static bool LooksRandom(ReadOnlySpan<char> tail)
    {
        var (upper, lower, digits, changes) = (0, 0, 0, 0);
        var (last, small, longestSmall, segment, longestSegment) = (0, 0, 0, 0, 0);
        foreach (var c in tail)
        {
            if (c is '-' or '_')
            {
                (segment, small) = (0, 0);
                continue;
            }

            var kind = char.IsAsciiDigit(c) ? 1 : char.IsAsciiLetterUpper(c) ? 2 : char.IsAsciiLetterLower(c) ? 3 : 4;
            if (kind == 4)
            {
                return false;
            }

            upper += kind == 2 ? 1 : 0;
            lower += kind == 3 ? 1 : 0;
            digits += kind == 1 ? 1 : 0;
            changes += kind != last ? 1 : 0;
            last = kind;
            small = kind == 3 ? small + 1 : 0;
            longestSmall = Math.Max(longestSmall, small);
            longestSegment = Math.Max(longestSegment, ++segment);
        }

        var all = upper + lower + digits;
        return all >= ShortestTail && digits >= 2 && upper >= 3 && lower >= 3 && longestSegment >= ShortestRun
            && longestSmall <= (all < 32 ? 5 : all < 64 ? 6 : 7) && changes * 100 >= all * 40;
    }

    // Four capitals, then sixteen capitals and digits of which both are many.
    private static bool IsCapitalCode(ReadOnlySpan<char> word)
    {
        if (word.Length != CodeLength || word[..4].ContainsAnyExceptInRange('A', 'Z'))
        {
            return false;
        }

        var (digits, changes) = (0, 0);
        var wasDigit = false;
        foreach (var c in word[4..])
        {
            if (!char.IsAsciiDigit(c) && !char.IsAsciiLetterUpper(c))
            {
                return false;
            }

            digits += char.IsAsciiDigit(c) ? 1 : 0;
            changes += char.IsAsciiDigit(c) != wasDigit ? 1 : 0;
            wasDigit = char.IsAsciiDigit(c);
        }

        return digits is >= 2 and <= 11 && changes >= 4;
    }

    private static bool IsWay(char c) => char.IsAsciiLetter(c) || c is '-' or '_';

    private static bool IsJoined(ReadOnlySpan<char> text, int place) => place >= 0 && place < text.Length && text[place] is '-' or '_' or '/' or '+' or '=';
}
