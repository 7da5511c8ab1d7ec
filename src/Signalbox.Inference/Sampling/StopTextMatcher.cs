namespace Signalbox.Inference.Sampling;

/// <summary>
/// Looks for stop texts in a text that comes in pieces, and holds back what may be the beginning of one. The first stop text that is whole
/// ends the text; of several that become whole with the same character, the longest. How the text is cut into pieces changes nothing.
/// Each character is looked at once per stop text (source: Knuth, Morris and Pratt, "Fast Pattern Matching in Strings", 1977).
/// </summary>
internal sealed class StopTextMatcher
{
    private readonly string[] _stops;
    private readonly int[][] _borders;
    private readonly int[] _matched;

    /// <param name="stopTexts">Compared character by character; empty ones are ignored.</param>
    public StopTextMatcher(IReadOnlyList<string> stopTexts)
    {
        _stops = [.. stopTexts.Where(stop => stop.Length > 0)];
        _borders = [.. _stops.Select(Borders)];
        _matched = new int[_stops.Length];
    }

    /// <summary>The stop text that came; nothing is released after it.</summary>
    public string? Stop { get; private set; }

    /// <summary>The text that cannot be part of a stop text any more; may be empty. Allocates only where text was or is held back.</summary>
    public string Append(string text)
    {
        if (Stop is not null)
        {
            return "";
        }

        var held = Held(out var prefix);
        for (var i = 0; i < text.Length; i++)
        {
            if (Advance(text[i]) is { } stop)
            {
                Stop = _stops[stop];
                return Release(prefix, held, text, held + i + 1 - Stop.Length);
            }
        }

        return Release(prefix, held, text, held + text.Length - Held(out _));
    }

    /// <summary>What was held back, at the end of the text; empty after a stop text.</summary>
    public string Flush()
    {
        if (Stop is not null)
        {
            return "";
        }

        var held = Held(out var prefix);
        _matched.AsSpan().Clear();
        return prefix[..held];
    }

    /// <summary>The held text is always a beginning of a stop text, so it needs no buffer of its own.</summary>
    private int Held(out string prefix)
    {
        var held = 0;
        prefix = "";
        for (var stop = 0; stop < _stops.Length; stop++)
        {
            if (_matched[stop] > held)
            {
                held = _matched[stop];
                prefix = _stops[stop];
            }
        }

        return held;
    }

    private int? Advance(char next)
    {
        int? whole = null;
        for (var stop = 0; stop < _stops.Length; stop++)
        {
            var text = _stops[stop];
            var length = _matched[stop];
            while (length > 0 && text[length] != next)
            {
                length = _borders[stop][length - 1];
            }

            if (text[length] == next)
            {
                length++;
            }

            _matched[stop] = length;
            if (length == text.Length && (whole is null || length > _stops[whole.Value].Length))
            {
                whole = stop;
            }
        }

        return whole;
    }

    /// <summary>The first characters of what was held and of the new text together.</summary>
    private static string Release(string prefix, int held, string text, int length)
    {
        if (held == 0)
        {
            return length == text.Length ? text : text[..length];
        }

        return length <= held ? prefix[..length] : string.Concat(prefix.AsSpan(0, held), text.AsSpan(0, length - held));
    }

    /// <summary>For each beginning of a text, the longest shorter beginning that is also its end.</summary>
    private static int[] Borders(string text)
    {
        var borders = new int[text.Length];
        for (var i = 1; i < text.Length; i++)
        {
            var length = borders[i - 1];
            while (length > 0 && text[length] != text[i])
            {
                length = borders[length - 1];
            }

            borders[i] = text[length] == text[i] ? length + 1 : 0;
        }

        return borders;
    }
}
