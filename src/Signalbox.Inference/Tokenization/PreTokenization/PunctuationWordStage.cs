namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>
/// DeepSeek V3's words: <c>[!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+</c>
/// </summary>
/// <param name="keepsLines">Whether line ends go with what is before them; each alone otherwise (spark 2.5).</param>
internal sealed class PunctuationWordStage(bool keepsLines) : SplitStage
{
    private const CharacterClass LetterOrMark = CharacterClass.Letter | CharacterClass.Mark;
    private const CharacterClass Sign = CharacterClass.Punctuation | CharacterClass.Symbol;

    protected override int Match(CodePointText text, int at, int end)
    {
        if (text.CodePoints[at] < 128 && text.Is(at, end, Sign) && IsLatin(text, at + 1, end))
        {
            do
            {
                at++;
            }
            while (IsLatin(text, at + 1, end));
            return at + 1;
        }

        var prefixed = !text.IsLineEnd(at, end) && !text.Is(at, end, CharacterClass.Letter | Sign) && text.Is(at + 1, end, LetterOrMark);
        if (prefixed || text.Is(at, end, LetterOrMark))
        {
            return text.RunEnd(at + 1, end, LetterOrMark);
        }

        var first = text.CodePoints[at] == ' ' ? at + 1 : at;
        if (text.Is(first, end, Sign))
        {
            var signs = text.RunEnd(first, end, Sign);
            while (keepsLines && text.IsLineEnd(signs, end))
            {
                signs++;
            }

            return signs;
        }

        if (!keepsLines)
        {
            return text.IsLineEnd(at, end) ? at + 1 : Patterns.Spaces(text, at, end);
        }

        return Patterns.LinesOrSpaces(text, at, end);
    }

    private static bool IsLatin(CodePointText text, int at, int end) => at < end && text.CodePoints[at] is (>= 'A' and <= 'Z') or (>= 'a' and <= 'z');
}
