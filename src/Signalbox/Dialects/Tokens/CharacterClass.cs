namespace Signalbox.Dialects.Tokens;

/// <summary>Characters that tokenizers treat alike.</summary>
internal enum CharacterClass : byte
{
    Lower,
    Upper,
    Accented,
    Digit,
    Space,
    Newline,
    Control,
    Mark,
    Code,
    Cyrillic,
    Greek,
    Arabic,
    Indic,
    SouthEastAsian,
    Hangul,
    Kana,
    Han,
    CjkMark,
    Surrogate,
    Symbol,
    Other,
}

internal static class CharacterClasses
{
    public const int Count = (int)CharacterClass.Other + 1;

    private static readonly byte[] Ascii = CreateAscii();

    public static CharacterClass Of(char c) => c < 128 ? (CharacterClass)Ascii[c] : OfNonAscii(c);

    private static byte[] CreateAscii()
    {
        var table = new byte[128];
        for (var c = '\0'; c < 128; c++)
        {
            table[c] = (byte)(c switch
            {
                >= 'a' and <= 'z' => CharacterClass.Lower,
                >= 'A' and <= 'Z' => CharacterClass.Upper,
                >= '0' and <= '9' => CharacterClass.Digit,
                ' ' => CharacterClass.Space,
                '\n' => CharacterClass.Newline,
                < ' ' or '\u007f' => CharacterClass.Control,
                '.' or ',' or '\'' or ':' or ';' or '!' or '?' or '-' or '"' => CharacterClass.Mark,
                _ => CharacterClass.Code,
            });
        }

        return table;
    }

    private static CharacterClass OfNonAscii(char c) => c switch
    {
        '\u00a0' => CharacterClass.Space,
        '\u00d7' or '\u00f7' => CharacterClass.Symbol,
        >= '\u00c0' and < '\u0250' or >= '\u1e00' and < '\u1f00' => CharacterClass.Accented,
        < '\u0370' => CharacterClass.Symbol,
        < '\u0400' => CharacterClass.Greek,
        < '\u0530' => CharacterClass.Cyrillic,
        < '\u0590' => CharacterClass.Other,
        < '\u0800' => CharacterClass.Arabic,
        < '\u0900' => CharacterClass.Other,
        < '\u0e00' => CharacterClass.Indic,
        < '\u1100' => CharacterClass.SouthEastAsian,
        < '\u1200' => CharacterClass.Hangul,
        < '\u1f00' => CharacterClass.Other,
        < '\u2000' => CharacterClass.Greek,
        < '\u2e80' => CharacterClass.Symbol,
        >= '\u3000' and < '\u3040' => CharacterClass.CjkMark,
        >= '\u3040' and < '\u3100' => CharacterClass.Kana,
        >= '\u3130' and < '\u3190' or >= '\uac00' and < '\ud7b0' => CharacterClass.Hangul,
        < '\ua000' => CharacterClass.Han,
        >= '\ud800' and < '\ue000' => CharacterClass.Surrogate,
        >= '\uf900' and < '\ufb00' => CharacterClass.Han,
        >= '\uff66' and < '\uffa0' => CharacterClass.Kana,
        >= '\uff00' and < '\ufff0' => CharacterClass.CjkMark,
        _ => CharacterClass.Other,
    };
}
