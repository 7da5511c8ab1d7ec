namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>GPT-2's words: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c></summary>
internal sealed class GptWordStage : SplitStage
{
    private const CharacterClass NoWord = CharacterClass.Space | CharacterClass.Letter | CharacterClass.Number;

    protected override int Match(CodePointText text, int at, int end)
    {
        var contraction = Patterns.Contraction(text, at, end, anyCase: false);
        if (contraction > 0)
        {
            return at + contraction;
        }

        var first = text.CodePoints[at] == ' ' && at + 1 < end ? at + 1 : at;
        if (text.Is(first, end, CharacterClass.Letter))
        {
            return text.RunEnd(first, end, CharacterClass.Letter);
        }

        if (text.Is(first, end, CharacterClass.Number))
        {
            return text.RunEnd(first, end, CharacterClass.Number);
        }

        return text.Is(first, end, NoWord) ? Patterns.Spaces(text, at, end) : text.RunEnd(first, end, ~NoWord);
    }
}
