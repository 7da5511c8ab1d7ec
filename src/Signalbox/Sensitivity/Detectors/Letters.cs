namespace Signalbox.Sensitivity.Detectors;

/// <summary>Letters without case and accents, so that a word is the same word however it is written.</summary>
internal static class Letters
{
    public const char None = '\0';

    /// <summary>Belongs to the word but does not count: an accent that stands alone.</summary>
    public const char Mark = '\u0001';

    private const string LatinFrom00C0 =
        "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggg" +
        "gggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

    /// <summary>The folded letter; <see cref="None"/> for what is no letter.</summary>
    public static char Fold(char c)
    {
        if (c < '\u0080')
        {
            return (uint)((c | 0x20) - 'a') <= 'z' - 'a' ? (char)(c | 0x20) : None;
        }

        return FoldWide(c);
    }

    /// <summary>Signs of scripts that are written without blanks.</summary>
    public static bool IsIdeograph(char c) => c is >= '\u3040' and <= '\u30ff' or >= '\u3400' and <= '\u9fff';

    /// <summary>Whether a sign belongs to the same word as a digit beside it. Signs of scripts without blanks do not.</summary>
    public static bool Joins(char c) => c < '\u2e80' ? char.IsLetterOrDigit(c) : char.IsLetterOrDigit(c) && !(c <= '\u9fff') && !(c is >= '\uac00' and <= '\ud7af');

    private static char FoldWide(char c)
    {
        if (c < '\u00c0')
        {
            return None;
        }

        if (c < '\u0180')
        {
            var folded = LatinFrom00C0[c - '\u00c0'];
            return folded == ' ' ? None : folded;
        }

        if (c is >= '\u0300' and <= '\u036f')
        {
            return Mark;
        }

        return c is >= '\u0370' and <= '\u03ff' or '\u1f71' or '\u1f73' ? FoldGreek(c)
            : c is >= '\u0900' and <= '\u0dff' && !char.IsPunctuation(c) ? c
            : char.IsLetter(c) ? char.ToLowerInvariant(c)
            : None;
    }

    private static char FoldGreek(char c) => c switch
    {
        'ά' or 'Ά' => 'α',
        'έ' or 'Έ' => 'ε',
        'ή' or 'Ή' => 'η',
        'ί' or 'Ί' or 'ϊ' or 'ΐ' => 'ι',
        'ό' or 'Ό' => 'ο',
        'ύ' or 'Ύ' or 'ϋ' or 'ΰ' => 'υ',
        'ώ' or 'Ώ' => 'ω',
        'ς' => 'σ',
        _ => char.IsLetter(c) ? char.ToLowerInvariant(c) : None,
    };
}
