using Signalbox.Dialects.Tokens;

namespace Signalbox.Routing.Profiles;

/// <summary>
/// Names the language of a text: by its script where only one language of ours is written in it, else by frequent words and by the
/// letter groups of those words. Null rather than a guess.
/// </summary>
internal static class LanguageDetector
{
    /// <summary>The beginning of a text says enough.</summary>
    private const int MostCharacters = 500;

    /// <summary>A Chinese or Japanese character says about as much as this many letters.</summary>
    private const int LettersPerIdeograph = 3;

    private const string PersianLetters = "پچژگکی";
    private const string UrduLetters = "ٹڈڑںےہ";

    public static string? Detect(ReadOnlySpan<char> text)
    {
        text = text[..Math.Min(MostCharacters, text.Length)];
        Span<int> counts = stackalloc int[CharacterClasses.Count];
        counts.Clear();
        foreach (var c in text)
        {
            counts[(int)CharacterClasses.Of(c)]++;
        }

        var latin = counts[(int)CharacterClass.Lower] + counts[(int)CharacterClass.Upper] + counts[(int)CharacterClass.Accented];
        var kana = counts[(int)CharacterClass.Kana];
        var ideographs = (counts[(int)CharacterClass.Han] + kana) * LettersPerIdeograph;
        var hangul = counts[(int)CharacterClass.Hangul] * 2;
        var cyrillic = counts[(int)CharacterClass.Cyrillic];
        var arabic = counts[(int)CharacterClass.Arabic];
        var indic = counts[(int)CharacterClass.Indic];
        var most = Math.Max(Math.Max(Math.Max(latin, ideographs), Math.Max(hangul, cyrillic)), Math.Max(arabic, indic));
        most = Math.Max(most, Math.Max(counts[(int)CharacterClass.Greek], counts[(int)CharacterClass.SouthEastAsian]));
        return most == 0 ? null
            : most == latin ? LanguageWords.Instance.Detect(text, isCyrillic: false)
            : most == ideographs ? (kana * LettersPerIdeograph * 12 >= ideographs ? "ja" : "zh")
            : most == hangul ? "ko"
            : most == cyrillic ? LanguageWords.Instance.Detect(text, isCyrillic: true)
            : most == arabic ? OfArabic(text)
            : most == indic ? OfIndic(text)
            : most == counts[(int)CharacterClass.Greek] ? (most >= 3 && latin == 0 || most > latin * 2 ? "el" : null)
            : OfSouthEastAsian(text);
    }

    private static string? OfArabic(ReadOnlySpan<char> text)
    {
        var (hebrew, urdu, persian) = (0, 0, 0);
        foreach (var c in text)
        {
            hebrew += c is >= '\u0590' and < '\u0600' ? 1 : 0;
            urdu += UrduLetters.Contains(c) ? 1 : 0;
            persian += PersianLetters.Contains(c) ? 1 : 0;
        }

        return hebrew > 0 ? "he" : urdu > 0 ? "ur" : persian > 0 ? "fa" : "ar";
    }

    private static string? OfIndic(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (CharacterClasses.Of(c) == CharacterClass.Indic)
            {
                return c switch
                {
                    < '\u0980' => "hi",
                    < '\u0a00' => "bn",
                    < '\u0a80' => "pa",
                    < '\u0b00' => "gu",
                    < '\u0b80' => null,
                    < '\u0c00' => "ta",
                    < '\u0c80' => "te",
                    < '\u0d00' => "kn",
                    _ => "ml",
                };
            }
        }

        return null;
    }

    private static string? OfSouthEastAsian(ReadOnlySpan<char> text) => text.IndexOfAnyInRange('\u0e00', '\u0e7f') >= 0 ? "th" : null;
}
