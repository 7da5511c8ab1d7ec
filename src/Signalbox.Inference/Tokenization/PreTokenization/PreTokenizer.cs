using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Signalbox.Inference.Tokenization.PreTokenization;

/// <summary>Splits text into the words within which bytes may merge.</summary>
internal sealed class PreTokenizer(SplitRule rule)
{
    public bool PrefersWholeWords => rule.PrefersWholeWords;

    public bool AddsBeginOfText => rule.AddsBeginOfText;

    public bool HasDefaultBeginOfText => rule.HasDefaultBeginOfText;

    /// <param name="name">The rule's name in the file; null or empty for the default.</param>
    /// <param name="preTokenizer">The splitter.</param>
    /// <param name="fault">Unsupported: the name is unknown; names those that are known.</param>
    public static bool TryCreate(string? name, [NotNullWhen(true)] out PreTokenizer? preTokenizer, [NotNullWhen(false)] out EngineFault? fault)
    {
        var rule = SplitRules.Find(string.IsNullOrEmpty(name) ? SplitRules.Default : name);
        preTokenizer = rule is null ? null : new(rule);
        fault = rule is not null ? null : new(
            EngineFaultKind.Unsupported,
            $"The file's split rule (tokenizer.ggml.pre) is '{name}', which this engine does not have. Use a model with one of: {string.Join(", ", SplitRules.Names)}.");
        return rule is not null;
    }

    /// <summary>The words of a text, as UTF-8; dispose to give the buffers back.</summary>
    public Words Split(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            // Only a special token that is no UTF-8 itself can cut a character in two.
            text = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
        }

        var codePoints = ArrayPool<int>.Shared.Rent(text.Length);
        var classes = ArrayPool<CharacterClass>.Shared.Rent(text.Length);
        var count = 0;
        for (var rest = text; !rest.IsEmpty;)
        {
            int length;
            if (rest[0] < 0x80)
            {
                codePoints[count] = rest[0];
                length = 1;
            }
            else
            {
                Rune.DecodeFromUtf8(rest, out var rune, out length);
                codePoints[count] = rune.Value;
            }

            classes[count] = CharacterClasses.Of(codePoints[count]);
            count++;
            rest = rest[length..];
        }

        return new(text, codePoints, classes, Ends(new(codePoints.AsSpan(0, count), classes.AsSpan(0, count))));
    }

    private List<int> Ends(CodePointText text)
    {
        List<int> ends = [text.CodePoints.Length];
        foreach (var stage in rule.Stages)
        {
            List<int> finer = new(ends.Count);
            var start = 0;
            foreach (var end in ends)
            {
                stage.Split(text, start, end, finer);
                start = end;
            }

            ends = finer;
        }

        return ends;
    }

    /// <summary>Walks over the words in order.</summary>
    public ref struct Words(ReadOnlySpan<byte> text, int[] codePoints, CharacterClass[] classes, List<int> ends)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _word = -1;
        private int _codePoint;
        private int _byte;

        public ReadOnlySpan<byte> Current { get; private set; }

        public bool MoveNext()
        {
            if (++_word >= ends.Count)
            {
                return false;
            }

            var start = _byte;
            while (_codePoint < ends[_word])
            {
                _byte += codePoints[_codePoint++] switch { < 0x80 => 1, < 0x800 => 2, < 0x10000 => 3, _ => 4 };
            }

            Current = _text[start.._byte];
            return true;
        }

        public readonly void Dispose()
        {
            ArrayPool<int>.Shared.Return(codePoints);
            ArrayPool<CharacterClass>.Shared.Return(classes);
        }
    }
}
