using System.Globalization;

namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>What a code point is to the split rules: the major Unicode category, and white space.</summary>
[Flags]
internal enum CharacterClass : byte
{
    None = 0,
    Unassigned = 1,

    /// <summary>\p{N}</summary>
    Number = 2,

    /// <summary>\p{L}</summary>
    Letter = 4,

    /// <summary>\s: all of \p{Z}, the ASCII white space and U+0085.</summary>
    Space = 8,

    /// <summary>\p{M}</summary>
    Mark = 16,

    /// <summary>\p{P}</summary>
    Punctuation = 32,

    /// <summary>\p{S}</summary>
    Symbol = 64,

    /// <summary>\p{C}, save unassigned code points.</summary>
    Control = 128,
}

/// <summary>
/// Classes by code point as of Unicode 15.1, which llama.cpp's tables have. The runtime's own tables are newer; what they added counts as
/// unassigned here, because a code point of another class would split words elsewhere than the model's peers do.
/// </summary>
internal static class CharacterClasses
{
    /// <summary>First and last code points of what Unicode 16 added.</summary>
    private static readonly int[] NewerThanTables =
    [
        0x0897, 0x0897, 0x1B4E, 0x1B4F, 0x1B7F, 0x1B7F, 0x1C89, 0x1C8A, 0x2427, 0x2429, 0x31E4, 0x31E5, 0xA7CB, 0xA7CD, 0xA7DA, 0xA7DC,
        0x105C0, 0x105F3, 0x10D40, 0x10D65, 0x10D69, 0x10D85, 0x10D8E, 0x10D8F, 0x10EC2, 0x10EC4, 0x10EFC, 0x10EFC, 0x11380, 0x11389,
        0x1138B, 0x1138B, 0x1138E, 0x1138E, 0x11390, 0x113B5, 0x113B7, 0x113C0, 0x113C2, 0x113C2, 0x113C5, 0x113C5, 0x113C7, 0x113CA,
        0x113CC, 0x113D5, 0x113D7, 0x113D8, 0x113E1, 0x113E2, 0x116D0, 0x116E3, 0x11BC0, 0x11BE1, 0x11BF0, 0x11BF9, 0x11F5A, 0x11F5A,
        0x13460, 0x143FA, 0x16100, 0x16139, 0x16D40, 0x16D79, 0x18CFF, 0x18CFF, 0x1CC00, 0x1CCF9, 0x1CD00, 0x1CEB3, 0x1E5D0, 0x1E5FA,
        0x1E5FF, 0x1E5FF, 0x1F8B2, 0x1F8BB, 0x1F8C0, 0x1F8C1, 0x1FA89, 0x1FA89, 0x1FA8F, 0x1FA8F, 0x1FABE, 0x1FABE, 0x1FAC6, 0x1FAC6,
        0x1FADC, 0x1FADC, 0x1FADF, 0x1FADF, 0x1FAE9, 0x1FAE9, 0x1FBCB, 0x1FBEF,
    ];

    private static readonly CharacterClass[] Ascii = [.. Enumerable.Range(0, 128).Select(Classify)];

    /// <summary>The class of a code point, 0 to 10FFFF.</summary>
    public static CharacterClass Of(int codePoint) => codePoint < 128 ? Ascii[codePoint] : Classify(codePoint);

    /// <summary>Lower case as of Unicode 15.1, one code point for one.</summary>
    public static int ToLower(int codePoint)
    {
        if (codePoint == 0x130)
        {
            return 'i';
        }

        return Of(codePoint) == CharacterClass.Unassigned || !System.Text.Rune.IsValid(codePoint)
            ? codePoint
            : System.Text.Rune.ToLowerInvariant(new(codePoint)).Value;
    }

    private static CharacterClass Classify(int codePoint)
    {
        if (codePoint is (>= 9 and <= 13) or 0x85)
        {
            return CharacterClass.Space;
        }

        var found = CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            <= UnicodeCategory.OtherLetter => CharacterClass.Letter,
            <= UnicodeCategory.EnclosingMark => CharacterClass.Mark,
            <= UnicodeCategory.OtherNumber => CharacterClass.Number,
            <= UnicodeCategory.ParagraphSeparator => CharacterClass.Space,
            <= UnicodeCategory.PrivateUse => CharacterClass.Control,
            <= UnicodeCategory.OtherPunctuation => CharacterClass.Punctuation,
            <= UnicodeCategory.OtherSymbol => CharacterClass.Symbol,
            _ => CharacterClass.Unassigned,
        };
        return found != CharacterClass.Unassigned && codePoint >= NewerThanTables[0] && IsNewer(codePoint) ? CharacterClass.Unassigned : found;
    }

    private static bool IsNewer(int codePoint)
    {
        var at = Array.BinarySearch(NewerThanTables, codePoint);

        // A bound is inside; between a first and its last is too.
        return at >= 0 || (~at & 1) == 1;
    }
}
