using System.Buffers;

namespace Signalbox.Sensitivity.Injection;

/// <summary>Cues that are no words: hidden characters, forged delimiters, encoded payloads, endless repetition.</summary>
internal static class TextCues
{
    private const int ManyRepetitions = 10;
    private const int LongPayload = 48;
    private const int MostHidden = 4;

    private static readonly SearchValues<string> Delimiters = SearchValues.Create(
        ["<|im_start|>", "<|system|>", "<|start_header_id|>", "[INST]", "<<SYS>>", "### System:", "### Instruction:", "\nSystem:", "\nsystem:", "[system]", "<system>", "</system>", "<SYSTEM", "[SYSTEM"],
        StringComparison.Ordinal);

    private static readonly SearchValues<char> Invisible = SearchValues.Create("\u200b\u2060\u2061\u2062\u2063\u2064\u202a\u202b\u202d\u202e\udb40");

    public static uint Find(ReadOnlySpan<char> text)
    {
        var cues = 0u;
        if (HasHidden(text))
        {
            cues |= 1u << (int)InjectionCue.HiddenText;
        }

        if (text.IndexOfAny(Delimiters) >= 0)
        {
            cues |= 1u << (int)InjectionCue.ForgedRole;
        }

        ReadRuns(text, out var repeated, out var hasPayload);
        if (repeated >= ManyRepetitions)
        {
            cues |= 1u << (int)InjectionCue.Repetition;
        }

        if (hasPayload)
        {
            cues |= 1u << (int)InjectionCue.Payload;
            cues |= text.Contains("<!--", StringComparison.Ordinal) ? 1u << (int)InjectionCue.DictatesAnswer : 0;
        }

        return cues;
    }

    public static bool HasPayload(ReadOnlySpan<char> text)
    {
        ReadRuns(text, out _, out var hasPayload);
        return hasPayload;
    }

    private static bool HasHidden(ReadOnlySpan<char> text)
    {
        var count = 0;
        while (text.IndexOfAny(Invisible) is var at and >= 0)
        {
            // A tag character: text that nobody sees.
            count += text[at] == '\udb40' && at + 1 < text.Length && text[at + 1] is >= '\udc20' and <= '\udc7f' ? 2 : 1;
            if (count >= MostHidden)
            {
                return true;
            }

            text = text[(at + 1)..];
        }

        return false;
    }

    /// <summary>Goes through the runs between blanks: how often one and the same comes in a row (or in turn), and whether one is a payload.</summary>
    private static void ReadRuns(ReadOnlySpan<char> text, out int repeated, out bool hasPayload)
    {
        ReadOnlySpan<char> last = default, lastButOne = default, lastButTwo = default;
        var (run, pairs, dots) = (0, 0, 0);
        (repeated, hasPayload) = (0, false);
        var blanks = new BlankScan(text);
        for (var position = 0; position < text.Length;)
        {
            var length = blanks.Next() - position;
            if (length == 0)
            {
                position++;
                continue;
            }

            var word = text.Slice(position, length);
            run = word.SequenceEqual(last) || word.SequenceEqual(lastButOne) || word.SequenceEqual(lastButTwo) ? run + 1 : 0;
            repeated = Math.Max(repeated, run);
            lastButTwo = lastButOne;
            lastButOne = last;
            last = word;
            pairs = length == 2 && char.IsAsciiHexDigit(word[0]) && char.IsAsciiHexDigit(word[1]) ? pairs + 1 : 0;
            dots = word[0] is '.' or '-' or '/' or '\'' && !word.ContainsAnyExcept(".-/'") ? dots + 1 : 0;
            hasPayload |= pairs >= 10 || dots >= 10 || (length >= LongPayload && IsEncoded(word));
            position += length + 1;
        }
    }

    private static bool IsEncoded(ReadOnlySpan<char> word)
    {
        var (upper, lower, digits) = (0, 0, 0);
        foreach (var c in word[..Math.Min(word.Length, 256)])
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '/' or '=' or '-' or '_' or '\'' or '"'))
            {
                return false;
            }

            upper += char.IsAsciiLetterUpper(c) ? 1 : 0;
            lower += char.IsAsciiLetterLower(c) ? 1 : 0;
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }

        return upper > 4 && lower > 4 && digits > 0;
    }
}
